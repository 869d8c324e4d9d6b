/** The routes of the signing page over real HTTP, mounted below a path, as the built package has them. */

import { constants, verify } from 'node:crypto';
import { expect } from 'chai';
import type { Request } from 'express';
import {
  type Prepare,
  type SigningStartOptions,
  SmartIdInputError,
  type SmartIdSignature,
  SmartIdSigning,
  type SmartIdSigningOptions,
} from 'passport-smart-id';
import { type SmartIdSigningRouterOptions, smartIdSigningRouter } from 'passport-smart-id/web';
import { waits as builtWaits } from '../../dist/attempt/waits.js';
import { otherSignature } from '../support/faults.js';
import { callbackAfter, okDocument, pathOf, usePhone } from '../support/phone.js';
import { useShortWaits } from '../support/short-waits.js';
import type { Browser } from '../support/site.js';
import { itIsReadyMadePage, type PageSite, usePageSites } from './page-site.js';

const base = '/deep/below/sign';
const signer = { documentNumber: okDocument };
const contract = Buffer.from('The contract');

interface Wish extends Partial<SmartIdSigningRouterOptions> {
  prepare?: Prepare;
  options?: Partial<SmartIdSigningOptions>;
}

interface SigningSite extends PageSite {
  /** What `signed` got, unless the test has one of its own. */
  signatures: { signature: SmartIdSignature; path: string }[];
}

