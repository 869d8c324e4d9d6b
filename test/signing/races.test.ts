/** Many requests about one signature at once, and sessions that end or change meanwhile. */

import { expect } from 'chai';
import type { Request } from 'express';
import { fetchWith } from '../../lib/http.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { callbackAfter, okDocument, pathOf, usePhone } from '../support/phone.js';
import { contract, type SigningSite, startSigningSite, storedAttempt } from '../support/signing-site.js';
import { Browser } from '../support/site.js';

describe('Requests about one signature at the same time', () => {
  let simulator: Simulator;
  let site: SigningSite;
  let browser: Browser;
  let prepared = 0;
  let whilePreparing: (req: Request) => Promise<void> = async () => {};
  let time = Date.now();
  const sent: string[] = [];
  const fetch = fetchWith();

  before(async () => {
    simulator = await startSimulator({ port: 0, notificationDelay: 50 });
    site = await startSigningSite(simulator, {
      signing: {
        clock: () => time,
        fetch: (url, init) => {
          sent.push(new URL(url).pathname.replace(/^.*\/v3\//, ''));
          return fetch(url, init);
        },
      },
      prepare: async (_signer, _request, req) => {
        prepared += 1;
        await whilePreparing(req);
        return { data: contract };
      },
    });
  });
  after(async () => {
    await site.close();
    await simulator.close();
  });
  beforeEach(() => {
    browser = new Browser(site.origin);
    prepared = 0;
    time = Date.now();
    whilePreparing = async () => {};
    for (const list of [sent, site.signatures, site.errors]) list.length = 0;
  });

  const scan = (qrLink = '') => usePhone(simulator, { deviceLink: qrLink, flowType: 'QR' });
  const linked = () => sent.filter((path) => path.startsWith('signature/notification/linked/'));

  it('ask the site and the service once, however many see that the person has chosen', async () => {
    const { id, qrLink } = await browser.start({});
    await scan(qrLink);
    const views = await Promise.all(Array.from({ length: 100 }, () => browser.status(id)));
    await browser.settled(id);
    await Promise.all(Array.from({ length: 20 }, () => browser.status(id)));
    expect(views.every(({ state }) => state === 'running' || state === 'ready')).to.equal(true);
    expect([prepared, linked().length]).to.deep.equal([1, 1]);
    expect((await browser.post('/finish', { id })).status).to.equal(200);
  });

  it('do so from a session that was loaded before the choice, too', async () => {
    const { id, qrLink } = await browser.start({});
    await scan(qrLink);
    await new Promise((resolve) => setTimeout(resolve, 30));
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    // The second request reads its session while the first is still preparing.
    whilePreparing = () => held;
    const first = browser.settled(id);
    while (prepared === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const second = browser.status(id);
    await new Promise((resolve) => setTimeout(resolve, 30));
    release();
    await Promise.all([first, second]);
    expect([prepared, linked().length]).to.deep.equal([1, 1]);
  });

  it('get one signature from two hundred that finish', async () => {
    const { id, qrLink } = await browser.start({ signer: { documentNumber: okDocument } });
    await scan(qrLink);
    await browser.settled(id);
    const answers = await Promise.all(Array.from({ length: 200 }, () => browser.post('/finish', { id })));
    expect(site.signatures).to.have.length(1);
    expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
    const codes = new Set(answers.filter(({ status }) => status !== 200).map(({ body }) => body.code));
    for (const code of codes) expect(['already_used', 'no_attempt']).to.include(code);
  });

  it('get one signature from two hundred that come back', async () => {
    const { id, web2AppLink = '' } = await browser.start({});
    const [url] = await Promise.all([
      callbackAfter(simulator, { deviceLink: web2AppLink, flowType: 'Web2App' }),
      browser.settled(id),
    ]);
    const answers = await Promise.all(Array.from({ length: 200 }, () => browser.get(pathOf(url))));
    expect(site.signatures).to.have.length(1);
    expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
  });

  it('ask nobody to sign whose session has ended before the choice', async () => {
    const { qrLink } = await browser.start({});
    await new Promise<void>((resolve) => {
      site.sessions.clear(() => resolve());
    });
    await scan(qrLink);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([prepared, linked().length]).to.deep.equal([0, 0]);
  });

  it('do not bring back a session that has ended while the document was prepared', async () => {
    const { id, qrLink } = await browser.start({});
    await scan(qrLink);
    whilePreparing = () =>
      new Promise((resolve) => {
        site.sessions.clear(() => resolve());
      });
    await browser.settled(id).catch(() => {});
    expect(prepared).to.equal(1);
    expect(await storedAttempt(site, id)).to.equal(undefined);
  });

  it('do not undo what else has changed in the session meanwhile', async () => {
    const { id, qrLink } = await browser.start({});
    await scan(qrLink);
    whilePreparing = ({ sessionID }) =>
      new Promise((resolve) => {
        site.sessions.get(sessionID, (_error, stored) => {
          const changed = Object.assign(stored ?? {}, { basket: ['apples'] }) as never;
          site.sessions.set(sessionID, changed, () => resolve());
        });
      });
    await browser.settled(id);
    const stored = await new Promise<any>((resolve) => {
      site.sessions.all((_error, all) => resolve(Object.values(all ?? {})));
    });
    const kept = stored.find(({ basket }: { basket?: string[] }) => basket);
    expect(kept?.basket).to.deep.equal(['apples']);
    expect(kept?.smartId.attempts[0].session.asked.sessionType).to.equal('sign');
  });

  it('are one long poll to the service', async () => {
    const { id } = await browser.start({ signer: { documentNumber: okDocument } });
    sent.length = 0;
    await Promise.all(Array.from({ length: 100 }, () => browser.status(id)));
    expect(sent.filter((path) => path.startsWith('session/'))).to.have.length(1);
  });

  it('start no more than thirty signatures in five minutes, and push ten to one person', async () => {
    const push = { signer: { documentNumber: okDocument }, flow: 'notification' };
    for (let count = 0; count < 10; count++) expect((await browser.post('/start', push)).status).to.equal(200);
    const { status, body } = await new Browser(site.origin).post('/start', push);
    expect([status, body.code]).to.deep.equal([429, 'too_many_pushes']);
    for (let count = 0; count < 20; count++) expect((await browser.post('/start', {})).status).to.equal(200);
    expect((await browser.post('/start', {})).body.code).to.equal('too_many_starts');
    time += 300_000;
    expect((await browser.post('/start', push)).status).to.equal(200);
  });

  it('of another browser find nothing', async () => {
    const { id, qrLink } = await browser.start({});
    await scan(qrLink);
    const stranger = new Browser(site.origin);
    expect(await stranger.status(id)).to.include({ state: 'failed', code: 'no_attempt' });
    expect((await stranger.post('/finish', { id })).body.code).to.equal('no_attempt');
    expect(prepared).to.equal(0);
  });
});
