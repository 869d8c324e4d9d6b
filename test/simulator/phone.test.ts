import { expect } from 'chai';
import type { Simulator } from '../../lib/simulator/index.js';
import {
  callbackUrl,
  certificateChoiceRequest,
  choiceInteraction,
  createAnonymous,
  createChoice,
  createSigning,
  type DeviceLinkSession,
  deviceLink,
  documentOk,
  encode,
  get,
  type Json,
  notificationRequest,
  post,
  sessionStatus,
  signatureRequest,
  startQuickSimulator,
} from './support.js';

describe('The phone page', () => {
  let sim: Simulator;
  let origin: string;
  before(async () => {
    sim = await startQuickSimulator({ notificationAnswer: 'phone' });
    origin = new URL(sim.baseUrl).origin;
  });
  after(() => sim.close());

  const open = (link: string, phone = 'mine') => post(`${origin}/phone/links`, { phone, deviceLink: link });
  const answer = (id: string, changes: Json = {}) =>
    post(`${origin}/phone/answers`, { phone: 'mine', id, documentNumber: documentOk, confirmed: true, ...changes });
  const endResult = async ({ response }: DeviceLinkSession) =>
    (await sessionStatus(sim, response.sessionID)).body.result.endResult;

  it('is a page with a strict policy', async () => {
    const response = await fetch(sim.phoneUrl);
    expect(response.headers.get('content-type')).to.match(/^text\/html/);
    expect(response.headers.get('content-security-policy')).to.match(/^default-src 'none'; script-src 'self';/);
    expect(response.headers.get('referrer-policy')).to.equal('no-referrer');
    const html = await response.text();
    expect(html).not.to.match(/<script(?! type="module" src=)|<style| style=| onclick=/);
    expect(html.indexOf('Confirm succeeds')).to.be.below(html.indexOf('Something happens instead'));
    expect(html).to.contain('PNOEE-30403039917-MOCK-Q: refuses');
  });

  it('comes with its script, its style and the reader of QR codes', async () => {
    const types = {
      '/phone/phone.js': /javascript/,
      '/phone/phone.css': /css/,
      '/phone/qr/decode.js': /javascript/,
      '/phone/qr/index.js': /javascript/,
    };
    for (const [path, type] of Object.entries(types)) {
      const response = await fetch(`${origin}${path}`);
      expect(response.status, path).to.equal(200);
      expect(response.headers.get('content-type'), path).to.match(type);
      await response.text();
    }
    expect((await get(`${origin}/phone/qr/package.json`)).status).to.equal(404);
  });

  it('opens with the link that was tapped, escaped', async () => {
    const html = await (await fetch(`${origin}/device-link?deviceLinkType=Web2App&x="><script>`)).text();
    expect(html).to.contain(`data-device-link="${origin}/device-link?deviceLinkType=Web2App&#38;x=`);
    expect(html).not.to.contain('"><script>');
  });

  it('shows who asks what, and nothing secret', async () => {
    const session = await createAnonymous(sim);
    const { status, body } = await open(deviceLink(session, 'QR'));
    expect(status).to.equal(200);
    expect(body).to.include({
      flowType: 'QR',
      relyingPartyName: 'DEMO',
      interactionType: 'displayTextAndPIN',
      text: 'Log in to the shop?',
    });
    expect(body.accounts).to.include(documentOk).and.not.to.include('PNOLT-61101019988-MOCK-NQ');
    const text = JSON.stringify(body);
    for (const secret of ['sessionID', 'sessionSecret']) expect(text).not.to.contain(session.response[secret]);
  });

  it('lets a person confirm', async () => {
    const session = await createAnonymous(sim);
    const { body: view } = await open(deviceLink(session, 'QR'));
    expect((await answer(view.id)).body).to.deep.equal({ endResult: 'OK' });
    expect(await endResult(session)).to.equal('OK');
  });

  it('lets a person refuse', async () => {
    const session = await createAnonymous(sim);
    const { body: view } = await open(deviceLink(session, 'QR'));
    expect((await answer(view.id, { confirmed: false })).body.endResult).to.equal('USER_REFUSED');
    expect(await endResult(session)).to.equal('USER_REFUSED');
  });

  it('lets the account decide what confirming leads to', async () => {
    const session = await createAnonymous(sim);
    const { body: view } = await open(deviceLink(session, 'QR'));
    await answer(view.id, { documentNumber: 'PNOEE-00000000007-SIMU-Q' });
    expect(await endResult(session)).to.equal('ACCOUNT_UNUSABLE');
  });

  it('goes back to the callback in the same-device flows, after a refusal too', async () => {
    for (const confirmed of [true, false]) {
      const session = await createAnonymous(sim, { initialCallbackUrl: callbackUrl });
      const { body: view } = await open(deviceLink(session, 'Web2App'));
      const { body } = await answer(view.id, { confirmed });
      expect(body.callbackUrl).to.match(
        /^https:\/\/rp\.example\.com\/callback\?value=\w+&sessionSecretDigest=[\w-]{43}&userChallengeVerifier=[\w-]{43}$/,
      );
    }
  });

  it('keeps a session for the first phone, which may open the link again', async () => {
    const session = await createAnonymous(sim);
    const link = deviceLink(session, 'QR');
    const { body: view } = await open(link);
    expect((await open(link)).body.id).to.equal(view.id);
    const { status, body } = await open(link, 'yours');
    expect(status).to.equal(400);
    expect(body.errors[0].code).to.equal('link_used');
    expect((await answer(view.id, { phone: 'yours' })).status).to.equal(404);
  });

  it('does not answer twice', async () => {
    const session = await createAnonymous(sim);
    const { body: view } = await open(deviceLink(session, 'QR'));
    const answers = await Promise.all([answer(view.id), answer(view.id)]);
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 400]);
  });

  it('does not answer with an account that cannot, or that nobody knows', async () => {
    const session = await createAnonymous(sim);
    const { body: view } = await open(deviceLink(session, 'QR'));
    for (const documentNumber of ['PNOLT-61101019988-MOCK-NQ', 'PNOEE-00000000471-SIMU-Q', 'PNOEE-1-MOCK-Q']) {
      expect((await answer(view.id, { documentNumber })).status).to.equal(400);
    }
  });

  describe('with signatures', () => {
    const linkedSignature = (id: string, phone = 'mine') => post(`${origin}/phone/linked-signatures`, { phone, id });
    const pushIds = async () => (await get(`${origin}/phone/pushes`)).body.map(({ id }: Json) => id);
    const linkTo = ({ response }: DeviceLinkSession, documentNumber = documentOk) =>
      createSigning(
        sim,
        `notification/linked/${documentNumber}`,
        signatureRequest({ linkedSessionID: response.sessionID }),
      );

    it('says that it is about signing', async () => {
      const session = await createSigning(sim, `device-link/document/${documentOk}`, signatureRequest());
      const { body } = await open(deviceLink(session, 'QR'));
      expect(body).to.include({ sessionType: 'sign', interactionType: 'displayTextAndPIN' });
      expect(body.accounts).to.deep.equal([documentOk]);
      expect(body).not.to.have.any.keys('verificationCode', 'verificationCodes');
      await answer(body.id);
      expect(await endResult(session)).to.equal('OK');
    });

    it('shows the server’s code of a signature by push', async () => {
      const session = await createSigning(sim, `notification/document/${documentOk}`, signatureRequest());
      const { body: waiting } = await get(`${origin}/phone/pushes`);
      const view = waiting.at(-1);
      expect(view).to.include({ sessionType: 'sign', verificationCode: session.response.vc.value });
      await answer(view.id);
      expect(await endResult(session)).to.equal('OK');
    });

    for (const [which, expected] of [
      ['right', 'OK'],
      ['wrong', 'WRONG_VC'],
    ] as const) {
      it(`ends with ${expected} after the ${which} choice of the server’s code`, async () => {
        const request = signatureRequest({ interactions: encode([choiceInteraction]) });
        const session = await createSigning(sim, `notification/document/${documentOk}`, request);
        const { value } = session.response.vc;
        const { body: waiting } = await get(`${origin}/phone/pushes`);
        const { id, verificationCodes } = waiting.at(-1);
        expect(verificationCodes).to.have.length(3).and.to.include(value);
        const verificationCode = verificationCodes.find((code: string) => (code === value) === (which === 'right'));
        await answer(id, { verificationCode });
        expect(await endResult(session)).to.equal(expected);
      });
    }

    it('asks for the certificate without a text and a code, by push too', async () => {
      const { body: byLink } = await open(deviceLink(await createChoice(sim), 'QR'));
      const path = 'certificate-choice/notification/etsi/PNOEE-40404040009';
      const session = await createSigning(sim, path, certificateChoiceRequest());
      const { body: waiting } = await get(`${origin}/phone/pushes`);
      for (const view of [byLink, waiting.at(-1)]) {
        expect(view.sessionType).to.equal('cert');
        expect(view).not.to.have.any.keys('text', 'interactionType', 'verificationCode', 'verificationCodes');
      }
      expect((await answer(waiting.at(-1).id)).body).to.deep.equal({ endResult: 'OK' });
      expect(await endResult(session)).to.equal('OK');
    });

    it('stays after the choice, asks the linked question, and goes back then', async () => {
      const choice = await createChoice(sim, { initialCallbackUrl: callbackUrl });
      const { body: view } = await open(deviceLink(choice, 'Web2App'));
      expect((await answer(view.id)).body).to.deep.equal({ endResult: 'OK', waitsForDocument: true });
      const waiting = linkedSignature(view.id);
      const signature = await linkTo(choice);
      const { question } = (await waiting).body;
      expect(question).to.include({ flowType: 'Notification', sessionType: 'sign', text: 'Log in to the shop?' });
      expect(question.accounts).to.deep.equal([documentOk]);
      expect(question).not.to.have.property('verificationCode');
      expect(await pushIds()).not.to.include(question.id);
      const { body } = await answer(question.id);
      expect(body.endResult).to.equal('OK');
      expect(body.callbackUrl).to.match(
        /^https:\/\/rp\.example\.com\/callback\?value=\w+&sessionSecretDigest=[\w-]{43}$/,
      );
      expect(await endResult(signature)).to.equal('OK');
    });

    it('goes back after the linked question was refused', async () => {
      const choice = await createChoice(sim, { initialCallbackUrl: callbackUrl });
      const { body: view } = await open(deviceLink(choice, 'App2App'));
      await answer(view.id);
      const signature = await linkTo(choice);
      const { question } = (await linkedSignature(view.id)).body;
      const { body } = await answer(question.id, { confirmed: false });
      expect(body.callbackUrl).to.contain('sessionSecretDigest=');
      expect(await endResult(signature)).to.equal('USER_REFUSED');
    });

    it('goes back at once after the choice was refused', async () => {
      const choice = await createChoice(sim, { initialCallbackUrl: callbackUrl });
      const { body: view } = await open(deviceLink(choice, 'Web2App'));
      const { body } = await answer(view.id, { confirmed: false });
      expect(body).to.have.all.keys('endResult', 'callbackUrl');
      expect((await linkedSignature(view.id)).status).to.equal(404);
    });

    it('goes back when no document has come in time', async () => {
      const impatient = await startQuickSimulator({ notificationAnswer: 'phone', linkedSignatureWaitMs: 100 });
      try {
        const phonePath = `${new URL(impatient.baseUrl).origin}/phone`;
        for (const flowType of ['Web2App', 'QR'] as const) {
          const choice = await createChoice(impatient, { initialCallbackUrl: callbackUrl });
          const link = deviceLink(choice, flowType);
          const { id } = (await post(`${phonePath}/links`, { phone: 'mine', deviceLink: link })).body;
          const confirmation = { phone: 'mine', id, documentNumber: documentOk, confirmed: true };
          await post(`${phonePath}/answers`, confirmation);
          const { body } = await post(`${phonePath}/linked-signatures`, { phone: 'mine', id });
          expect(body).not.to.have.property('question');
          expect(body.callbackUrl !== undefined).to.equal(flowType === 'Web2App');
        }
      } finally {
        await impatient.close();
      }
    });

    it('leaves a linked question to the phone that made the choice', async () => {
      const choice = await createChoice(sim);
      const { body: view } = await open(deviceLink(choice, 'QR'));
      await answer(view.id);
      expect((await linkedSignature(view.id, 'yours')).status).to.equal(404);
      const signature = await linkTo(choice);
      const { question } = (await linkedSignature(view.id)).body;
      expect((await answer(question.id, { phone: 'yours' })).status).to.equal(404);
      await answer(question.id);
      expect(await endResult(signature)).to.equal('OK');
      expect((await post(`${origin}/phone/linked-signatures`, {})).status).to.equal(400);
    });
  });

  describe('with notifications', () => {
    async function push(changes: Json = {}): Promise<{ sessionID: string; view: Json; code: string }> {
      const rpChallenge = 'GYS+yoah6emAcVDNIajwSs6UB/M95XrDxMzXBUkwQJ9YFDipXXzGpPc7raWcuc2+TEoRc7WvIZ/7dU/iRXenYg==';
      const request = notificationRequest(changes);
      request.signatureProtocolParameters.rpChallenge = rpChallenge;
      const { body } = await post(`${sim.baseUrl}/authentication/notification/document/${documentOk}`, request);
      const { body: waiting } = await get(`${origin}/phone/pushes`);
      return { sessionID: body.sessionID, view: waiting.at(-1), code: '7180' };
    }
    const resultOf = async (sessionID: string) => (await sessionStatus(sim, sessionID)).body.result.endResult;

    it('waits for the person, and shows the code', async () => {
      const { sessionID, view, code } = await push();
      await new Promise((resolve) => setTimeout(resolve, 50));
      const { body: stillWaiting } = await get(`${origin}/phone/pushes`);
      expect(stillWaiting.map(({ id }: Json) => id)).to.include(view.id);
      expect(view).to.include({ flowType: 'Notification', verificationCode: code });
      expect(view.accounts).to.deep.equal([documentOk]);
      await answer(view.id);
      expect(await resultOf(sessionID)).to.equal('OK');
      const { body: waiting } = await get(`${origin}/phone/pushes`);
      expect(waiting.map(({ id }: Json) => id)).not.to.include(view.id);
    });

    it('offers three codes where one has to be chosen', async () => {
      const { sessionID, view, code } = await push({ interactions: encode([choiceInteraction]) });
      expect(view).not.to.have.property('verificationCode');
      expect(view.verificationCodes).to.have.length(3).and.to.include(code);
      await answer(view.id, { verificationCode: code });
      expect(await resultOf(sessionID)).to.equal('OK');
    });

    it('ends with WRONG_VC after a wrong choice', async () => {
      const { sessionID, view, code } = await push({ interactions: encode([choiceInteraction]) });
      const wrong = view.verificationCodes.find((candidate: string) => candidate !== code);
      await answer(view.id, { verificationCode: wrong });
      expect(await resultOf(sessionID)).to.equal('WRONG_VC');
    });
  });
});

describe('A notification that the account answers by itself', () => {
  it('is answered after the delay', async () => {
    const sim = await startQuickSimulator({ notificationDelayMs: 150 });
    try {
      const url = `${sim.baseUrl}/authentication/notification/document/${documentOk}`;
      const { body } = await post(url, notificationRequest());
      const begun = Date.now();
      const { body: status } = await sessionStatus(sim, body.sessionID);
      expect(status.result.endResult).to.equal('OK');
      expect(Date.now() - begun).to.be.within(100, 1000);
    } finally {
      await sim.close();
    }
  });
});