describe('The signing page', () => {
  const sites = usePageSites(base);
  const { begin, submit, finish } = sites;

  /** By default the account that is logged in signs. */
  function start({ prepare = () => ({ data: contract }), options, ...wish }: Wish = {}): SigningSite {
    const signatures: SigningSite['signatures'] = [];
    const site = sites.start((app, smartId) => {
      const signing = new SmartIdSigning({ ...smartId, ...options }, prepare);
      const signed = (signature: SmartIdSignature, { path }: Request) => void signatures.push({ signature, path });
      app.use(
        base,
        smartIdSigningRouter({ signing, start: () => ({ signer }), signed, successRedirect: '/home', ...wish }),
      );
    });
    return { ...site, signatures };
  }

  const scan = (qrLink: string, documentNumber = okDocument) =>
    usePhone(sites.simulator, { deviceLink: qrLink, flowType: 'QR', documentNumber });
  const settled = (browser: Browser, id: string) => browser.settled(id, `${base}/status`);

  /** Begins a signature that somebody confirms by QR code, and gives its id. */
  async function confirmed(browser: Browser, body: object = {}): Promise<string> {
    const { body: view } = await begin(browser, body);
    await scan(view.qrLink);
    expect((await settled(browser, view.id)).state).to.equal('ready');
    return view.id;
  }

  /** The page as a visitor gets it. */
  async function pageAt(origin: string, query: Record<string, string> = {}): Promise<string> {
    return (await fetch(`${origin}${base}/?${new URLSearchParams(query)}`)).text();
  }

  itIsReadyMadePage({ sites, open: start, make: start, unknownFailure: 'Signing failed. Please try again.' });

  it('gives its reference back to its script, as a text and never as markup', async () => {
    const { origin } = start();
    const hostile = `"><script>alert(1)</script><b a='`;
    const html = await pageAt(origin, { reference: hostile });
    expect(html).to.contain('data-reference="&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;&#60;b a=&#39;"');
    expect(html).to.not.contain('<script>').and.not.contain('<b ');
    expect(await pageAt(origin, { reference: 'contract 7' })).to.contain('data-reference="contract 7"');
    expect(await pageAt(origin, { reference: hostile, failed: hostile })).to.not.contain('<script>');
    expect(await pageAt(origin, { reference: 'x'.repeat(201) })).to.not.contain('data-reference');
    for (const query of ['', '?reference=a&reference=b', '?reference[a]=b']) {
      expect(await (await fetch(`${origin}${base}/${query}`)).text(), query).to.not.contain('data-reference');
    }
  });

  describe('starts', () => {
    it("what the site allows, after asking with the page's reference", async () => {
      const asked: unknown[][] = [];
      const site = start({
        start: async (req, reference) => {
          asked.push([req.sessionID !== undefined, reference]);
          return reference === 'contract 7' ? { signer } : undefined;
        },
      });
      const { status, body } = await begin(site.browser, { reference: 'contract 7' });
      expect([status, body.state, body.step]).to.deep.equal([200, 'running', 'signature']);
      const other = await begin(site.browser, { reference: 'contract 8' });
      expect([other.status, other.body]).to.deep.equal([
        404,
        { error: 'There is nothing to sign here. Go back to where you came from and start again there.' },
      ]);
      expect(asked).to.deep.equal([
        [true, 'contract 7'],
        [true, 'contract 8'],
      ]);
      expect(site.errors).to.deep.equal([]);
    });

    it('with no reference where the visitor sends none of a sensible form', async () => {
      const asked: unknown[] = [];
      const { browser } = start({
        start: (_req, reference) => {
          asked.push(reference);
          return undefined;
        },
      });
      for (const reference of [undefined, null, '', 7, {}, ['contract 7'], 'x'.repeat(201)]) {
        expect((await begin(browser, { reference })).status).to.equal(404);
      }
      expect(asked).to.deep.equal(new Array(7).fill(undefined));
    });

    for (const nothing of [undefined, null, false, '', 0] as never[]) {
      it(`nothing when the site says ${JSON.stringify(nothing)}`, async () => {
        for (const said of [() => nothing, async () => nothing]) {
          const { browser } = start({ start: said });
          expect((await begin(browser)).status).to.equal(404);
        }
      });
    }

    for (const [what, allowed, notification, flow, status] of [
      ['a link where nothing else is offered', { signer }, undefined, 'device-link', 200],
      ['a link beside a push', { signer }, true, 'device-link', 200],
      ['a push to the signer, where it is offered', { signer }, true, 'notification', 200],
      ['a push to a person', { signer: { semanticsIdentifier: 'PNOEE-40504040001' } }, true, 'notification', 200],
      ['no push that is not offered', { signer }, undefined, 'notification', 400],
      ['no push that is switched off', { signer }, false, 'notification', 400],
      ['no push to nobody', {}, true, 'notification', 400],
      ['no way back to an app that there is not', { signer }, true, 'app', 400],
      ['no way that there is not', { signer }, true, 'push', 400],
      ['no list of ways', { signer }, true, ['notification'], 400],
      ['no way that is null', { signer }, true, null, 400],
    ] as const) {
      it(`as the visitor chooses: ${what}`, async () => {
        const { browser, errors } = start({ start: () => allowed, notification });
        const answer = await begin(browser, { flow });
        expect(answer.status).to.equal(status);
        if (status === 200) expect(answer.body).to.include({ state: 'running', flow });
        else expect(answer.body.field).to.equal('flow');
        expect(errors).to.deep.equal([]);
      });
    }

    for (const [what, wish, isThere] of [
      ['where nothing is said of it', {}, false],
      ['where it is switched off', { notification: false }, false],
      ['where a signer is named', { notification: true }, true],
      ['where nobody is named', { notification: true, start: () => ({}) }, false],
      ['where there is nothing to sign', { notification: true, start: () => undefined }, false],
      ['for what is to be signed by somebody', { notification: true, start: async () => ({ signer }) }, true],
    ] as [string, Wish, boolean][]) {
      it(`a push from a button that is ${isThere ? '' : 'not '}there ${what}`, async () => {
        const html = await pageAt(start(wish).origin, { reference: 'contract 7' });
        expect(html.includes('<button type="submit" name="flow" value="notification"')).to.equal(isThere);
      });
    }

    it("a push from a button for what the page was opened with, as the site's own function says", async () => {
      const asked: unknown[] = [];
      const { origin } = start({
        notification: true,
        start: (_req, reference) => {
          asked.push(reference);
          return { signer };
        },
      });
      await pageAt(origin, { reference: 'contract 7' });
      await pageAt(origin);
      await pageAt(origin, { reference: 'x'.repeat(201) });
      expect(asked).to.deep.equal(['contract 7', undefined, undefined]);
    });

    it('nothing else that the visitor wishes', async () => {
      const { browser } = start({ start: () => ({ lang: 'est' }) });
      const { body } = await begin(browser, {
        signer,
        semanticsIdentifier: 'PNOEE-40404040009',
        documentNumber: okDocument,
        lang: 'lav',
        interactions: [],
        certificateLevel: 'ADVANCED',
        flow: 'device-link',
      });
      // Whoever scans the code: nobody has been named.
      expect(body).to.include({ state: 'running', step: 'certificate' });
      expect(new URL(body.qrLink).searchParams.get('lang')).to.equal('est');
    });

    it('what the site has to say in its own words', async () => {
      const { browser, signatures } = start({
        start: () => ({ signer, interactions: [{ type: 'confirmationMessage', displayText200: 'Sign the contract' }] }),
      });
      expect(await finish(browser, await confirmed(browser))).to.equal('/home');
      expect(signatures[0]?.signature.interactionTypeUsed).to.equal('confirmationMessage');
    });

    it('nothing where the site turns the signer away, and says so', async () => {
      const { browser, errors } = start({ prepare: () => undefined });
      const { status, body } = await begin(browser);
      expect(status).to.equal(200);
      expect(body).to.include({ state: 'failed', code: 'not_accepted' });
      expect(body.message).to.match(/^This site did not accept the signature\./);
      expect(errors).to.deep.equal([]);
    });

    it('what looks the same for a document without an account', async () => {
      const { browser } = start({ start: () => ({ signer: { documentNumber: 'PNOEE-40404040009-NONE-Q' } }) });
      const { body } = await begin(browser);
      const { body: genuine } = await begin(start().browser);
      expect(body.state).to.equal('running');
      expect(Object.keys(body)).to.deep.equal(Object.keys(genuine));
    });

    const failing = () => {
      throw new Error('The database is down.');
    };
    for (const [what, wish, message] of [
      ['start throws', { start: failing }, /^The database is down/],
      ['start rejects', { start: async () => failing() }, /^The database is down/],
      ['prepare throws', { prepare: failing }, /^The database is down/],
      ['start names nobody in a way that there is', { start: () => ({ signer: okDocument }) }, /^signer must be/],
      [
        'start names a document that is none',
        { start: () => ({ signer: { documentNumber: 'x' } }) },
        /^documentNumber /,
      ],
      ['start has no text', { start: () => ({ signer, interactions: [] }) }, /^interactions must be/],
      ['start has an unknown language', { start: () => ({ lang: 'xxx' }) }, /^lang must be/],
      ['prepare makes nothing that can be signed', { prepare: () => ({}) }, /^prepare must return/],
      ['prepare makes another digest', { prepare: () => ({ digest: 'AAAA' }) }, /^digest must be/],
    ] as [string, Wish, RegExp][]) {
      it(`and leaves to the site's error handler that ${what}`, async () => {
        const { browser, errors } = start(wish);
        const answer = await begin(browser);
        expect([answer.status, answer.body]).to.deep.equal([500, "The site's own words."]);
        expect(errors.map((error) => error.message)).to.have.length(1);
        expect(errors[0]?.message).to.match(message);
      });
    }

    it("and leaves to the site's error handler that the page cannot say what it offers", async () => {
      const { origin, errors } = start({ notification: true, start: failing });
      expect(await pageAt(origin)).to.equal("The site's own words.");
      expect(errors).to.have.length(1);
    });
  });

  describe('hands a signature to the site', () => {
    /** The one signature, held against the key in its certificate. */
    function expectSigned({ signatures, errors }: SigningSite, documentNumber = okDocument): SmartIdSignature {
      expect(errors).to.deep.equal([]);
      expect(signatures).to.have.length(1);
      const [{ signature } = {}] = signatures;
      if (!signature) throw new Error('Nothing was signed.');
      expect(signature.signer.documentNumber).to.equal(documentNumber);
      const key = {
        key: signature.signer.certificate.publicKey,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      };
      expect(verify('sha512', contract, key, signature.value)).to.equal(true);
      return signature;
    }

    for (const [returnTo, target] of [
      [undefined, '/home'],
      ['/contracts?page=2', '/contracts?page=2'],
      ['https://evil.example/', '/home'],
      ['//evil.example', '/home'],
      ['/\\evil.example', '/home'],
      ['/\t/evil.example', '/home'],
      [['/contracts'], '/home'],
      [7, '/home'],
    ] as const) {
      it(`by QR code, and leads to ${target} when it was opened for ${JSON.stringify(returnTo)}`, async () => {
        const site = start();
        const id = await confirmed(site.browser, { reference: 'contract 7', returnTo });
        expect(await finish(site.browser, id)).to.equal(target);
        expect(expectSigned(site)).to.include({ id, reference: 'contract 7', flowType: 'QR' });
        expect(site.signatures[0]?.path).to.equal('/finish');
      });
    }

    it('and leads to the root of the site where it is told nothing else', async () => {
      const { browser } = start({ successRedirect: undefined });
      expect(await finish(browser, await confirmed(browser))).to.equal('/');
    });

    it('by push', async () => {
      const site = start({ notification: true });
      const { body } = await begin(site.browser, { flow: 'notification' });
      expect(body.verificationCode).to.match(/^\d{4}$/);
      await settled(site.browser, body.id);
      expect(await finish(site.browser, body.id)).to.equal('/home');
      expect(expectSigned(site).flowType).to.equal('Notification');
    });

    it('of somebody who chooses the certificate first', async () => {
      const site = start({ start: () => ({}) });
      const { body } = await begin(site.browser, { reference: 'contract 8' });
      expect(body.step).to.equal('certificate');
      await scan(body.qrLink, 'PNOLT-40404040009-MOCK-Q');
      expect(await settled(site.browser, body.id)).to.include({ state: 'ready', step: 'signature' });
      expect(await finish(site.browser, body.id)).to.equal('/home');
      expect(expectSigned(site, 'PNOLT-40404040009-MOCK-Q').reference).to.equal('contract 8');
    });

    it('by the callback alone, once', async () => {
      const site = start();
      const { browser } = site;
      const { body } = await begin(browser, { returnTo: '/contracts' });
      const callback = await callbackAfter(sites.simulator, { deviceLink: body.web2AppLink, flowType: 'Web2App' });
      expect((await settled(browser, body.id)).state).to.equal('callback');
      expect(await finish(browser, body.id)).to.equal('./?failed=callback_required&returnTo=%2Fcontracts');
      expect(site.signatures).to.have.length(0);
      const headers = { cookie: await browser.cookies() };
      const first = await fetch(callback, { redirect: 'manual', headers });
      expect([first.status, first.headers.get('location')]).to.deep.equal([302, '/contracts']);
      expect(expectSigned(site).flowType).to.equal('Web2App');
      expect(site.signatures[0]?.path).to.equal('/callback');
      const second = await fetch(callback, { redirect: 'manual', headers });
      expect(second.headers.get('location')).to.equal('/contracts');
      expect(site.signatures).to.have.length(1);
    });

    it('of this browser alone', async () => {
      const site = start();
      const { body } = await begin(site.browser);
      const callback = await callbackAfter(sites.simulator, { deviceLink: body.web2AppLink, flowType: 'Web2App' });
      const stranger = await fetch(callback, { redirect: 'manual' });
      expect(stranger.headers.get('location')).to.equal('./?failed=return_without_session');
      const page = await fetch(new URL('./?failed=return_without_session', callback));
      expect(await page.text()).to.contain('Open this site in your default browser');
      expect(site.signatures).to.have.length(0);
      expect((await site.browser.get(pathOf(callback))).status).to.equal(302);
      expectSigned(site);
    });

    it('once, however often it is posted at the same time', async () => {
      const site = start();
      const id = await confirmed(site.browser);
      const targets = await Promise.all([1, 2, 3].map(() => finish(site.browser, id)));
      expect(targets.filter((target) => target === '/home')).to.have.length(1);
      for (const target of targets) {
        expect(target).to.be.oneOf(['/home', './?failed=already_used', './?failed=no_attempt']);
      }
      expectSigned(site);
      expect(await finish(site.browser, id)).to.equal('./?failed=no_attempt');
      expect(site.signatures).to.have.length(1);
    });

    it('and waits until the site has kept it', async () => {
      let release = () => {};
      const kept = new Promise<void>((resolve) => {
        release = resolve;
      });
      let calls = 0;
      const { browser } = start({
        signed: () => {
          calls += 1;
          return kept;
        },
      });
      let target: unknown;
      const finishing = finish(browser, await confirmed(browser)).then((location) => {
        target = location;
      });
      while (calls === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(target).to.equal(undefined);
      release();
      await finishing;
      expect([target, calls]).to.deep.equal(['/home', 1]);
    });

    for (const [what, signed, message] of [
      [
        'throws',
        () => {
          throw new Error('The disk is full.');
        },
        'The disk is full.',
      ],
      ['rejects', async () => Promise.reject(new Error('The disk is full.')), 'The disk is full.'],
      [
        'breaks a rule of this package',
        () => {
          throw new SmartIdInputError('digest', 'must be something else.');
        },
        'digest must be something else.',
      ],
    ] as const) {
      it(`and leaves to the site's error handler what went wrong when that ${what}, and can be tried again`, async () => {
        let isBroken = true;
        const kept: SmartIdSignature[] = [];
        const keep = (signature: SmartIdSignature) => (isBroken ? signed() : kept.push(signature));
        const { browser, errors } = start({ signed: keep });
        const id = await confirmed(browser);
        const response = await submit(browser, id);
        expect([response.status, response.headers.get('location')]).to.deep.equal([500, null]);
        expect(await response.text()).to.equal("The site's own words.");
        expect(errors.map((error) => error.message)).to.deep.equal([message]);
        isBroken = false;
        expect(await finish(browser, id)).to.equal('/home');
        expect(kept).to.have.length(1);
        // Once, as always.
        expect(await finish(browser, id)).to.equal('./?failed=no_attempt');
        expect(kept).to.have.length(1);
      });
    }
  });

  describe('leads back to itself after a failure', () => {
    useShortWaits(builtWaits);

    const neutral = /role="status">Nothing was signed\./;
    const choiceOfCode: SigningStartOptions['interactions'] = [
      { type: 'confirmationMessageAndVerificationCodeChoice', displayText200: 'Sign' },
      { type: 'displayTextAndPIN', displayText60: 'Sign' },
    ];

    for (const [what, code, message, documentNumbers] of [
      ['of a person who refuses', 'not_completed', neutral, ['PNOEE-30403039917-MOCK-Q', 'PNOEE-30403039928-MOCK-Q']],
      [
        'of an account that there is not, or that cannot sign, or that nobody answers for',
        'not_completed',
        neutral,
        [
          'PNOEE-40404040009-NONE-Q',
          'PNOLT-61101019988-MOCK-NQ',
          'PNOEE-00000000002-SIMU-Q',
          'PNOEE-00000000007-SIMU-Q',
          'PNOEE-30403039983-MOCK-Q',
        ],
      ],
      ['of a wrong code', 'wrong_vc', /role="status">The wrong code was chosen/, ['PNOEE-30403039972-MOCK-Q']],
    ] as const) {
      it(`${what}, with the code ${code} and what the page was opened with`, async () => {
        const fail = async (documentNumber: string) => {
          const flow = code === 'wrong_vc' ? 'notification' : 'device-link';
          const { browser, origin, signatures, errors } = start({
            start: () => ({ signer: { documentNumber }, interactions: code === 'wrong_vc' ? choiceOfCode : undefined }),
            notification: true,
          });
          const { body } = await begin(browser, { reference: 'contract 7', returnTo: '/contracts', flow });
          expect(body.state, documentNumber).to.equal('running');
          // Where there is no account there is nothing to scan.
          if (body.qrLink) await scan(body.qrLink, documentNumber).catch(() => {});
          else await browser.settled(body.id, `${base}/status`);
          const location = (await finish(browser, body.id)) ?? '';
          expect(location, documentNumber).to.equal(`./?failed=${code}&reference=contract+7&returnTo=%2Fcontracts`);
          const page = await (await fetch(new URL(location, `${origin}${base}/finish`))).text();
          expect(page).to.match(message);
          for (const data of ['reference="contract 7"', 'return-to="/contracts"', 'next="/contracts"']) {
            expect(page).to.contain(`data-${data}`);
          }
          expect([signatures, errors]).to.deep.equal([[], []]);
        };
        await Promise.all(documentNumbers.map(fail));
      });
    }

    it('with the reference as it was, whatever is in it', async () => {
      const reference = '&failed=x#"><script>alert(1)</script>';
      const { browser, origin } = start({ start: () => ({}) });
      const { body } = await begin(browser, { reference });
      await scan(body.qrLink, 'PNOEE-30403039917-MOCK-Q');
      const location = (await finish(browser, body.id)) ?? '';
      const address = new URL(location, `${origin}${base}/finish`);
      expect(address.pathname).to.equal(`${base}/`);
      expect(Object.fromEntries(address.searchParams)).to.deep.equal({ failed: 'not_completed', reference });
      expect(await (await fetch(address)).text()).to.not.contain('<script>');
    });

    it('with a message in the status, in place of which it shows its own', async () => {
      const { browser } = start({ start: () => ({}) });
      const { body } = await begin(browser);
      await scan(body.qrLink, 'PNOEE-30403039917-MOCK-Q');
      const view = (await settled(browser, body.id)) as unknown as Record<string, unknown>;
      expect(view).to.include({ state: 'failed', code: 'not_completed' });
      expect(view.message).to.match(/^Nothing was signed\./);
      expect(view).to.not.have.any.keys('reason');
    });

    it('with no reference where nothing is known of what was to be signed', async () => {
      const { browser } = start();
      for (const id of ['nobody-knows-it', '', 'x'.repeat(300)]) {
        expect(await finish(browser, id)).to.equal('./?failed=no_attempt');
      }
    });

    it('when an answer does not verify', async () => {
      const { browser, signatures } = start();
      sites.simulator.faults.add({
        on: 'session',
        times: 1,
        tamper: otherSignature,
      });
      const { body } = await begin(browser, { reference: 'contract 7' });
      await scan(body.qrLink);
      expect(await finish(browser, body.id)).to.equal('./?failed=not_verified&reference=contract+7');
      expect(signatures).to.deep.equal([]);
    });
  });

  it('leaves to the site what is broken at the service', async () => {
    const { browser, errors } = start();
    sites.simulator.faults.add({ on: 'create', times: 1, status: 500 });
    const answer = await begin(browser);
    expect([answer.status, answer.body]).to.deep.equal([500, "The site's own words."]);
    expect(errors[0]).to.have.property('code', 'server_error');
  });

  it('cannot be made with options that make no sense', () => {
    const handler = () => () => {};
    const signing = { start: handler, status: handler, updates: handler, cancel: handler, finish: handler };
    const make = (options?: object) => () => smartIdSigningRouter(options as SmartIdSigningRouterOptions);
    const usual = { signing, start: () => ({}), signed: () => {} };
    expect(make(usual)).to.not.throw();
    expect(make(undefined)).to.throw(/^signing /);
    for (const [field, value] of [
      ['signing', undefined],
      ['signing', 'smart-id'],
      ['signing', {}],
      ['start', undefined],
      ['start', { signer }],
      ['signed', undefined],
      ['signed', 'keep'],
    ] as const) {
      expect(make({ ...usual, [field]: value })).to.throw(new RegExp(`^${field} must be `));
    }
  });
});
