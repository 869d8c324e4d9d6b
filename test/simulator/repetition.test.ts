import { expect } from 'chai';
import type { Simulator } from '../../lib/simulator/index.js';
import {
  certificateChoiceRequest,
  createChoice,
  deviceLink,
  deviceLinkRequest,
  documentOk,
  get,
  type Json,
  notificationRequest,
  personOk,
  post,
  signatureRequest,
  startQuickSimulator,
  usePhone,
} from './support.js';

describe('Repeating a request', () => {
  let now = 1_800_000_000_000;
  let sim: Simulator;
  let linkedSessionID: string;
  before(async () => {
    sim = await startQuickSimulator({
      notificationAnswer: 'phone',
      clock: () => now,
      linkedSignatureWaitMs: 600_000,
      relyingParties: [
        { uuid: '00000000-0000-4000-8000-000000000000', name: 'DEMO' },
        { uuid: '00000000-0000-4000-8000-000000000001', name: 'Other' },
      ],
    });
  });
  after(() => sim.close());
  beforeEach(async () => {
    const choice = await createChoice(sim);
    await usePhone(sim, { deviceLink: deviceLink(choice, 'QR') });
    linkedSessionID = choice.response.sessionID;
  });

  const send = async (path: string, body: Json) => (await post(`${sim.baseUrl}/${path}`, body)).body;
  // Another document than the one whose app waits for a linked signature.
  const [otherPerson, otherDocument] = ['PNOLT-40404040009', 'PNOLT-40404040009-MOCK-Q'];
  const endpoints: Record<string, () => Json> = {
    [`signature/device-link/document/${otherDocument}`]: signatureRequest,
    [`signature/device-link/etsi/${otherPerson}`]: signatureRequest,
    [`signature/notification/document/${otherDocument}`]: signatureRequest,
    [`signature/notification/etsi/${otherPerson}`]: signatureRequest,
    'signature/certificate-choice/device-link/anonymous': certificateChoiceRequest,
    [`signature/notification/linked/${documentOk}`]: () => signatureRequest({ linkedSessionID }),
    [`signature/certificate-choice/notification/etsi/${otherPerson}`]: certificateChoiceRequest,
  };

  for (const [path, make] of Object.entries(endpoints)) {
    it(`gives the same session within 15 seconds: ${path}`, async () => {
      const body = make();
      const first = await send(path, body);
      expect(first.sessionID).to.be.a('string');
      now += 14_999;
      expect(await send(path, body)).to.deep.equal(first);
      now += 1;
      expect((await send(path, body)).sessionID).not.to.equal(first.sessionID);
    });

    it(`gives another session for another nonce: ${path}`, async () => {
      const body = make();
      const ids = new Set<string>();
      for (const nonce of ['one', 'two', undefined]) ids.add((await send(path, { ...body, nonce })).sessionID);
      expect(ids.size).to.equal(3);
    });
  }

  it('gives the same session for the same fields in another order', async () => {
    const path = `signature/notification/document/${otherDocument}`;
    const body = signatureRequest();
    const reversed = Object.fromEntries(Object.entries(body).reverse());
    expect(await send(path, reversed)).to.deep.equal(await send(path, body));
  });

  it('gives another session where anything differs, or anybody else asks', async () => {
    const path = `signature/notification/document/${otherDocument}`;
    const body = signatureRequest();
    const { sessionID } = await send(path, body);
    const other = { relyingPartyUUID: '00000000-0000-4000-8000-000000000001', relyingPartyName: 'Other' };
    const { signatureProtocolParameters } = signatureRequest();
    for (const changes of [other, { certificateLevel: 'QSCD' }, { signatureProtocolParameters }]) {
      expect((await send(path, { ...body, ...changes })).sessionID).not.to.equal(sessionID);
    }
    expect((await send(`signature/notification/etsi/${otherPerson}`, body)).sessionID).not.to.equal(sessionID);
  });

  it('does not reach the phone twice', async () => {
    const pushes = async () => (await get(`${new URL(sim.baseUrl).origin}/phone/pushes`)).body.length;
    const body = signatureRequest();
    const before = await pushes();
    for (let time = 0; time < 3; time += 1) await send(`signature/notification/document/${otherDocument}`, body);
    expect(await pushes()).to.equal(before + 1);
  });

  it('gives another session for every authentication', async () => {
    for (const [path, body] of [
      [`authentication/device-link/document/${documentOk}`, deviceLinkRequest()],
      [`authentication/notification/etsi/${personOk}`, notificationRequest()],
    ] as const) {
      const { sessionID } = await send(path, body);
      expect((await send(path, body)).sessionID).not.to.equal(sessionID);
    }
  });
});
