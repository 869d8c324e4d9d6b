import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { sessionSecretDigestOf } from '../../lib/simulator/calculations.js';
import type { Simulator, SimulatorOptions } from '../../lib/simulator/index.js';
import {
  certificateChoiceRequest,
  createAnonymous,
  createChoice,
  createSigning,
  type DeviceLinkSession,
  deviceLink,
  documentOk,
  type Json,
  notificationRequest,
  personOk,
  post,
  sessionStatus,
  signatureRequest,
  startQuickSimulator,
  usePhone,
} from './support.js';

const other = { person: 'PNOLT-40404040009', document: 'PNOLT-40404040009-MOCK-Q' };
const otherRelyingParty = { relyingPartyUUID: '00000000-0000-4000-8000-000000000001', relyingPartyName: 'Other' };
const relyingParties: SimulatorOptions['relyingParties'] = [
  { uuid: '00000000-0000-4000-8000-000000000000', name: 'DEMO' },
  { uuid: otherRelyingParty.relyingPartyUUID, name: otherRelyingParty.relyingPartyName },
];

describe('A linked signature', () => {
  let now = 1_800_000_000_000;
  let sim: Simulator;
  let choice: DeviceLinkSession;
  before(async () => {
    // A person on the phone page would answer pushes, nobody here: only the phone that made the choice answers by itself.
    sim = await startQuickSimulator({ clock: () => now, notificationAnswer: 'phone', relyingParties });
  });
  after(() => sim.close());
  beforeEach(async () => {
    // The app of an earlier test waits no longer.
    now += 10_000;
    choice = await madeChoice();
  });

  async function madeChoice(): Promise<DeviceLinkSession> {
    const session = await createChoice(sim);
    expect((await usePhone(sim, { deviceLink: deviceLink(session, 'QR') })).body).to.deep.equal({});
    return session;
  }

  const linkedTo = ({ response }: DeviceLinkSession, changes: Json = {}) =>
    signatureRequest({ linkedSessionID: response.sessionID, ...changes });
  const link = (session: DeviceLinkSession, document = documentOk) =>
    createSigning(sim, `notification/linked/${document}`, linkedTo(session));
  const statusOf = async ({ response }: DeviceLinkSession) => (await sessionStatus(sim, response.sessionID)).body;
  const endOf = async (session: DeviceLinkSession) => (await statusOf(session)).result.endResult;

  it('is answered by the phone that made the choice', async () => {
    const status = await statusOf(await link(choice));
    expect(status.result).to.deep.equal({ endResult: 'OK', documentNumber: documentOk });
    expect(status.signatureProtocol).to.equal('RAW_DIGEST_SIGNATURE');
    expect(status.signature.flowType).to.equal('Notification');
    expect(status.cert).to.deep.equal((await statusOf(choice)).cert);
  });

  it('may use another algorithm and level than the choice, and another interaction', async () => {
    const request = linkedTo(choice, { certificateLevel: 'QSCD' });
    expect(await endOf(await createSigning(sim, `notification/linked/${documentOk}`, request))).to.equal('OK');
  });

  describe('ends with EXPECTED_LINKED_SESSION', () => {
    it('for another document, and the app goes on waiting', async () => {
      expect(await endOf(await link(choice, other.document))).to.equal('EXPECTED_LINKED_SESSION');
      expect(await endOf(await link(choice))).to.equal('OK');
    });

    it('after the wait', async () => {
      now += 9999;
      expect(await endOf(await link(choice))).to.equal('OK');
      const late = await madeChoice();
      now += 10_000;
      expect(await endOf(await link(late))).to.equal('EXPECTED_LINKED_SESSION');
    });

    it('for a choice that has its linked signature already', async () => {
      const first = await link(choice);
      expect(await endOf(await link(choice))).to.equal('EXPECTED_LINKED_SESSION');
      expect(await endOf(first)).to.equal('OK');
      expect(await endOf(await link(choice))).to.equal('EXPECTED_LINKED_SESSION');
    });

    const pushes: [string, () => Json][] = [
      [`signature/notification/document/${documentOk}`, signatureRequest],
      [`signature/notification/etsi/${personOk}`, signatureRequest],
      [`signature/certificate-choice/notification/etsi/${personOk}`, certificateChoiceRequest],
      [`authentication/notification/document/${documentOk}`, notificationRequest],
    ];
    for (const [path, request] of pushes) {
      it(`for something else that is pushed, and the app goes on waiting: ${path}`, async () => {
        const { body: response } = await post(`${sim.baseUrl}/${path}`, request());
        expect(await statusOf({ request, response })).to.deep.equal({
          state: 'COMPLETE',
          result: { endResult: 'EXPECTED_LINKED_SESSION' },
        });
        expect(await endOf(await link(choice))).to.equal('OK');
      });
    }

    it('for no device link, which nobody has shown to an app', async () => {
      const path = `device-link/document/${documentOk}`;
      const { response } = await createSigning(sim, path, signatureRequest());
      expect((await sessionStatus(sim, response.sessionID, 1000)).body).to.deep.equal({ state: 'RUNNING' });
      expect(await endOf(await link(choice))).to.equal('OK');
    });

    it('for an intruder of another relying party', async () => {
      const request = signatureRequest(otherRelyingParty);
      const intruder = await createSigning(sim, `notification/document/${documentOk}`, request);
      expect(await endOf(intruder)).to.equal('EXPECTED_LINKED_SESSION');
    });
  });

  it('is in nobody’s way who signs with another document, or chooses, or logs in', async () => {
    const sessions = [
      await createSigning(sim, `device-link/document/${other.document}`, signatureRequest()),
      await createSigning(sim, `device-link/etsi/${other.person}`, signatureRequest()),
      await createChoice(sim),
      await createAnonymous(sim),
    ];
    for (const session of sessions) {
      const used = await usePhone(sim, { documentNumber: other.document, deviceLink: deviceLink(session, 'QR') });
      expect(used.status).to.equal(200);
      expect(await endOf(session)).to.equal('OK');
    }
  });

  it('is in nobody’s way once it has come, or the wait is over', async () => {
    const waiting = signatureRequest();
    await link(choice);
    const session = await createSigning(sim, `device-link/document/${documentOk}`, waiting);
    expect((await usePhone(sim, { deviceLink: deviceLink(session, 'QR') })).status).to.equal(200);
    await madeChoice();
    now += 10_000;
    const later = await createSigning(sim, `device-link/document/${documentOk}`, signatureRequest());
    expect((await usePhone(sim, { deviceLink: deviceLink(later, 'QR') })).status).to.equal(200);
  });

  describe('is refused with 400 for', () => {
    async function expectRefusal(linkedSessionID: string, code: string, changes: Json = {}): Promise<void> {
      const url = `${sim.baseUrl}/signature/notification/linked/${documentOk}`;
      const { status, body } = await post(url, signatureRequest({ linkedSessionID, ...changes }));
      expect(status).to.equal(400);
      expect(body.errors).to.have.length(1);
      expect(body.errors[0]).to.include({ code, paramName: 'linkedSessionID', pointer: '/linkedSessionID' });
    }

    it('a session that does not exist', async () => {
      await expectRefusal('00000000-0000-4000-8000-000000000000', 'session_not_found');
      await expectRefusal('abc', 'session_not_found');
    });

    it('a choice of another relying party', () =>
      expectRefusal(choice.response.sessionID, 'session_not_found', otherRelyingParty));

    it('a certificate choice by notification', async () => {
      const path = `certificate-choice/notification/etsi/${other.person}`;
      const byPush = await createSigning(sim, path, certificateChoiceRequest());
      await expectRefusal(byPush.response.sessionID, 'cannot_be_linked');
    });

    it('a session that is no certificate choice', async () => {
      const signature = await createSigning(sim, `device-link/document/${other.document}`, signatureRequest());
      for (const { response } of [signature, await createAnonymous(sim), await link(choice)]) {
        await expectRefusal(response.sessionID, 'cannot_be_linked');
      }
    });

    it('a choice that nobody has made', async () => {
      const { response } = await createChoice(sim);
      await expectRefusal(response.sessionID, 'choice_not_made');
    });

    it('a choice that was refused', async () => {
      const refused = await createChoice(sim);
      await usePhone(sim, { documentNumber: 'PNOEE-30403039917-MOCK-Q', deviceLink: deviceLink(refused, 'QR') });
      await expectRefusal(refused.response.sessionID, 'choice_not_made');
    });
  });
});

