import { expect } from 'chai';
import type { Simulator } from '../../lib/simulator/index.js';
import {
  callbackUrl,
  certificateChoiceRequest,
  createAnonymous,
  createChoice,
  createSigning,
  type DeviceLinkSession,
  deviceLink,
  documentOk,
  type Json,
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

  async function refusal(link: string, flowType = 'QR'): Promise<string> {
    const { status, headers, body } = await usePhone(sim, { flowType, deviceLink: link });
    expect(status).to.equal(400);
    expect(headers.get('content-type')).to.match(/^application\/problem\+json/);
    expect(body.errors[0].pointer).to.equal('/deviceLink');
    return body.errors[0].code;
  }

  const anonymous = (changes: Json = {}): Promise<DeviceLinkSession> => createAnonymous(sim, changes);

  it('refuses a wrong authCode', async () => {
    const link = deviceLink(await anonymous(), 'QR');
    const last = link.endsWith('A') ? 'B' : 'A';
    expect(await refusal(link.slice(0, -1) + last)).to.equal('wrong_auth_code');
    expect(await refusal(link.slice(0, -1))).to.equal('wrong_auth_code');
  });

  const otherInputs: [string, (session: DeviceLinkSession) => DeviceLinkSession][] = [
    ['challenge', ({ request, response }) => ({ response, request: { ...request, signatureProtocolParameters: {} } })],
    ['relying party', ({ request, response }) => ({ response, request: { ...request, relyingPartyName: 'demo' } })],
    ['interactions', ({ request, response }) => ({ response, request: { ...request, interactions: 'W10=' } })],
    ['secret', ({ request, response }) => ({ request, response: { ...response, sessionSecret: 'AAAA' } })],
  ];
  for (const [what, change] of otherInputs) {
    it(`refuses an authCode made with another ${what}`, async () => {
      expect(await refusal(deviceLink(change(await anonymous()), 'QR'))).to.equal('wrong_auth_code');
    });
  }

  it('refuses an authCode made with another callback', async () => {
    const { request, response } = await anonymous({ initialCallbackUrl: callbackUrl });
    const link = deviceLink({ response, request: { ...request, initialCallbackUrl: `${callbackUrl}x` } }, 'Web2App');
    expect(await refusal(link, 'Web2App')).to.equal('wrong_auth_code');
  });

  it('refuses an authCode for a broker from somebody who is none', async () => {
    const link = deviceLink(await anonymous(), 'QR', { brokeredRpName: 'Example RP' });
    expect(await refusal(link)).to.equal('wrong_auth_code');
  });

  it('refuses a changed language, because the authCode covers it', async () => {
    const link = deviceLink(await anonymous(), 'QR');
    expect(await refusal(link.replace('lang=eng', 'lang=est'))).to.equal('wrong_auth_code');
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
      if (expected === 'stale') expect(await refusal(link)).to.equal('stale_link');
      else expect((await usePhone(sim, { deviceLink: link })).status).to.equal(200);
    });
  }

  it('does not ask a same-device link how old it is', async () => {
    const session = await anonymous({ initialCallbackUrl: 'http://127.0.0.1:9/' });
    now += 119_000;
    const link = deviceLink(session, 'Web2App');
    expect((await usePhone(sim, { flowType: 'Web2App', deviceLink: link })).status).to.equal(200);
  });

  it('refuses a second use', async () => {
    const link = deviceLink(await anonymous(), 'QR');
    expect((await usePhone(sim, { deviceLink: link })).status).to.equal(200);
    expect(await refusal(link)).to.equal('session_over');
  });

  it('refuses a same-device link of a session without callback', async () => {
    const { request, response } = await anonymous();
    const link = deviceLink({ response, request: { ...request, initialCallbackUrl: '' } }, 'Web2App');
    expect(await refusal(link, 'Web2App')).to.equal('flow_not_offered');
  });

  it('refuses a link of an unknown session', async () => {
    const { request, response } = await anonymous();
    const link = deviceLink({ request, response: { ...response, sessionToken: 'A'.repeat(24) } }, 'QR');
    expect(await refusal(link)).to.equal('unknown_session');
  });

  it('refuses another version or session type', async () => {
    const session = await anonymous();
    expect(await refusal(deviceLink(session, 'QR', { version: '2.0' }))).to.equal('wrong_version');
    expect(await refusal(deviceLink(session, 'QR', { sessionType: 'sign' }))).to.equal('wrong_session_type');
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
        if (sessionType === own) expect((await usePhone(sim, { deviceLink: link })).status, own).to.equal(200);
        else expect(await refusal(link), `${sessionType} for ${own}`).to.equal('wrong_session_type');
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
      expect((await usePhone(sim, { deviceLink: link })).status).to.equal(200);
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

  it('leaves the session open after a link that was refused', async () => {
    const session = await anonymous();
    await refusal(`${deviceLink(session, 'QR')}x`);
    expect((await usePhone(sim, { deviceLink: deviceLink(session, 'QR') })).status).to.equal(200);
  });
});
