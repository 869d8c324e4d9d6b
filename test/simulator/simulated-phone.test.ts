import { expect } from 'chai';
import type { AttemptView } from '../../lib/attempt/view.js';
import { SmartIdInputError } from '../../lib/client.js';
import { type ConfirmOptions, type RefuseOptions, type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { okDocument, pathOf } from '../support/phone.js';
import { type SigningSite, startSigningSite } from '../support/signing-site.js';
import { Browser, type Site, startSite } from '../support/site.js';
import { createAnonymous, deviceLink } from './support.js';

const lithuanian = 'PNOLT-40404040009-MOCK-Q';
const refusing = 'PNOEE-30403039917-MOCK-Q';

/** The field that the error names, and its rule. */
async function inputErrorOf(answer: Promise<unknown>): Promise<[string, string]> {
  const error = await answer.then(
    () => new Error('The phone has answered.'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof SmartIdInputError)) throw error;
  return [error.field, error.message];
}

describe('simulator.phone', () => {
  let now = Date.now();
  let simulator: Simulator;
  let login: Site;
  let signing: SigningSite;
  let browser: Browser;

  before(async () => {
    simulator = await startSimulator({
      port: 0,
      notificationAnswer: 'phone',
      notificationDelayMs: 10,
      clock: () => now,
    });
    login = await startSite(simulator, { start: (req) => startOf(req.body) });
    signing = await startSigningSite(simulator);
  });
  after(async () => {
    await login.close();
    await signing.close();
    await simulator.close();
  });
  beforeEach(() => {
    now = Date.now();
    browser = new Browser(login.origin);
  });

  function startOf({ documentNumber, person, ...options }: any) {
    const named = documentNumber ? { documentNumber } : person && { semanticsIdentifier: person };
    return { ...options, identify: () => named };
  }

  const finish = async (view: AttemptView) => (await browser.post('/finish', { id: view.id })).body;
  const documentOf = (body: any) => body.info.documentNumber;

  describe('confirms a login', () => {
    it('by QR code, as a view or as the link itself', async () => {
      for (const given of [(view: AttemptView) => view, (view: AttemptView) => view.qrLink ?? '']) {
        const view = await browser.start();
        expect(await simulator.phone.confirm(given(view))).to.deep.equal({});
        const { info } = await finish(view);
        expect(info).to.include({ documentNumber: okDocument, flowType: 'QR' });
      }
    });

    for (const [flow, link, flowType] of [
      ['device-link', 'web2AppLink', 'Web2App'],
      ['app', 'app2AppLink', 'App2App'],
    ] as const) {
      it(`on the same device, and tells where the browser goes: ${flowType}`, async () => {
        for (const given of [(view: AttemptView) => view, (view: AttemptView) => view[link] ?? '']) {
          const view = await browser.start({ flow });
          const { callbackUrl = '' } = await simulator.phone.confirm(given(view), { sameDevice: true });
          expect([...new URL(callbackUrl).searchParams.keys()]).to.include.members([
            'sessionSecretDigest',
            'userChallengeVerifier',
          ]);
          const { body } = await browser.get(pathOf(callbackUrl));
          expect(body.info).to.include({ documentNumber: okDocument, flowType });
        }
      });
    }

    it('by the only link that there is', async () => {
      const view = await browser.start({ flow: 'app' });
      const { callbackUrl = '' } = await simulator.phone.confirm(view);
      expect((await browser.get(pathOf(callbackUrl))).status).to.equal(200);
    });

    it('by a push, the newest with that code', async () => {
      const view = await browser.start({ flow: 'notification', documentNumber: okDocument });
      expect(view.verificationCode).to.match(/^\d{4}$/);
      expect(await simulator.phone.confirm(view)).to.deep.equal({});
      expect((await finish(view)).info).to.include({ documentNumber: okDocument, flowType: 'Notification' });
    });

    it('with the account that is named', async () => {
      const view = await browser.start();
      await simulator.phone.confirm(view, { documentNumber: lithuanian });
      expect(documentOf(await finish(view))).to.equal(lithuanian);
    });

    it('with an account of the person whom the site asks for, where none is named', async () => {
      for (const flow of ['device-link', 'notification']) {
        const view = await browser.start({ flow, person: 'PNOLT-40404040009' });
        await simulator.phone.confirm(view);
        expect(documentOf(await finish(view)), flow).to.equal(lithuanian);
      }
    });

    it('or does what the document number stands for', async () => {
      const view = await browser.start();
      await simulator.phone.confirm(view, { documentNumber: refusing });
      expect(await finish(view)).to.include({ code: 'user_refused' });
    });
  });

  describe('refuses a login', () => {
    const ways: [string, object, ConfirmOptions][] = [
      ['QR code', {}, {}],
      ['the same device', {}, { sameDevice: true }],
      ['a push', { flow: 'notification', documentNumber: okDocument }, {}],
    ];
    for (const [name, start, options] of ways) {
      it(`by ${name}`, async () => {
        const view = await browser.start(start);
        const { callbackUrl } = await simulator.phone.refuse(view, options);
        expect(callbackUrl !== undefined).to.equal(options.sameDevice === true);
        const { body } = callbackUrl ? await browser.get(pathOf(callbackUrl)) : { body: await finish(view) };
        expect(body).to.include({ code: 'user_refused' });
      });
    }

    it('but not with WRONG_VC where the app shows no code, and leaves the session as it is', async () => {
      const view = await browser.start();
      const [field, message] = await inputErrorOf(simulator.phone.refuse(view, { outcome: 'WRONG_VC' }));
      expect([field, message]).to.deep.equal([
        'outcome',
        'outcome cannot be WRONG_VC here: the app lets nobody choose a code.',
      ]);
      await simulator.phone.confirm(view);
      expect((await finish(view)).info).to.include({ documentNumber: okDocument });
    });

    for (const outcome of ['USER_REFUSED_INTERACTION', 'TIMEOUT', 'DOCUMENT_UNUSABLE', 'SERVER_ERROR'] as const) {
      it(`with the outcome ${outcome}, whatever the account stands for`, async () => {
        const view = await browser.start();
        await simulator.phone.refuse(view, { outcome });
        expect(await finish(view)).to.include({ code: outcome.toLowerCase() });
      });
    }
  });

  describe('answers a push that an account answers by itself', () => {
    let automatic: Simulator;
    let site: Site;
    before(async () => {
      automatic = await startSimulator({ port: 0, notificationDelayMs: 150 });
      site = await startSite(automatic, {
        start: (req) => ({ flow: 'notification', identify: () => ({ documentNumber: req.body.documentNumber }) }),
      });
    });
    after(async () => {
      await site.close();
      await automatic.close();
    });
    beforeEach(() => {
      browser = new Browser(site.origin);
    });

    it('before it does', async () => {
      const view = await browser.start({ documentNumber: okDocument });
      await automatic.phone.refuse(view);
      expect(await finish(view)).to.include({ code: 'user_refused' });
    });

    it('and is content where it has done the same, or else says how it ended', async () => {
      const view = await browser.start({ documentNumber: okDocument });
      await browser.settled(view.id);
      expect(await automatic.phone.confirm(view)).to.deep.equal({});
      const [field, message] = await inputErrorOf(automatic.phone.refuse(view));
      expect(field).to.equal('verificationCode');
      expect(message).to.match(/is already over, with OK\./);
      expect(documentOf(await finish(view))).to.equal(okDocument);
    });

    it('also while another answer is being made', async () => {
      const view = await browser.start({ documentNumber: okDocument });
      const [first, second, refusal] = await Promise.allSettled([
        automatic.phone.confirm(view),
        automatic.phone.confirm(view),
        automatic.phone.refuse(view),
      ]);
      expect([first.status, second.status, refusal.status]).to.deep.equal(['fulfilled', 'fulfilled', 'rejected']);
      expect(documentOf(await finish(view))).to.equal(okDocument);
    });
  });

  describe('answers a signing', () => {
    beforeEach(() => {
      browser = new Browser(signing.origin);
      signing.signatures.length = 0;
    });

    const signer = { documentNumber: okDocument };

    it('by QR code and by push, of somebody who is known', async () => {
      for (const flow of ['device-link', 'notification']) {
        const view = await browser.start({ signer, flow });
        await simulator.phone.confirm(view);
        expect((await finish(view)).documentNumber, flow).to.equal(okDocument);
      }
    });

    it('by QR code, of somebody who is not known: the certificate and the signature', async () => {
      const view = await browser.start();
      expect(view.step).to.equal('certificate');
      await simulator.phone.confirm(view, { documentNumber: lithuanian });
      expect((await finish(view)).documentNumber).to.equal(lithuanian);
    });

    it('on the same device, of somebody who is not known', async () => {
      const view = await browser.start();
      const { callbackUrl = '' } = await simulator.phone.confirm(view, { sameDevice: true });
      expect((await browser.get(pathOf(callbackUrl))).body.documentNumber).to.equal(okDocument);
    });

    it('by two pushes, of which the first has no code', async () => {
      const view = await browser.start({ signer: { semanticsIdentifier: 'PNOLT-40404040009' }, flow: 'notification' });
      expect(view).to.include({ step: 'certificate' }).and.not.have.property('verificationCode');
      await simulator.phone.confirm(view);
      const second = await untilCode(view.id);
      await simulator.phone.confirm(second);
      expect((await finish(view)).documentNumber).to.equal(lithuanian);
    });

    async function untilCode(id: string): Promise<AttemptView> {
      for (;;) {
        const view = await browser.status(id);
        if (view.verificationCode || view.state !== 'running') return view;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }

    for (const [outcome, code] of [
      [undefined, 'user_refused'],
      ['USER_REFUSED_CERT_CHOICE', 'user_refused_cert_choice'],
      ['USER_REFUSED_INTERACTION', 'user_refused_interaction'],
    ] as const) {
      it(`refuses with ${outcome ?? 'USER_REFUSED'}`, async () => {
        const view = await browser.start();
        await simulator.phone.refuse(view, { outcome });
        expect(await finish(view)).to.include({ code });
      });
    }
  });

  describe('names what it cannot use', () => {
    it('a QR link that is too old', async () => {
      const view = await browser.start();
      now += 12_000;
      const [field, message] = await inputErrorOf(simulator.phone.confirm(view));
      expect(field).to.equal('qrLink');
      expect(message).to.match(/too old.* Ask for the status/);
      const inText = await inputErrorOf(simulator.phone.confirm(view.qrLink ?? ''));
      expect(inText).to.deep.equal(['view', message.replace('qrLink', 'view')]);
    });

    it('a link of another service, or another link than its field says', async () => {
      const other = await startSimulator({ port: 0 });
      const session = await createAnonymous(other);
      await other.close();
      const { qrLink, web2AppLink } = await browser.start();
      for (const [view, named, options] of [
        [{ qrLink: deviceLink(session, 'QR') }, 'qrLink', {}],
        [deviceLink(session, 'QR'), 'view', {}],
        ['no link', 'view', {}],
        [{ qrLink: web2AppLink }, 'qrLink', {}],
        [{ web2AppLink: qrLink }, 'web2AppLink', { sameDevice: true }],
      ] as [object | string, string, ConfirmOptions][]) {
        const [field, message] = await inputErrorOf(simulator.phone.confirm(view, options));
        expect([field, message.startsWith(`${named} was refused by the phone: `)]).to.deep.equal([named, true]);
      }
    });

    it('a link that was used', async () => {
      const view = await browser.start();
      await simulator.phone.confirm(view);
      expect(await inputErrorOf(simulator.phone.confirm(view))).to.deep.equal([
        'qrLink',
        'qrLink was refused by the phone: The session is over.',
      ]);
    });

    it('a view with nothing to answer', async () => {
      for (const view of [undefined, null, {}, { state: 'failed', code: 'no_attempt' }, { error: 'Refused' }]) {
        for (const act of ['confirm', 'refuse'] as const) {
          const [field, message] = await inputErrorOf(simulator.phone[act](view as object));
          expect([field, /^view has nothing to answer/.test(message)]).to.deep.equal(['view', true]);
        }
      }
      const [, message] = await inputErrorOf(simulator.phone.confirm({ state: 'failed' }));
      expect(message).to.match(/its state is "failed"\.$/);
    });

    it('a view without a link for the same device', async () => {
      const { qrLink } = await browser.start();
      const [field] = await inputErrorOf(simulator.phone.confirm({ qrLink }, { sameDevice: true }));
      expect(field).to.equal('sameDevice');
    });

    it('a push that is held back, and one that never was', async () => {
      const start = { flow: 'notification', documentNumber: okDocument };
      const held = await browser.start({ ...start, holdPush: true });
      expect((await inputErrorOf(simulator.phone.confirm(held)))[0]).to.equal('isHeld');
      const sent = (await browser.post('/push', { id: held.id })).body;
      expect((await inputErrorOf(simulator.phone.confirm(sent, { documentNumber: lithuanian })))[1]).to.equal(
        `verificationCode belongs to no push to ${lithuanian}.`,
      );
      await simulator.phone.confirm(sent);
      const [field, message] = await inputErrorOf(simulator.phone.confirm({ verificationCode: 'none' }));
      expect([field, message]).to.deep.equal(['verificationCode', 'verificationCode belongs to no push.']);
    });

    it('an account that is not there, or that the session is not for', async () => {
      const view = await browser.start({ person: 'PNOLT-40404040009' });
      for (const documentNumber of ['PNOEE-39999999999-MOCK-Q', '', okDocument]) {
        const [field] = await inputErrorOf(simulator.phone.confirm(view, { documentNumber }));
        expect(field, documentNumber).to.equal('documentNumber');
      }
    });

    it('an outcome that is none of a refusal', async () => {
      const view = await browser.start();
      for (const outcome of ['OK', 'user_refused', 471, null]) {
        const [field] = await inputErrorOf(simulator.phone.refuse(view, { outcome } as RefuseOptions));
        expect(field).to.equal('outcome');
      }
      await simulator.phone.confirm(view);
    });
  });
});