describe('The mock phone, after a certificate choice', () => {
  let sim: Simulator;
  let site: Server;
  let initialCallbackUrl: string;
  let visits: { url: URL; at: number; endOfSignature?: string }[];
  let signature: DeviceLinkSession | undefined;

  before(async () => {
    sim = await startQuickSimulator({ notificationAnswer: 'phone', linkedSignatureWaitMs: 1_500 });
    site = createServer(async (request, response) => {
      const status = signature && (await sessionStatus(sim, signature.response.sessionID, 1000)).body;
      const url = new URL(request.url ?? '', initialCallbackUrl);
      visits.push({ url, at: Date.now(), endOfSignature: status?.result?.endResult });
      response.end();
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    initialCallbackUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}/callback?value=abc`;
  });
  after(async () => {
    await sim.close();
    site.closeAllConnections();
    site.close();
  });
  beforeEach(() => {
    visits = [];
    signature = undefined;
  });

  async function linkWhenChosen(
    { response }: DeviceLinkSession,
    documentNumber: string,
    changes: Json = {},
  ): Promise<DeviceLinkSession> {
    const { body } = await sessionStatus(sim, response.sessionID);
    expect(body.result.endResult).to.equal('OK');
    const request = signatureRequest({ linkedSessionID: response.sessionID, ...changes });
    signature = await createSigning(sim, `notification/linked/${documentNumber}`, request);
    return signature;
  }

  for (const flowType of ['Web2App', 'App2App'] as const) {
    for (const documentNumber of [documentOk, 'PNOEE-30403039928-MOCK-Q']) {
      it(`goes back once, when the linked signature has ended: ${flowType}, ${documentNumber}`, async () => {
        const choice = await createChoice(sim, { initialCallbackUrl });
        const link = deviceLink(choice, flowType);
        const use = { flowType, documentNumber, deviceLink: link, browserCookie: 'none=1', initialCallbackUrl };
        const used = usePhone(sim, use);
        await linkWhenChosen(choice, documentNumber);
        const { body } = await used;
        await wait(500);
        expect(visits).to.have.length(1);
        const [{ url, endOfSignature }] = visits as [(typeof visits)[number]];
        expect(endOfSignature).to.equal(documentNumber === documentOk ? 'OK' : 'USER_REFUSED_INTERACTION');
        expect([...url.searchParams.keys()]).to.deep.equal(['value', 'sessionSecretDigest']);
        expect(url.searchParams.get('sessionSecretDigest')).to.equal(
          sessionSecretDigestOf(choice.response.sessionSecret),
        );
        expect(body).to.include({ callbackUrl: url.href, callbackStatus: 200 });
      });
    }
  }

  it('goes back when the wait is over', async () => {
    const choice = await createChoice(sim, { initialCallbackUrl });
    const begun = Date.now();
    await usePhone(sim, {
      flowType: 'Web2App',
      browserCookie: 'none=1',
      initialCallbackUrl,
      deviceLink: deviceLink(choice, 'Web2App'),
    });
    expect(Date.now() - begun).to.be.within(1_490, 6_000);
    expect(visits).to.have.length(1);
    const late = signatureRequest({ linkedSessionID: choice.response.sessionID });
    const { response } = await createSigning(sim, `notification/linked/${documentOk}`, late);
    expect((await sessionStatus(sim, response.sessionID)).body.result.endResult).to.equal('EXPECTED_LINKED_SESSION');
  });

  it('goes back at once when the choice was refused', async () => {
    const choice = await createChoice(sim, { initialCallbackUrl });
    const begun = Date.now();
    const refuses = 'PNOEE-00000000001-SIMU-Q';
    const link = deviceLink(choice, 'Web2App');
    const { body } = await usePhone(sim, {
      flowType: 'Web2App',
      browserCookie: 'none=1',
      initialCallbackUrl,
      documentNumber: refuses,
      deviceLink: link,
    });
    expect(Date.now() - begun).to.be.below(1_400);
    expect(visits).to.have.length(1);
    expect(new URL(body.callbackUrl).searchParams.has('userChallengeVerifier')).to.equal(false);
  });

  it('answers at once after a QR code, and the linked signature by itself', async () => {
    const choice = await createChoice(sim, { initialCallbackUrl });
    const begun = Date.now();
    const { body } = await usePhone(sim, { deviceLink: deviceLink(choice, 'QR') });
    expect(body).to.deep.equal({});
    expect(Date.now() - begun).to.be.below(1_400);
    const { response } = await linkWhenChosen(choice, documentOk);
    expect((await sessionStatus(sim, response.sessionID)).body.result.endResult).to.equal('OK');
    expect(visits).to.have.length(0);
  });

  it('goes back after a signature with the digest of the secret alone', async () => {
    const request = signatureRequest({ initialCallbackUrl });
    const session = await createSigning(sim, `device-link/document/${documentOk}`, request);
    await usePhone(sim, {
      flowType: 'Web2App',
      browserCookie: 'none=1',
      initialCallbackUrl,
      deviceLink: deviceLink(session, 'Web2App'),
    });
    expect(visits.map(({ url }) => [...url.searchParams.keys()])).to.deep.equal([['value', 'sessionSecretDigest']]);
  });
});
