/** Cancelling, and the return from the app when it is opened again, in part, late or in another browser. */

import { expect } from 'chai';
import type { Request } from 'express';
import { attemptIdOfCallback } from '../../lib/attempt/attempt.js';
import { callbackAfter, okDocument, pathOf, usePhone } from '../support/phone.js';
import { Browser } from '../support/site.js';
import { type PageSite, type PageSites, usePageSites } from './page-site.js';
import { startLogin, startSigning } from './sites.js';

const refusing = 'PNOEE-30403039917-MOCK-Q';

interface PageWithWaysOut {
  name: string;
  base: string;
  open(sites: PageSites, options?: object): PageSite & { isDone(): Promise<boolean>; pass(milliseconds: number): void };
}

function movableClock() {
  let aheadMs = 0;
  return {
    clock: () => Date.now() + aheadMs,
    pass: (milliseconds: number) => {
      aheadMs += milliseconds;
    },
  };
}

const pages: readonly PageWithWaysOut[] = [
  {
    name: 'login',
    base: '/login',
    open(sites, options = {}) {
      const { clock, pass } = movableClock();
      const site = startLogin(sites, { cancelRedirect: '/basket', ...options }, { strategy: { clock } });
      return {
        ...site,
        isDone: async () => (await site.browser.get('/me')).body !== null,
        pass,
      };
    },
  },
  {
    name: 'signing',
    base: '/sign',
    open(sites, options = {}) {
      const { clock, pass } = movableClock();
      const start = (_req: Request, reference = okDocument) => ({ signer: { documentNumber: reference } });
      const site = startSigning(sites, { cancelRedirect: '/basket', start, ...options }, { signing: { clock } });
      return {
        ...site,
        isDone: async () => site.signatures.length > 0,
        pass,
      };
    },
  },
];

