import { expect } from 'chai';
import type { Simulator } from '../../lib/simulator/index.js';
import {
  createAnonymous,
  deviceLink,
  deviceLinkRequest,
  type Json,
  post,
  sessionStatus,
  startQuickSimulator,
  usePhone,
} from './support.js';

describe('A fault', () => {
  let sim: Simulator;
  before(async () => {
    sim = await startQuickSimulator();
  });
  after(() => sim.close());
  afterEach(() => sim.faults.clear());

  const create = () => post(`${sim.baseUrl}/authentication/device-link/anonymous`, deviceLinkRequest());

  async function answeredSession(): Promise<string> {
    const session = await createAnonymous(sim);
    await usePhone(sim, { deviceLink: deviceLink(session, 'QR') });
    return session.response.sessionID;
  }

  it('answers with a status and a problem', async () => {
    sim.faults.add({ on: 'create', status: 471 });
    const { status, headers, body } = await create();
    expect(status).to.equal(471);
    expect(headers.get('content-type')).to.match(/^application\/json/);
    expect(body).to.include({ status: 471, type: 'about:blank' });
    sim.faults.clear();
  });

  for (const bare of [401, 480, 580]) {
    it(`answers with the status ${bare} alone, which has no body in the description of the service`, async () => {
      sim.faults.add({ on: 'create', status: bare, times: 1 });
      const { status, body } = await create();
      expect([status, body]).to.deep.equal([bare, undefined]);
    });
  }

  it('answers with headers and a body', async () => {
    sim.faults.add({ on: 'create', status: 503, headers: { 'retry-after': '3' }, body: { hello: 'there' } });
    const { status, headers, body } = await create();
    expect(status).to.equal(503);
    expect(headers.get('retry-after')).to.equal('3');
    expect(body).to.deep.equal({ hello: 'there' });
  });

  it('answers with a text as it is', async () => {
    sim.faults.add({ on: 'create', headers: { 'content-type': 'text/html' }, body: '<h1>Proxy</h1>' });
    const response = await fetch(`${sim.baseUrl}/authentication/device-link/anonymous`, { method: 'POST' });
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-type')).to.equal('text/html');
    expect(await response.text()).to.equal('<h1>Proxy</h1>');
  });

  it('answers with a redirect without a body', async () => {
    sim.faults.add({ on: 'session', status: 302, headers: { location: 'https://example.com/' } });
    const response = await fetch(`${sim.baseUrl}/session/abc`, { redirect: 'manual' });
    expect(response.status).to.equal(302);
    expect(await response.text()).to.equal('');
  });

  it('cuts the connection', async () => {
    sim.faults.add({ on: 'create', drop: true, times: 1 });
    const failure = await create().catch((error) => error);
    expect(failure).to.be.instanceOf(TypeError);
    expect((await create()).status).to.equal(200);
  });

  it('delays the normal answer', async () => {
    sim.faults.add({ on: 'create', delay: 200 });
    const begun = Date.now();
    expect((await create()).status).to.equal(200);
    expect(Date.now() - begun).to.be.at.least(190);
  });

  it('never stops sending', async () => {
    sim.faults.add({ on: 'create', body: 'endless' });
    const response = await fetch(`${sim.baseUrl}/authentication/device-link/anonymous`, { method: 'POST' });
    const reader = response.body?.getReader();
    let received = 0;
    while (received < 3_000_000) received += (await reader?.read())?.value?.length ?? 0;
    await reader?.cancel();
    expect(received).to.be.at.least(3_000_000);
  });

  it('changes a field of the normal answer, for this answer only', async () => {
    const sessionID = await answeredSession();
    sim.faults.add({
      on: 'session',
      times: 1,
      tamper: (body) => {
        body.result.endResult = 'SOMETHING_NEW';
        return body;
      },
    });
    expect((await sessionStatus(sim, sessionID)).body.result.endResult).to.equal('SOMETHING_NEW');
    expect((await sessionStatus(sim, sessionID)).body.result.endResult).to.equal('OK');
  });

  it('changes the answer to a creation', async () => {
    sim.faults.add({ on: 'create', tamper: (body: Json) => ({ ...body, extra: 1 }) });
    expect((await create()).body).to.include.keys('sessionID', 'extra');
  });

  it('lets a result come later than it is there', async () => {
    const sessionID = await answeredSession();
    sim.faults.add({ on: 'session', times: 2, body: { state: 'RUNNING' } });
    const states: string[] = [];
    for (let poll = 0; poll < 3; poll += 1) states.push((await sessionStatus(sim, sessionID)).body.state);
    expect(states).to.deep.equal(['RUNNING', 'RUNNING', 'COMPLETE']);
  });

  it('meets only the requests that it is for', async () => {
    const sessionID = await answeredSession();
    sim.faults.add({ on: 'session', status: 500 });
    expect((await create()).status).to.equal(200);
    expect((await sessionStatus(sim, sessionID)).status).to.equal(500);
  });

  it('meets all requests of the RP API, and the phone never', async () => {
    const session = await createAnonymous(sim);
    sim.faults.add({ on: 'any', status: 500 });
    expect((await create()).status).to.equal(500);
    expect((await sessionStatus(sim, session.response.sessionID)).status).to.equal(500);
    expect((await usePhone(sim, { deviceLink: deviceLink(session, 'QR') })).status).to.equal(200);
  });

  it('gives way to the next after its times', async () => {
    sim.faults.add({ on: 'create', times: 1, status: 500 });
    sim.faults.add({ on: 'create', times: 1, status: 503 });
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1) statuses.push((await create()).status);
    expect(statuses).to.deep.equal([500, 503, 200]);
  });

  it('can be removed', async () => {
    const remove = sim.faults.add({ on: 'create', status: 500 });
    remove();
    expect((await create()).status).to.equal(200);
  });
});
