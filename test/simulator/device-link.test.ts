import { expect } from 'chai';
import type { Simulator } from '../../lib/simulator/index.js';
import {
  type Answer,
  browser,
  callbackUrl,
  certificateChoiceRequest,
  createAnonymous,
  createChoice,
  createSigning,
  type DeviceLinkSession,
  deviceLink,
  documentOk,
  type Json,
  sessionStatus,
  signatureRequest,
  startQuickSimulator,
  usePhone,
} from './support.js';

describe('Using a device link', () => {
  let now = 1_800_000_000_000;
  let sim: Simulator;
  before(async () => {
    sim = await startQuickSimulator({ clock: () => now });
  });
  after(() => sim.close());

  async function use(link: string, flowType: string): Promise<Answer> {
    return usePhone(sim, { flowType, deviceLink: link, ...(flowType !== 'QR' && browser) });
  }

  /** A link that is none. */
  async function refusal(link: string, flowType = 'QR'): Promise<string> {
    const { status, body } = await use(link, flowType);
    expect(status).to.equal(400);
    expect(body.errors[0].pointer).to.equal('/deviceLink');
    return body.errors[0].code;
  }

  /** A link that does nothing: the session of it goes on, or was over. */
  async function ignored(link: string, flowType = 'QR'): Promise<string> {
    const { status, body } = await use(link, flowType);
    expect(status).to.equal(200);
    return body.ignored;
  }

  const statusOf = async ({ response }: DeviceLinkSession) => (await sessionStatus(sim, response.sessionID, 1000)).body;

  /** Nobody but the relying party should have made a link for the session. */
  async function expectProtocolFailure(link: string, session: DeviceLinkSession, flowType = 'QR'): Promise<void> {
    expect(await ignored(link, flowType)).to.match(/authCode/);
    expect(await statusOf(session)).to.deep.equal({ state: 'COMPLETE', result: { endResult: 'PROTOCOL_FAILURE' } });
    expect(await ignored(deviceLink(session, 'QR'))).to.match(/over/);
  }

  const anonymous = (changes: Json = {}): Promise<DeviceLinkSession> => createAnonymous(sim, changes);

  for (const change of ['another last character', 'one character less']) {
    it(`ends the session with PROTOCOL_FAILURE for a wrong authCode: ${change}`, async () => {
      const session = await anonymous();
      const link = deviceLink(session, 'QR');
      const last = link.endsWith('A') ? 'B' : 'A';
      await expectProtocolFailure(link.slice(0, -1) + (change.startsWith('another') ? last : ''), session);
    });
  }

  const otherInputs: [string, (session: DeviceLinkSession) => DeviceLinkSession][] = [
    ['challenge', ({ request, response }) => ({ response, request: { ...request, signatureProtocolParameters: {} } })],
    ['relying party', ({ request, response }) => ({ response, request: { ...request, relyingPartyName: 'demo' } })],
    ['interactions', ({ request, response }) => ({ response, request: { ...request, interactions: 'W10=' } })],
    ['secret', ({ request, response }) => ({ request, response: { ...response, sessionSecret: 'AAAA' } })],
  ];
  for (const [what, change] of otherInputs) {
    it(`ends the session for an authCode made with another ${what}`, async () => {
      const session = await anonymous();
      await expectProtocolFailure(deviceLink(change(session), 'QR'), session);
    });
  }

  it('ends the session for an authCode made with another callback', async () => {
    const session = await anonymous({ initialCallbackUrl: callbackUrl });
    const { request, response } = session;
    const link = deviceLink({ response, request: { ...request, initialCallbackUrl: `${callbackUrl}x` } }, 'Web2App');
    await expectProtocolFailure(link, session, 'Web2App');
  });

  it('ends the session for an authCode for a broker from somebody who is none', async () => {
    const session = await anonymous();
    await expectProtocolFailure(deviceLink(session, 'QR', { brokeredRpName: 'Example RP' }), session);
  });

  it('ends the session for a changed language, because the authCode covers it', async () => {
    const session = await anonymous();
    await expectProtocolFailure(deviceLink(session, 'QR').replace('lang=eng', 'lang=est'), session);
  });

  const freshness: [number, number, string][] = [
    [0, 0, 'fresh'],
    [30, 30, 'fresh'],
    [30, 20, 'fresh'],
    [0, 2, 'fresh'],
    [30, 19, 'stale'],
    [11, 0, 'stale'],
    [0, 3, 'stale'],
  ];
  for (const [age, elapsedSeconds, expected] of freshness) {
    it(`takes elapsedSeconds=${elapsedSeconds} as ${expected} after ${age} seconds`, async () => {
      const session = await anonymous();
      now += age * 1000;
      const link = deviceLink(session, 'QR', { elapsedSeconds });
      if (expected === 'fresh') return expect(await ignored(link)).to.equal(undefined);
      expect(await ignored(link)).to.match(/too old/);
      expect(await statusOf(session)).to.deep.equal({ state: 'RUNNING' });
      now += 120_000;
      expect((await statusOf(session)).result).to.deep.equal({ endResult: 'TIMEOUT' });
    });
  }

  it('does not ask a same-device link how old it is', async () => {
    const session = await anonymous({ initialCallbackUrl: 'http://127.0.0.1:9/' });
    now += 119_000;
    const link = deviceLink(session, 'Web2App');
    expect(await ignored(link, 'Web2App')).to.equal(undefined);
  });

  it('passes over a second use', async () => {
    const session = await anonymous();
    const link = deviceLink(session, 'QR');
    expect(await ignored(link)).to.equal(undefined);
    const ended = await statusOf(session);
    expect(await ignored(link)).to.match(/over/);
    expect(await statusOf(session)).to.deep.equal(ended);
  });

  it('passes over a same-device link of a session without callback', async () => {
    const { request, response } = await anonymous();
    const link = deviceLink({ response, request: { ...request, initialCallbackUrl: '' } }, 'Web2App');
    expect(await ignored(link, 'Web2App')).to.match(/not offered/);
  });

  it('passes over a link of an unknown session', async () => {
    const { request, response } = await anonymous();
    const link = deviceLink({ request, response: { ...response, sessionToken: 'A'.repeat(24) } }, 'QR');
    expect(await ignored(link)).to.match(/no session/);
  });

  it('refuses another version', async () => {
    expect(await refusal(deviceLink(await anonymous(), 'QR', { version: '2.0' }))).to.equal('wrong_version');
  });

  it('takes a link of its own type of session only', async () => {
    const path = `device-link/document/${documentOk}`;
    const create: [string, () => Promise<DeviceLinkSession>][] = [
      ['auth', anonymous],
      ['sign', () => createSigning(sim, path, signatureRequest())],
      ['cert', () => createChoice(sim)],
    ];
    for (const [own, session] of create) {
      for (const sessionType of ['auth', 'sign', 'cert', 'pay']) {
        const link = deviceLink(await session(), 'QR', { sessionType });
        if (sessionType === own) expect(await ignored(link), own).to.equal(undefined);
        else if (sessionType === 'pay') expect(await refusal(link)).to.equal('wrong_session_type');
        else expect(await ignored(link), `${sessionType} for ${own}`).to.match(/sessionType must be/);
      }
    }
  });

  it('counts from the first or the last answer where the request was repeated', async () => {
    for (const elapsedSeconds of [0, 12]) {
      const request = certificateChoiceRequest();
      const path = 'certificate-choice/device-link/anonymous';
      await createSigning(sim, path, request);
      now += 12_000;
      const session = await createSigning(sim, path, request);
      const link = deviceLink(session, 'QR', { elapsedSeconds });
      expect(await ignored(link)).to.equal(undefined);
    }
  });

  it('refuses what is not exactly a link', async () => {
    const session = await anonymous({ initialCallbackUrl: callbackUrl });
    const link = deviceLink(session, 'QR');
    const malformed = [
      'hello',
      link.replace('/device-link', '/other'),
      link.replace('deviceLinkType=QR', 'deviceLinkType=qr'),
      link.replace('&elapsedSeconds=0', ''),
      link.replace('&lang=eng', '&lang=en'),
      link.replace('&lang=eng', ''),
      link.replace('&elapsedSeconds=0', '&elapsedSeconds=-1'),
      link.replace(/&version=1\.0&lang=eng/, '&lang=eng&version=1.0'),
      `${link}&more=1`,
      `${link}#fragment=1`,
    ];
    for (const text of malformed) expect(await refusal(text), text).to.equal('malformed_link');
    const withAge = deviceLink(session, 'Web2App', { elapsedSeconds: 1 });
    expect(await refusal(withAge, 'Web2App')).to.equal('malformed_link');
  });

  it('leaves the session open after a link that is none', async () => {
    const session = await anonymous();
    const link = deviceLink(session, 'QR');
    expect(await refusal(link.replace('version=1.0', 'version=1.1'))).to.equal('wrong_version');
    expect(await ignored(link)).to.equal(undefined);
  });
});
