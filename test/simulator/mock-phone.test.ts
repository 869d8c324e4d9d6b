import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { sessionSecretDigestOf, userChallengeOf } from '../../lib/simulator/calculations.js';
import type { Simulator } from '../../lib/simulator/index.js';
import {
  browser,
  createAnonymous,
  type DeviceLinkSession,
  deviceLink,
  deviceLinkRequest,
  documentOk,
  get,
  type Json,
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

  /** As somebody does who knows where the site of the session goes back to. */
  const openApp = (session: DeviceLinkSession, changes: Json = {}) =>
    usePhone(sim, {
      flowType: 'Web2App',
      deviceLink: deviceLink(session, 'Web2App'),
      browserCookie: 'sid=old',
      initialCallbackUrl: session.request.initialCallbackUrl,
      ...changes,
    });

  it('goes back only when the session is complete', async () => {
    const session = await createWithCallback(`${siteUrl}/callback`);
    await openApp(session);
    expect(visits.map(({ stateAtVisit }) => stateAtVisit)).to.deep.equal(['COMPLETE']);
    expect(visits[0]?.request.url).to.match(/^\/callback\?sessionSecretDigest=/);
  });

  it('goes back after a refusal too', async () => {
    const session = await createWithCallback(`${siteUrl}/callback`);
    await openApp(session, { documentNumber: 'PNOEE-30403039917-MOCK-Q' });
    expect(visits).to.have.length(1);
    expect((await sessionStatus(sim, sessionID)).body.result.endResult).to.equal('USER_REFUSED');
  });

  it('does not go anywhere after a QR code, and passes over what comes with it', async () => {
    for (const changes of [{}, { initialCallbackUrl: 'no URL', browserCookie: 7 }]) {
      const session = await createWithCallback(`${siteUrl}/callback`);
      const { status, body } = await usePhone(sim, { deviceLink: deviceLink(session, 'QR'), ...changes });
      expect(status).to.equal(200);
      expect(body).to.deep.equal({});
      expect((await sessionStatus(sim, sessionID)).body.result.endResult).to.equal('OK');
    }
    expect(visits).to.have.length(0);
  });

  it('says so when the site cannot be reached', async () => {
    const session = await createWithCallback('http://127.0.0.1:9/callback');
    const { status, body } = await openApp(session);
    expect(status).to.equal(200);
    expect(body.callbackError).to.match(/could not be opened/);
  });

  it('goes to the URL that it is told, with what belongs to the session', async () => {
    const session = await createWithCallback('https://rp.example.com/callback?value=abc');
    const { body } = await openApp(session, { initialCallbackUrl: `${siteUrl}/other` });
    expect(body).to.include({ callbackStatus: 302 });
    expect(visits.map(({ request }) => request.url?.split('?')[0])).to.deep.equal(['/other']);
    expect(new URL(body.callbackUrl).searchParams.get('sessionSecretDigest')).to.equal(
      sessionSecretDigestOf(session.response.sessionSecret),
    );
  });

  const cookies: [string, string, string][] = [
    ['the text of a header', 'a=b;c=d', 'a=b;c=d'],
    ['JSON of names and values', '{"a":"b","c":"d"}', 'a=b; c=d'],
    ['JSON of one cookie', '{"name":"sid","value":"s%3Aold","path":"/"}', 'sid=s%3Aold'],
    ['JSON of a list', '[{"name":"a","value":"b"},{"name":"c","value":"d"}]', 'a=b; c=d'],
    ['JSON of that text', '"a=b;c=d"', 'a=b;c=d'],
    ['a text that is JSON by chance', '7', '7'],
  ];
  for (const [what, browserCookie, sent] of cookies) {
    it(`takes the cookie as ${what}`, async () => {
      await openApp(await createWithCallback(`${siteUrl}/callback`), { browserCookie });
      expect(visits.map(({ request }) => request.headers.cookie)).to.deep.equal([sent]);
    });
  }

  for (const missing of ['browserCookie', 'initialCallbackUrl']) {
    it(`needs ${missing} on the same device`, async () => {
      const session = await createWithCallback(`${siteUrl}/callback`);
      const { status, body } = await openApp(session, { [missing]: undefined });
      expect(status).to.equal(400);
      expect(body.errors.map(({ pointer }: Json) => pointer)).to.deep.equal([`/${missing}`]);
      expect((await sessionStatus(sim, sessionID, 1000)).body.state).to.equal('RUNNING');
    });
  }

  it('passes over a link whose session is for another person or document', async () => {
    for (const path of [`etsi/${personOk}`, `document/${documentOk}`]) {
      const request = deviceLinkRequest();
      const { body: response } = await post(`${sim.baseUrl}/authentication/device-link/${path}`, request);
      const link = deviceLink({ request, response }, 'QR');
      const other = await usePhone(sim, { documentNumber: 'PNOLT-40404040009-MOCK-Q', deviceLink: link });
      expect(other.status).to.equal(200);
      expect(other.body.ignored).to.match(/not for this account/);
      expect((await sessionStatus(sim, response.sessionID, 1000)).body).to.deep.equal({ state: 'RUNNING' });
      expect((await usePhone(sim, { deviceLink: link })).body).to.deep.equal({});
    }
  });

  it('passes over an account that is below the level', async () => {
    const session = await createAnonymous(sim);
    const { status, body } = await usePhone(sim, {
      documentNumber: 'PNOLT-61101019988-MOCK-NQ',
      deviceLink: deviceLink(session, 'QR'),
    });
    expect(status).to.equal(200);
    expect(body.ignored).to.match(/higher level/);
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
    const { status, body } = await usePhone(sim, {
      flowType: 'Web2App',
      deviceLink: deviceLink(session, 'QR'),
      ...browser,
    });
    expect(status).to.equal(400);
    expect(body.errors[0].pointer).to.equal('/flowType');
  });

  it('refuses a body without its fields', async () => {
    const pointers = async (body: Json) => {
      const answer = await post(sim.mockUrl, body);
      expect(answer.status).to.equal(400);
      return answer.body.errors.map(({ pointer }: Json) => pointer);
    };
    expect(await pointers({})).to.deep.equal(['/flowType']);
    expect(await pointers({ flowType: 'QR' })).to.have.members(['/documentNumber', '/deviceLink']);
  });

  it('is for POST alone', async () => {
    expect((await get(sim.mockUrl)).status).to.equal(405);
  });
});
