import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { sessionSecretDigestOf, userChallengeOf } from '../../lib/simulator/calculations.js';
import type { Simulator } from '../../lib/simulator/index.js';
import {
  createAnonymous,
  deviceLink,
  deviceLinkRequest,
  documentOk,
  get,
  personOk,
  post,
  sessionStatus,
  startQuickSimulator,
  usePhone,
} from './support.js';

describe('The mock phone', () => {
  let sim: Simulator;
  let site: Server;
  let siteUrl: string;
  let visits: { request: IncomingMessage; stateAtVisit: string }[];
  let sessionID: string;

  before(async () => {
    sim = await startQuickSimulator();
    site = createServer(async (request, response) => {
      const { body } = await sessionStatus(sim, sessionID, 1000);
      visits.push({ request, stateAtVisit: body.state });
      response.writeHead(302, { location: '/account', 'set-cookie': 'sid=new; HttpOnly' }).end();
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  });
  after(async () => {
    await sim.close();
    site.closeAllConnections();
    site.close();
  });
  beforeEach(() => {
    visits = [];
  });

  async function createWithCallback(initialCallbackUrl: string) {
    const session = await createAnonymous(sim, { initialCallbackUrl });
    sessionID = session.response.sessionID;
    return session;
  }

  for (const flowType of ['Web2App', 'App2App'] as const) {
    it(`goes back to the site with the browser's cookie: ${flowType}`, async () => {
      const initialCallbackUrl = `${siteUrl}/callback?value=abc`;
      const session = await createWithCallback(initialCallbackUrl);
      const { status, body } = await usePhone(sim, {
        flowType,
        deviceLink: deviceLink(session, flowType),
        browserCookie: 'sid=old; theme=dark',
        initialCallbackUrl,
      });
      expect(status).to.equal(200);
      expect(visits).to.have.length(1);
      const visited = new URL(visits[0]?.request.url ?? '', siteUrl);
      expect(visits[0]?.request.method).to.equal('GET');
      expect(visits[0]?.request.headers.cookie).to.equal('sid=old; theme=dark');
      expect([...visited.searchParams.keys()]).to.deep.equal(['value', 'sessionSecretDigest', 'userChallengeVerifier']);
      expect(visited.searchParams.get('sessionSecretDigest')).to.equal(
        sessionSecretDigestOf(session.response.sessionSecret),
      );
      const { signature } = (await sessionStatus(sim, sessionID)).body;
      expect(userChallengeOf(visited.searchParams.get('userChallengeVerifier') ?? '')).to.equal(
        signature.userChallenge,
      );
      expect(body).to.deep.equal({
        callbackUrl: visited.href,
        callbackStatus: 302,
        callbackLocation: '/account',
        callbackCookies: ['sid=new; HttpOnly'],
      });
    });
  }

  it('goes back only when the session is complete', async () => {
    const session = await createWithCallback(`${siteUrl}/callback`);
    await usePhone(sim, { flowType: 'Web2App', deviceLink: deviceLink(session, 'Web2App') });
    expect(visits.map(({ stateAtVisit }) => stateAtVisit)).to.deep.equal(['COMPLETE']);
    expect(visits[0]?.request.url).to.match(/^\/callback\?sessionSecretDigest=/);
  });

  it('goes back after a refusal too', async () => {
    const session = await createWithCallback(`${siteUrl}/callback`);
    await usePhone(sim, {
      flowType: 'Web2App',
      documentNumber: 'PNOEE-30403039917-MOCK-Q',
      deviceLink: deviceLink(session, 'Web2App'),
    });
    expect(visits).to.have.length(1);
    expect((await sessionStatus(sim, sessionID)).body.result.endResult).to.equal('USER_REFUSED');
  });

  it('does not go anywhere after a QR code', async () => {
    const session = await createWithCallback(`${siteUrl}/callback`);
    const { body } = await usePhone(sim, { deviceLink: deviceLink(session, 'QR') });
    expect(body).to.deep.equal({});
    expect(visits).to.have.length(0);
  });

  it('says so when the site cannot be reached', async () => {
    const session = await createWithCallback('http://127.0.0.1:9/callback');
    const { status, body } = await usePhone(sim, { flowType: 'Web2App', deviceLink: deviceLink(session, 'Web2App') });
    expect(status).to.equal(200);
    expect(body.callbackError).to.match(/could not be opened/);
  });

  it('answers a session for a person or a document with that account', async () => {
    for (const path of [`etsi/${personOk}`, `document/${documentOk}`]) {
      const request = deviceLinkRequest();
      const { body: response } = await post(`${sim.baseUrl}/authentication/device-link/${path}`, request);
      const link = deviceLink({ request, response }, 'QR');
      const other = await usePhone(sim, { documentNumber: 'PNOLT-40404040009-MOCK-Q', deviceLink: link });
      expect(other.status).to.equal(400);
      expect(other.body.errors[0].code).to.equal('account_unsuitable');
      expect((await usePhone(sim, { deviceLink: link })).status).to.equal(200);
    }
  });

  it('refuses an account that is below the level', async () => {
    const session = await createAnonymous(sim);
    const { status, body } = await usePhone(sim, {
      documentNumber: 'PNOLT-61101019988-MOCK-NQ',
      deviceLink: deviceLink(session, 'QR'),
    });
    expect(status).to.equal(400);
    expect(body.errors[0].paramName).to.equal('documentNumber');
  });

  it('refuses an unknown account', async () => {
    const session = await createAnonymous(sim);
    const { status, body } = await usePhone(sim, {
      documentNumber: 'PNOEE-39999999999-MOCK-Q',
      deviceLink: deviceLink(session, 'QR'),
    });
    expect(status).to.equal(400);
    expect(body.errors[0].code).to.equal('unknown_account');
  });

  it('refuses a flowType that is not the link’s', async () => {
    const session = await createAnonymous(sim);
    const { status, body } = await usePhone(sim, { flowType: 'Web2App', deviceLink: deviceLink(session, 'QR') });
    expect(status).to.equal(400);
    expect(body.errors[0].code).to.equal('flow_mismatch');
  });

  it('refuses another initialCallbackUrl than the session’s', async () => {
    const session = await createWithCallback(`${siteUrl}/callback`);
    const { status, body } = await usePhone(sim, {
      flowType: 'Web2App',
      deviceLink: deviceLink(session, 'Web2App'),
      initialCallbackUrl: `${siteUrl}/other`,
    });
    expect(status).to.equal(400);
    expect(body.errors[0].code).to.equal('callback_mismatch');
  });

  it('refuses a body without its fields', async () => {
    const { status, body } = await post(sim.mockUrl, {});
    expect(status).to.equal(400);
    expect(body.errors.map(({ paramName }: { paramName: string }) => paramName)).to.have.members([
      'documentNumber',
      'deviceLink',
      'flowType',
    ]);
  });

  it('is for POST alone', async () => {
    expect((await get(sim.mockUrl)).status).to.equal(405);
  });
});
