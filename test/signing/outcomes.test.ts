/** Signatures that are not given: what the site is told, and what the visitor is. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect } from 'chai';
import type { AttemptView } from '../../lib/attempt/view.js';
import { type Prepare, type SigningStartOptions, verificationFailureChannel } from '../../lib/index.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { otherSignature } from '../support/faults.js';
import { okDocument, usePhone } from '../support/phone.js';
import { demoWithAdvanced } from '../support/relying-parties.js';
import { useShortWaits } from '../support/short-waits.js';
import { contract, type SigningSite, startSigningSite, storedAttempt } from '../support/signing-site.js';
import { Browser } from '../support/site.js';

const neutral = { state: 'failed', code: 'not_completed' };
const person = 'PNOEE-40404040009';

describe('A signature that is not given', () => {
  let simulator: Simulator;
  let site: SigningSite;
  let browser: Browser;
  let prepare: Prepare;
  let prepared = 0;
  const reasons: (string | undefined)[] = [];

  before(async () => {
    simulator = await startSimulator({
      port: 0,
      relyingParties: [demoWithAdvanced],
      notificationDelayMs: 20,
      linkedSignatureWaitMs: 3_000,
    });
    site = await startSigningSite(simulator, {
      prepare: (...told) => {
        prepared += 1;
        return prepare(...told);
      },
      onView: ({ reason }) => reasons.push(reason),
      signing: { certificateLevel: 'ADVANCED' },
    });
  });
  after(async () => {
    await site.close();
    await simulator.close();
  });
  beforeEach(() => {
    browser = new Browser(site.origin);
    prepare = () => ({ data: contract });
    prepared = 0;
    for (const list of [reasons, site.signatures, site.errors]) list.length = 0;
  });
  afterEach(() => {
    simulator.faults.clear();
    expect(site.signatures, 'what the handler behind finish got').to.have.length(0);
  });

  const scan = (view: AttemptView, documentNumber = okDocument) =>
    usePhone(simulator, { deviceLink: view.qrLink ?? '', flowType: 'QR', documentNumber });

  const withChoiceOfCode: SigningStartOptions['interactions'] = [
    { type: 'confirmationMessageAndVerificationCodeChoice', displayText200: 'Sign' },
    { type: 'displayTextAndPIN', displayText60: 'Sign' },
  ];

  /** The ways in which an account comes to a signature. */
  const ways: Record<string, (documentNumber: string) => Promise<AttemptView>> = {
    'by QR code, known': async (documentNumber) => {
      const view = await browser.start({ signer: { documentNumber } });
      await scan(view, documentNumber);
      return view;
    },
    'by push, known': (documentNumber) =>
      browser.start({ signer: { documentNumber }, flow: 'notification', interactions: withChoiceOfCode }),
    'by QR code, not known': async (documentNumber) => {
      const view = await browser.start({});
      await scan(view, documentNumber);
      return view;
    },
    'by push, named': (documentNumber) =>
      browser.start({
        interactions: withChoiceOfCode,
        signer: { semanticsIdentifier: documentNumber.replace(/-[^-]+-[^-]+$/, '') },
        flow: 'notification',
      }),
  };

  for (const [outcome, documentNumber, code] of [
    ['refuses', 'PNOEE-30403039917-MOCK-Q', 'user_refused'],
    ['refuses what is shown', 'PNOEE-30403039928-MOCK-Q', 'user_refused_interaction'],
    ['chooses a wrong code', 'PNOEE-30403039972-MOCK-Q', 'wrong_vc'],
    ['refuses to choose an account', 'PNOEE-00000000001-SIMU-Q', 'user_refused_cert_choice'],
    ['fails in the protocol', 'PNOEE-00000000004-SIMU-Q', 'protocol_failure'],
    ['meets a failure of the service', 'PNOEE-00000000006-SIMU-Q', 'server_error'],
  ] as const) {
    for (const [way, begin] of Object.entries(ways)) {
      // The choice of a code is for pushes alone.
      if (code === 'wrong_vc' && !way.startsWith('by push')) continue;
      it(`tells of a person who ${outcome} (${way})`, async () => {
        const { id } = await begin(documentNumber);
        const { body: before } = await browser.get(`/status?id=${id}`);
        const view = before.state === 'failed' ? before : await browser.settled(id);
        const visible = /^user_/.test(code) ? 'not_completed' : code;
        expect([view.state, view.code, reasons.at(-1)]).to.deep.equal(['failed', visible, code]);
        const { status, body } = await browser.post('/finish', { id });
        expect([status, body.code]).to.deep.equal([401, code]);
        expect(await storedAttempt(site, id)).to.equal(undefined);
      });
    }
  }

  it('says the same of every state of an account', async () => {
    const messages = new Set();
    for (const documentNumber of ['PNOEE-30403039917-MOCK-Q', 'PNOEE-00000000001-SIMU-Q']) {
      const { id } = await (ways['by QR code, known'] as (typeof ways)[string])(documentNumber);
      messages.add((await browser.post('/finish', { id })).body.message);
    }
    expect([...messages]).to.have.length(1);
    expect([...messages][0]).to.match(/^Signing with Smart-ID was not completed/);
  });

  describe('because of the site', () => {
    for (const nothing of [undefined, null, false] as const) {
      for (const [when, options] of [
        ['at the start', { signer: { documentNumber: okDocument } }],
        ['after the choice', {}],
      ] as [string, SigningStartOptions][]) {
        it(`tells the person when it turns the signer away with ${nothing} ${when}`, async () => {
          prepare = () => nothing;
          const view = await browser.start(options);
          if (view.state === 'running') await scan(view);
          const ended = view.state === 'running' ? await browser.settled(view.id) : view;
          expect(ended).to.include({ state: 'failed', code: 'not_accepted' });
          expect(prepared).to.equal(1);
          const codes = view.state === 'running' ? ['not_accepted', 'no_attempt'] : ['no_attempt'];
          for (const code of codes) {
            expect((await browser.post('/finish', { id: view.id })).body.code).to.equal(code);
          }
        });
      }
    }

    for (const [what, toSign, field] of [
      ['both', { data: contract, digest: contract.toString('base64') }, 'prepare'],
      ['neither', {}, 'prepare'],
      ['a text for data', { data: 'The contract' }, 'data'],
      ['a digest that is too short', { digest: Buffer.alloc(32).toString('base64') }, 'digest'],
      ['a digest that is no Base64', { digest: 'x'.repeat(88) }, 'digest'],
      ['an algorithm that nobody knows', { data: contract, signatureAlgorithm: 'rsa' }, 'signatureAlgorithm'],
      ['a weak hash', { data: contract, hashAlgorithm: 'SHA-1' }, 'hashAlgorithm'],
      [
        'a hash for an algorithm that names one',
        { data: contract, signatureAlgorithm: 'sha256WithRSAEncryption', hashAlgorithm: 'SHA-256' },
        'hashAlgorithm',
      ],
    ] as const) {
      it(`is an error that names ${field} when it prepares ${what}`, async () => {
        prepare = () => toSign as never;
        const { status, body } = await browser.post('/start', { signer: { documentNumber: okDocument } });
        expect([status, body.code]).to.deep.equal([400, 'invalid_input']);
        expect(body.message).to.match(new RegExp(`^${field} `));
      });
    }

    for (const [when, options] of [
      ['at the start', { signer: { documentNumber: okDocument } }],
      ['after the choice', {}],
    ] as [string, SigningStartOptions][]) {
      it(`goes to its error handler once when preparing fails ${when}`, async () => {
        prepare = () => {
          throw new Error('The disk is full.');
        };
        const { body, status } = await browser.post('/start', options);
        if (status === 200) {
          await scan(body);
          let answer = await browser.get(`/status?id=${body.id}`);
          while (answer.body.state === 'running') answer = await browser.get(`/status?id=${body.id}`);
          expect(answer.status).to.equal(500);
        }
        expect(site.errors.map(({ message }) => message)).to.deep.equal(['The disk is full.']);
        if (status !== 200) return;
        expect(await browser.status(body.id)).to.include({ state: 'failed', code: 'not_begun' });
        expect((await browser.post('/finish', { id: body.id })).body.code).to.equal('not_begun');
        expect(await storedAttempt(site, body.id)).to.equal(undefined);
      });
    }

    it('ends the wait of the app when preparing takes too long', async () => {
      prepare = async () => {
        await new Promise((resolve) => setTimeout(resolve, 3_500));
        return { data: contract };
      };
      const view = await browser.start({});
      await scan(view);
      await browser.settled(view.id);
      expect((await browser.post('/finish', { id: view.id })).body.code).to.equal('expected_linked_session');
    });
  });

  describe('because it does not verify', () => {
    const failures: any[] = [];
    const hear = (message: unknown) => failures.push(message);
    beforeEach(() => {
      failures.length = 0;
      subscribe(verificationFailureChannel, hear);
    });
    afterEach(() => unsubscribe(verificationFailureChannel, hear));

    it('is refused at the end, and the site hears which check refused', async () => {
      const view = await browser.start({ signer: { documentNumber: okDocument } });
      simulator.faults.add({
        on: 'session',
        tamper: otherSignature,
      });
      await scan(view);
      await browser.settled(view.id);
      const { status, body } = await browser.post('/finish', { id: view.id });
      expect([status, body.code]).to.deep.equal([403, 'not_verified']);
      expect(failures.map(({ error, attemptId }) => [error.check, attemptId])).to.deep.equal([['signature', view.id]]);
      expect((await browser.post('/finish', { id: view.id })).body.code).to.equal('no_attempt');
    });

    it('is refused when another key signs than that of the certificate the document names', async () => {
      const documentNumber = 'PNOEE-50001029996-DEMO-Q';
      const view = await browser.start({ signer: { documentNumber } });
      const renewed = simulator.pki.issueUserCertificate({ account: documentNumber, purpose: 'signature' });
      simulator.useCertificate(documentNumber, renewed, 'signature');
      await scan(view, documentNumber);
      await browser.settled(view.id);
      expect((await browser.post('/finish', { id: view.id })).body.code).to.equal('not_verified');
      expect(failures.map(({ error }) => error.check)).to.deep.equal(['signing-certificate']);
    });

    it('is refused before anything is prepared when a certificate was revoked, known or chosen', async () => {
      const documentNumber = 'PNOEE-00000000008-SIMU-Q';
      const known = await browser.start({ signer: { documentNumber } });
      expect(known).to.include({ state: 'failed', code: 'not_verified' });
      const chosen = await browser.start({});
      await scan(chosen, documentNumber);
      expect(await browser.settled(chosen.id)).to.include({ state: 'failed', code: 'not_verified' });
      expect(failures.map(({ error }) => error.check)).to.deep.equal(['revocation', 'revocation']);
      expect(prepared).to.equal(0);
    });

    it('is refused when a push answers for a QR code', async () => {
      const view = await browser.start({ signer: { documentNumber: okDocument } });
      simulator.faults.add({
        on: 'session',
        tamper: (body) => {
          if (body.signature) body.signature.flowType = 'Notification';
          return body;
        },
      });
      await scan(view);
      await browser.settled(view.id);
      expect((await browser.post('/finish', { id: view.id })).body.code).to.equal('not_verified');
      expect(failures.map(({ error }) => error.check)).to.deep.equal(['flow-type']);
    });

    it('is refused when the service gives the certificate of an authentication for signing', async () => {
      simulator.faults.add({
        on: 'create',
        times: 1,
        tamper: (body) => {
          const { certificate } = simulator.pki.issueUserCertificate({ account: okDocument });
          return { ...body, cert: { ...body.cert, value: certificate.toString('base64') } };
        },
      });
      const view = await browser.start({ signer: { documentNumber: okDocument } });
      expect(view).to.include({ state: 'failed', code: 'not_verified' });
      expect(failures.map(({ error, attemptId }) => [error.check, attemptId])).to.deep.equal([
        ['certificate-profile', undefined],
      ]);
    });
  });

  it('is out of reach for a level that nobody has', async () => {
    const qualified = await startSigningSite(simulator, { signing: { certificateLevel: 'QSCD' } });
    const visitor = new Browser(qualified.origin);
    const view = await visitor.start({});
    for (const documentNumber of ['PNOLT-61101019988-MOCK-NQ', 'PNOEE-00000000010-SIMU-Q']) {
      const used = scan(view, documentNumber).then(
        () => 'used',
        (error: Error) => error.message,
      );
      expect(await used).to.contain('asks for a higher level');
    }
    await qualified.close();
  });

  describe('for want of an account', () => {
    useShortWaits();

    /** What the service says of accounts that there are; of the others the simulator says it by itself. */
    const refusals: Record<string, { status: number; body?: object }> = {
      no_suitable_account: { status: 404, body: { status: 404, errors: [{ code: 'NO_SUITABLE_ACCOUNT_FOUND' }] } },
      person_should_act: { status: 472 },
    };

    for (const [code, options] of [
      ['no_account', { signer: { documentNumber: 'PNOEE-10101010005-MOCK-Q' } }],
      ['document_unusable', { signer: { documentNumber: 'PNOEE-00000000002-SIMU-Q' } }],
      ['person_should_act', { signer: { documentNumber: okDocument } }],
      ['no_account', { signer: { semanticsIdentifier: 'PNOEE-10101010005' }, flow: 'notification' }],
      ['no_suitable_account', { signer: { semanticsIdentifier: person }, flow: 'notification' }],
      ['no_account', { signer: { documentNumber: 'PNOEE-10101010005-MOCK-Q' }, flow: 'notification' }],
      ['document_unusable', { signer: { documentNumber: 'PNOEE-00000000002-SIMU-Q' }, flow: 'notification' }],
    ] as [string, SigningStartOptions][]) {
      it(`looks as if nobody confirmed: ${code}, ${JSON.stringify(options)}`, async () => {
        const usable =
          options.signer && 'documentNumber' in options.signer
            ? { documentNumber: okDocument }
            : { semanticsIdentifier: person };
        const refusal = refusals[code];
        if (refusal) simulator.faults.add({ on: 'create', times: 1, ...refusal });
        const decoy = await browser.start(options);
        expect(reasons).to.deep.equal([code]);
        // Never answered: its phone has not scanned, or takes a moment for the push.
        const genuine = await browser.start({ ...options, signer: usable });
        expect(form(decoy)).to.deep.equal(form(genuine));
        expect(decoy.state).to.equal('running');
        expect((await browser.status(decoy.id)).state).to.equal('running');
        const { status, body } = await browser.post('/finish', { id: decoy.id });
        expect([status, body.code]).to.deep.equal([401, code]);
        expect((await browser.status(decoy.id)).state).to.equal('running');
      });
    }
  });

  it('ends as expired when nobody confirms in time', async () => {
    let time = Date.now();
    const patient = await startSigningSite(simulator, { signing: { clock: () => time } });
    const visitor = new Browser(patient.origin);
    const view = await visitor.start({});
    time += 300_000;
    expect(await visitor.status(view.id)).to.include(neutral);
    expect((await visitor.post('/finish', { id: view.id })).body.code).to.equal('expired');
    await patient.close();
  });
});

/** What a visitor could tell two attempts by: everything but what is random in each. */
function form(view: AttemptView): unknown {
  const shape = (text: string | undefined) => text?.replace(/(sessionToken|authCode)=[\w-]+/g, '$1=');
  const { id, expiresAt: _, verificationCode, qrLink, web2AppLink, ...rest } = view;
  return {
    ...rest,
    id: id.length,
    code: verificationCode?.length,
    qrLink: shape(qrLink)?.replace(/elapsedSeconds=\d+/, ''),
    web2AppLink: shape(web2AppLink),
  };
}