for (const { name, base, open } of pages) {
  describe(`The ways out of a ${name} page, and the return to it`, () => {
    const sites = usePageSites(base);
    const begin = (browser: Browser, body: object = {}) => sites.begin(browser, body);

    async function send(browser: Browser, path: string, body: Record<string, string>, headers = {}) {
      const response = await fetch(`${browser.origin}${base}/${path}`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie: await browser.cookies(), origin: browser.origin, ...headers },
        body: new URLSearchParams(body),
      });
      return { status: response.status, location: response.headers.get('location'), text: await response.text() };
    }

    async function visit(browser: Browser, address: string, init: RequestInit = {}) {
      const headers = { cookie: await browser.cookies(), ...init.headers };
      const response = await fetch(address, { redirect: 'manual', ...init, headers });
      for (const cookie of response.headers.getSetCookie()) await browser.jar.setCookie(cookie, browser.origin);
      return { status: response.status, location: response.headers.get('location') };
    }

    const returned = (link: string, documentNumber?: string) =>
      callbackAfter(sites.simulator, { deviceLink: link, flowType: 'Web2App', documentNumber });
    const leadingTo = (failed: string) => `./?failed=${failed}`;

    it('cancel: there is no button and no route without cancelRedirect', async () => {
      const { browser, origin } = open(sites, { cancelRedirect: undefined });
      const { body } = await begin(browser);
      expect(await (await fetch(`${origin}${base}/`)).text()).to.not.contain('id="cancel"');
      expect((await send(browser, 'cancel', { id: body.id })).status).to.equal(404);
      expect((await browser.get(`${base}/status?id=${body.id}`)).body.state).to.equal('running');
    });

    it('cancel ends what was begun, and leads to cancelRedirect', async () => {
      const { browser, origin, isDone } = open(sites);
      expect(await (await fetch(`${origin}${base}/`)).text()).to.contain(
        '<form id="cancel" method="post" action="cancel">',
      );
      const { body } = await begin(browser);
      const { status, location } = await send(browser, 'cancel', { id: body.id });
      expect([status, location]).to.deep.equal([303, '/basket']);
      expect((await browser.get(`${base}/status?id=${body.id}`)).body).to.include({
        state: 'failed',
        code: 'cancelled',
      });
      await usePhone(sites.simulator, { deviceLink: body.qrLink, flowType: 'QR' });
      expect(await sites.finish(browser, body.id)).to.equal(leadingTo('cancelled'));
      expect(await isDone()).to.equal(false);
    });

    it('cancel ends what the person has confirmed but not finished', async () => {
      const { browser, isDone } = open(sites);
      const { body } = await begin(browser);
      await usePhone(sites.simulator, { deviceLink: body.qrLink, flowType: 'QR' });
      expect((await browser.settled(body.id, `${base}/status`)).state).to.equal('ready');
      await send(browser, 'cancel', { id: body.id });
      expect(await sites.finish(browser, body.id)).to.equal(leadingTo('cancelled'));
      expect(await isDone()).to.equal(false);
    });

    it('cancel ends what is waiting to be finished at the same moment', async () => {
      const { browser, isDone } = open(sites);
      const { body } = await begin(browser);
      const finishing = sites.finish(browser, body.id);
      await send(browser, 'cancel', { id: body.id });
      await usePhone(sites.simulator, { deviceLink: body.qrLink, flowType: 'QR' });
      expect(await finishing).to.equal(leadingTo('cancelled'));
      expect(await isDone()).to.equal(false);
    });

    it('cancel is told to live updates of other tabs at once', async () => {
      const { browser } = open(sites);
      const { body } = await begin(browser);
      const response = await fetch(`${browser.origin}${base}/updates?id=${body.id}`, {
        headers: { cookie: await browser.cookies() },
      });
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      expect((await reader?.read())?.value).to.contain('"running"');
      await send(browser, 'cancel', { id: body.id });
      let told = '';
      while (!told.includes('"cancelled"')) told += (await reader?.read())?.value;
      await reader?.cancel();
    });

    it('a return from the app after cancel says that it was cancelled', async () => {
      const { browser, isDone } = open(sites);
      const { body } = await begin(browser);
      const callback = await returned(body.web2AppLink);
      await send(browser, 'cancel', { id: body.id });
      expect((await visit(browser, callback)).location).to.equal(leadingTo('cancelled'));
      expect(await isDone()).to.equal(false);
    });

    it('cancel leads to cancelRedirect also where there is nothing to end', async () => {
      const { browser } = open(sites);
      for (const body of [{}, { id: '' }, { id: 'unknown' }, { id: 'x'.repeat(1000) }] as Record<string, string>[]) {
        const { status, location } = await send(browser, 'cancel', body);
        expect([status, location], JSON.stringify(body)).to.deep.equal([303, '/basket']);
      }
    });

    it('cancel from another browser or another site ends nothing', async () => {
      const { browser, origin } = open(sites);
      const { body } = await begin(browser);
      expect((await send(new Browser(origin), 'cancel', { id: body.id })).location).to.equal('/basket');
      const foreign = await send(browser, 'cancel', { id: body.id }, { origin: 'https://evil.example' });
      expect(foreign.status).to.equal(403);
      expect((await browser.get(`${base}/status?id=${body.id}`)).body.state).to.equal('running');
    });

    it('a return from the app that is opened again goes on', async () => {
      const { browser, isDone } = open(sites);
      for (const [returnTo, target] of [
        [undefined, '/home'],
        ['/orders', '/orders'],
      ] as const) {
        const { body } = await begin(browser, { returnTo });
        const callback = await returned(body.web2AppLink);
        for (let count = 0; count < 3; count++) expect((await visit(browser, callback)).location).to.equal(target);
        expect(await isDone()).to.equal(true);
      }
    });

    if (name === 'login') {
      it('an old return from the app goes on for a person who is logged in, also by another login', async () => {
        const { browser, isDone } = open(sites);
        const { body: first } = await begin(browser);
        const callback = await returned(first.web2AppLink);
        await visit(browser, callback);
        const { body: second } = await begin(browser);
        await usePhone(sites.simulator, { deviceLink: second.qrLink, flowType: 'QR' });
        expect(await sites.finish(browser, second.id)).to.equal('/home');
        expect((await visit(browser, callback)).location).to.equal('/home');
        const { body: third } = await begin(browser);
        const refused = await returned(third.web2AppLink, refusing);
        expect((await visit(browser, refused)).location, 'of an attempt that is there').to.equal(leadingTo('refused'));
        expect(await isDone()).to.equal(true);
      });
    }

    it('a HEAD or a prefetch does not use up the return from the app', async () => {
      const { browser, isDone } = open(sites);
      const { body } = await begin(browser);
      const callback = await returned(body.web2AppLink);
      for (let count = 0; count < 2; count++) {
        expect((await visit(browser, callback, { method: 'HEAD' })).location).to.equal(leadingTo('no_attempt'));
        for (const purpose of ['prefetch', 'prefetch;prerender']) {
          const ahead = await visit(browser, callback, { headers: { 'sec-purpose': purpose } });
          expect([ahead.status, ahead.location]).to.deep.equal([503, null]);
        }
        expect(await isDone()).to.equal(false);
      }
      expect((await visit(browser, callback)).location).to.equal('/home');
      expect(await isDone()).to.equal(true);
    });

    it('each return from the app that fails leads to the page with its own code', async () => {
      const site = open(sites);
      const { browser, origin } = site;
      const begun = async (documentNumber?: string) => {
        const { body } = await begin(browser, { reference: documentNumber });
        return returned(body.web2AppLink, documentNumber);
      };
      const callback = await begun();
      const fresh = new Browser(origin);
      expect((await visit(fresh, callback)).location, 'in another browser').to.equal(
        leadingTo('return_without_session'),
      );
      const known = new Browser(origin);
      await begin(known);
      expect((await visit(known, callback)).location, 'in a known browser').to.equal(leadingTo('return_after_end'));
      for (const cut of [
        /smartIdAttempt=[^&]*/,
        /(?<=smartIdAttempt=[^&]{10})[^&]*/,
        /[?&]sessionSecretDigest=[^&]*/,
      ]) {
        const part = (await begun()).replace(cut, '');
        expect((await visit(browser, part)).location, part).to.equal(leadingTo('return_incomplete'));
      }
      const refused = await begun(refusing);
      expect((await visit(browser, refused)).location?.replace(/&reference=.*/, '')).to.equal(leadingTo('refused'));
      const late = await begun();
      site.pass(180_000);
      expect((await visit(browser, late)).location, 'too late').to.equal(leadingTo('expired'));
      const altered = new URL(await begun());
      altered.searchParams.set('sessionSecretDigest', 'x'.repeat(43));
      expect((await visit(browser, altered.href)).location, 'altered').to.equal(leadingTo('not_verified'));
      expect(await site.isDone()).to.equal(false);
    });

    it('a callback URL that ends with a slash leads to the page, too', async () => {
      const { origin } = open(sites);
      const response = await fetch(`${origin}${base}/callback/`);
      expect([response.url, response.status]).to.deep.equal([`${origin}${base}/?failed=no_attempt`, 200]);
    });

    it('each code of a failure has its own text on the page', async () => {
      const { origin } = open(sites);
      const texts = await Promise.all(
        [
          'return_without_session',
          'return_after_end',
          'return_incomplete',
          'refused',
          'expired',
          'cancelled',
          'not_verified',
          'already_used',
          'country_not_accepted',
          'not_from_page',
          'other',
        ].map(async (failed) => {
          const html = await (await fetch(`${origin}${base}/?failed=${failed}`)).text();
          return /role="status">([^<]+)</.exec(html)?.[1];
        }),
      );
      expect(new Set(texts).size).to.equal(texts.length);
      expect(texts).to.not.include(undefined);
    });

    it('a session that is about to expire: the page warns in the last half minute, also without scripts', async () => {
      const { browser, origin, pass } = open(sites);
      const { body } = await begin(browser);
      const messageOf = async () => {
        const headers = { cookie: await browser.cookies() };
        const html = await (await fetch(`${origin}${base}/?id=${body.id}`, { headers })).text();
        return /role="status"[^>]*>([^<]*)</.exec(html)?.[1];
      };
      pass(85_000);
      expect(await messageOf()).to.equal('');
      pass(6_000);
      expect(await messageOf()).to.equal('This session is about to expire.');
      const { expiresInMs } = (await browser.get(`${base}/status?id=${body.id}`)).body;
      expect(expiresInMs).to.be.within(20_000, 30_000);
    });

    it('the id of an attempt is read from the address of its return', async () => {
      const { browser } = open(sites);
      const { body } = await begin(browser);
      const value = new URL(pathOf(await returned(body.web2AppLink)), browser.origin).searchParams.get(
        'smartIdAttempt',
      );
      expect(attemptIdOfCallback(value ?? '')).to.equal(body.id);
    });
  });
}

