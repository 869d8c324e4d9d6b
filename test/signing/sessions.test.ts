/** Every way to have something signed, by real HTTP against the simulator. */

import { constants, verify } from 'node:crypto';
import { expect } from 'chai';
import type { AttemptView } from '../../lib/attempt/view.js';
import type { SigningStartOptions } from '../../lib/index.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { callbackAfter, okDocument, pathOf, usePhone } from '../support/phone.js';
import { contract, type SigningSite, startSigningSite, storedAttempt } from '../support/signing-site.js';
import { Browser } from '../support/site.js';

const person = 'PNOEE-40404040009';
const someoneElse = 'PNOLT-40404040009-MOCK-Q';

describe('A signature', () => {
  let simulator: Simulator;
  let site: SigningSite;
  let browser: Browser;
  const views: AttemptView[] = [];
  const prepared: unknown[][] = [];

  before(async () => {
    simulator = await startSimulator({ port: 0, notificationDelayMs: 20 });
    site = await startSigningSite(simulator, {
      prepare: (signer, request, req) => {
        prepared.push([signer, request, req.path]);
        return { data: contract };
      },
      onView: (view) => views.push(view),
    });
  });
  after(async () => {
    await site.close();
    await simulator.close();
  });
  beforeEach(() => {
    browser = new Browser(site.origin);
    for (const list of [views, prepared, site.signatures, site.errors]) list.length = 0;
  });

  const start = (options: SigningStartOptions) => browser.start(options);
  const scan = (view: AttemptView, documentNumber = okDocument) =>
    usePhone(simulator, { deviceLink: view.qrLink ?? '', flowType: 'QR', documentNumber });

  /** Uses the link of this device while the page keeps asking, as it must for a linked signature. */
  async function callbackOf(view: AttemptView, flowType: 'Web2App' | 'App2App', documentNumber = okDocument) {
    const deviceLink = (flowType === 'Web2App' ? view.web2AppLink : view.app2AppLink) ?? '';
    const [url] = await Promise.all([
      callbackAfter(simulator, { deviceLink, flowType, documentNumber }),
      browser.settled(view.id),
    ]);
    return pathOf(url);
  }

  /** The one signature that came out, held against the key in its certificate. */
  function expectSigned(documentNumber = okDocument) {
    expect(site.signatures).to.have.length(1);
    const [signature] = site.signatures;
    if (!signature) throw new Error('Nothing was signed.');
    const { value, signer } = signature;
    expect(signer.documentNumber).to.equal(documentNumber);
    expect(documentNumber).to.contain(signer.profile.id);
    const key = {
      key: signer.certificate.publicKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    };
    expect(verify('sha512', contract, key, value)).to.equal(true);
    return signature;
  }

  describe('by the account that logged in before', () => {
    const signer = { documentNumber: okDocument };

    it('is given by QR code, in one session that has the link', async () => {
      const view = await start({ signer, reference: 'contract 7', returnTo: '/contracts/7' });
      expect(view).to.include({ state: 'running', step: 'signature', flow: 'device-link' });
      expect(new URL(view.qrLink ?? '').searchParams.get('sessionType')).to.equal('sign');
      await scan(view);
      expect(await browser.settled(view.id)).to.include({ state: 'ready', step: 'signature' });
      expect((await browser.post('/finish', { id: view.id })).status).to.equal(200);
      expect(expectSigned()).to.include({
        id: view.id,
        reference: 'contract 7',
        returnTo: '/contracts/7',
        flowType: 'QR',
        interactionTypeUsed: 'displayTextAndPIN',
        signatureAlgorithm: 'rsassa-pss',
        hashAlgorithm: 'SHA-512',
      });
    });

    for (const [flow, flowType] of [
      ['device-link', 'Web2App'],
      ['app', 'App2App'],
    ] as const) {
      it(`is given on the same device, by the callback alone (${flowType})`, async () => {
        const view = await start({ signer, flow });
        const callback = await callbackOf(view, flowType);
        expect((await browser.status(view.id)).state).to.equal('callback');
        const early = await browser.post('/finish', { id: view.id });
        expect([early.status, early.body.code]).to.deep.equal([403, 'callback_required']);
        const stranger = await new Browser(site.origin).get(callback);
        expect([stranger.status, stranger.body.code]).to.deep.equal([403, 'return_without_session']);
        expect((await browser.get(callback)).status).to.equal(200);
        expect(expectSigned().flowType).to.equal(flowType);
        expect((await browser.get(callback)).body.code).to.equal('return_without_session');
      });
    }

    it("is given by push, with the service's own code", async () => {
      const view = await start({ signer, flow: 'notification' });
      expect(view).to.include({ state: 'running', step: 'signature', flow: 'notification' });
      expect(view.verificationCode).to.match(/^\d{4}$/);
      expect(view).to.not.have.any.keys('qrLink', 'web2AppLink');
      expect((await browser.settled(view.id)).state).to.equal('ready');
      await browser.post('/finish', { id: view.id });
      expect(expectSigned().flowType).to.equal('Notification');
    });

    it('asks the site once, with the verified certificate, before the phone is asked', async () => {
      const view = await start({ signer, reference: 'contract 7' });
      expect(prepared).to.have.length(1);
      const [told, request, path] = prepared[0] as [any, object, string];
      expect(request).to.deep.equal({ id: view.id, reference: 'contract 7' });
      expect(path).to.equal('/start');
      expect(told.documentNumber).to.equal(okDocument);
      expect(told.certificateLevel).to.equal('QSCD');
      expect(told.profile).to.include({ id: person, displayName: 'OK TESTNUMBER' });
      expect(told.certificate.subject).to.contain(person);
    });
  });

  describe('by somebody who has not logged in', () => {
    it('is given by QR code: a choice with the link, then a signature without one', async () => {
      const view = await start({ reference: 'contract 8' });
      expect(view).to.include({ state: 'running', step: 'certificate' });
      expect(new URL(view.qrLink ?? '').searchParams.get('sessionType')).to.equal('cert');
      expect(prepared).to.have.length(0);
      await scan(view, someoneElse);
      expect((await browser.settled(view.id)).state).to.equal('ready');
      const after = views.slice(views.findIndex(({ step }) => step === 'signature'));
      expect(after).to.not.have.length(0);
      for (const { step, qrLink, web2AppLink, verificationCode } of after) {
        expect({ step, qrLink, web2AppLink, verificationCode }).to.deep.equal({
          step: 'signature',
          qrLink: undefined,
          web2AppLink: undefined,
          verificationCode: undefined,
        });
      }
      await browser.post('/finish', { id: view.id });
      expect(expectSigned(someoneElse)).to.include({ reference: 'contract 8', flowType: 'QR' });
      expect(prepared).to.have.length(1);
      expect((prepared[0] as [any])[0].documentNumber).to.equal(someoneElse);
    });

    for (const [flow, flowType] of [
      ['device-link', 'Web2App'],
      ['app', 'App2App'],
    ] as const) {
      it(`is given on the same device, with one return at the end (${flowType})`, async () => {
        const view = await start({ flow });
        const callback = await callbackOf(view, flowType);
        expect((await browser.status(view.id)).state).to.equal('callback');
        const early = await browser.post('/finish', { id: view.id });
        expect([early.status, early.body.code]).to.deep.equal([403, 'callback_required']);
        const other = await new Browser(site.origin).get(callback);
        expect([other.status, other.body.code]).to.deep.equal([403, 'return_without_session']);
        expect((await browser.get(callback)).status).to.equal(200);
        expect(expectSigned().flowType).to.equal(flowType);
      });
    }

    it('is lost by a return whose secret is not the one of the session', async () => {
      const view = await start({});
      const callback = await callbackOf(view, 'Web2App');
      const forged = callback.replace(/sessionSecretDigest=.{8}/, 'sessionSecretDigest=AAAAAAAA');
      const { status, body } = await browser.get(forged);
      expect([status, body.code]).to.deep.equal([403, 'not_verified']);
      expect((await browser.get(callback)).body.code).to.equal('return_without_session');
      expect(site.signatures).to.have.length(0);
    });

    it('goes on by itself while the page is asleep behind the app', async () => {
      const view = await start({});
      const link = { deviceLink: view.web2AppLink ?? '', flowType: 'Web2App' } as const;
      const url = await callbackAfter(simulator, link);
      expect(views).to.have.length(1);
      expect((await browser.get(pathOf(url))).status).to.equal(200);
      expectSigned();
    });

    it('goes on when the app comes back before it has signed', async () => {
      const view = await start({});
      const phone = callbackAfter(simulator, { deviceLink: view.web2AppLink ?? '', flowType: 'Web2App' });
      const stored = await storedAttempt(site, view.id);
      const { callbackSecret, asked } = stored.session;
      const { sessionSecretDigest } = await import('../../lib/protocol/callback.js');
      const query = new URLSearchParams({
        smartIdAttempt: `${view.id}.${callbackSecret}`,
        sessionSecretDigest: sessionSecretDigest(asked.sessionSecret),
      });
      expect((await browser.get(`/callback?${query}`)).status).to.equal(200);
      await phone;
      expectSigned();
    });

    it('is given by push to a named person: a choice without a code, then a signature with one', async () => {
      const view = await start({ signer: { semanticsIdentifier: person }, flow: 'notification' });
      expect(view).to.include({ state: 'running', step: 'certificate' });
      expect(view).to.not.have.any.keys('qrLink', 'verificationCode');
      expect((await browser.settled(view.id)).state).to.equal('ready');
      const code = views.find(({ verificationCode }) => verificationCode !== undefined);
      expect(code).to.include({ step: 'signature' });
      await browser.post('/finish', { id: view.id });
      // Which of the person's accounts signs is the person's choice.
      expect(site.signatures[0]?.signer.profile.id).to.equal(person);
    });

    it('is given by the person who was named', async () => {
      const view = await start({ signer: { semanticsIdentifier: person } });
      await scan(view);
      await browser.settled(view.id);
      await browser.post('/finish', { id: view.id });
      expectSigned();
    });

    it('is not asked of anybody else than the person who was named', async () => {
      const view = await start({ signer: { semanticsIdentifier: person } });
      await scan(view, someoneElse);
      expect(await browser.settled(view.id)).to.include({ state: 'failed', code: 'not_verified' });
      expect(prepared).to.have.length(0);
      const { status, body } = await browser.post('/finish', { id: view.id });
      expect([status, body.code]).to.deep.equal([403, 'not_verified']);
      expect((await browser.post('/finish', { id: view.id })).body.code).to.equal('no_attempt');
    });
  });

  it('shows nothing secret', async () => {
    for (const options of [{}, { signer: { documentNumber: okDocument } }]) {
      const view = await start(options);
      const { session } = await storedAttempt(site, view.id);
      const { sessionSecret, initialCallbackUrl, digest = sessionSecret } = session.asked;
      for (const secret of [session.sessionID, session.callbackSecret, sessionSecret, initialCallbackUrl, digest]) {
        expect(secret).to.be.a('string');
        expect(JSON.stringify(views)).to.not.contain(secret);
      }
    }
  });

  it('leaves nothing of itself in the session', async () => {
    const view = await start({});
    await scan(view);
    await browser.settled(view.id);
    await browser.post('/finish', { id: view.id });
    expect(await storedAttempt(site, view.id)).to.equal(undefined);
  });

  it('is a session of its own each time, although nothing about it differs', async () => {
    const tabs = [await start({}), await start({})];
    expect(new Set(tabs.map(({ qrLink }) => new URL(qrLink ?? '').searchParams.get('sessionToken'))).size).to.equal(2);
    for (const tab of tabs) await scan(tab);
    for (const { id } of tabs) {
      await browser.settled(id);
      expect((await browser.post('/finish', { id })).status).to.equal(200);
    }
    expect(new Set(site.signatures.map(({ id }) => id)).size).to.equal(2);
  });
});