describe('A cancelled login', () => {
  const sites = usePageSites('/login');
  const cancel = async (browser: Browser, id: string) => {
    const headers = { cookie: await browser.cookies(), origin: browser.origin };
    const init = { method: 'POST', redirect: 'manual', headers, body: new URLSearchParams({ id }) } as const;
    expect((await fetch(`${browser.origin}/login/cancel`, init)).headers.get('location')).to.equal('/basket');
  };

  it('stays cancelled when another tab of the browser is just logging in', async () => {
    let enter = () => {};
    const entered = new Promise<void>((resolve) => {
      enter = resolve;
    });
    let goOn = () => {};
    const cancelled = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const verify = async ({ id }: { id: string }) => {
      enter();
      await cancelled;
      return { id };
    };
    const { browser } = startLogin(sites, { cancelRedirect: '/basket' }, { verify });
    const [first, second, third] = [
      (await sites.begin(browser)).body,
      (await sites.begin(browser)).body,
      (await sites.begin(browser)).body,
    ];
    for (const { qrLink } of [first, second, third]) {
      await usePhone(sites.simulator, { deviceLink: qrLink, flowType: 'QR' });
    }
    const finishing = sites.finish(browser, first.id);
    await entered;
    await cancel(browser, second.id);
    goOn();
    expect(await finishing).to.equal('/home');
    expect(await sites.finish(browser, second.id)).to.equal('./?failed=cancelled');
    expect(await sites.finish(browser, third.id), 'what was not cancelled').to.equal('/home');
  });

  it('sends no push that was held back', async () => {
    const pushes = async () => (await (await fetch(`${sites.simulator.phoneUrl}/pushes`)).json()) as unknown[];
    const { browser } = startLogin(sites, { cancelRedirect: '/basket', notification: true });
    const person = { flow: 'notification', country: 'EE', personalCode: '40404040009', holdPush: true };
    const { id } = (await sites.begin(browser, person)).body;
    await cancel(browser, id);
    const before = await pushes();
    expect((await browser.post('/login/push', { id })).body).to.include({ state: 'failed', code: 'cancelled' });
    expect(await pushes()).to.deep.equal(before);
  });
});
