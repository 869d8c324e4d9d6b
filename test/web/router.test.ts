/** The routes of the login page over real HTTP, mounted below a path, as the built package has them. */

import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import session from 'express-session';
import { Authenticator } from 'passport';
import { SmartIdStrategy } from 'passport-smart-id';
import { type SmartIdRouterOptions, smartIdRouter } from 'passport-smart-id/web';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { callbackAfter, okDocument, pathOf, usePhone } from '../support/phone.js';
import { Browser } from '../support/site.js';

const base = '/deep/below/login';

describe('The login page', () => {
  let simulator: Simulator;
  const closers: (() => void)[] = [];

  before(async () => {
    simulator = await startSimulator({ port: 0, notificationDelay: 10 });
  });
  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });
  after(() => simulator.close());

  async function start(options: Partial<SmartIdRouterOptions> = {}): Promise<{ browser: Browser; origin: string }> {
    const app = express();
    const server = app.listen(0);
    closers.push(() => {
      server.close();
      server.closeAllConnections();
    });
    const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
    const { environment, relyingPartyUUID, relyingPartyName, trustAnchors } = simulator;
    const callbackURL = `${origin}${base}/callback`;
    const strategy = new SmartIdStrategy(
      { environment, relyingPartyUUID, relyingPartyName, trustAnchors, callbackURL },
      async (profile) => ({ id: profile.id }),
    );
    const passport = new Authenticator();
    passport.use(strategy);
    passport.serializeUser((user, done) => done(null, user));
    passport.deserializeUser((user: Express.User, done) => done(null, user));
    app.use(session({ secret: 'test', resave: false, saveUninitialized: false }), passport.session());
    app.use(base, smartIdRouter(passport, { strategy, successRedirect: '/home', ...options }));
    app.get('/me', (req, res) => void res.json(req.user ?? null));
    return { browser: new Browser(origin), origin };
  }

  const begin = (browser: Browser, body: object = {}) => browser.post(`${base}/start`, body);

  /** Posts the form of the page, as a browser does, and gives where it leads. */
  async function finish(browser: Browser, id: string): Promise<string | null> {
    const response = await fetch(`${browser.origin}${base}/finish`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: await browser.cookies(), origin: browser.origin, 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({ id }),
    });
    for (const cookie of response.headers.getSetCookie()) await browser.jar.setCookie(cookie, browser.origin);
    return response.headers.get('location');
  }

  it('has a strict policy, is not kept, and asks for nothing from elsewhere', async () => {
    const { origin } = await start();
    const response = await fetch(`${origin}${base}/`);
    expect(response.headers.get('content-security-policy'))
      .to.match(/^default-src 'none'/)
      .and.not.contain('unsafe');
    expect(response.headers.get('cache-control')).to.equal('no-store');
    expect(response.headers.get('referrer-policy')).to.equal('no-referrer');
    const html = await response.text();
    expect(html).to.not.match(/<style|style=|<script(?! type="module" src=)|\son[a-z]+=|https?:/);
  });

  it('is led to its folder, with its query, so that relative addresses work', async () => {
    const { origin } = await start();
    const response = await fetch(`${origin}${base}?returnTo=/x`, { redirect: 'manual' });
    expect(response.headers.get('location')).to.equal('login/?returnTo=/x');
    expect((await fetch(`${origin}${base}?returnTo=/x`)).status).to.equal(200);
  });

  it('has three files and no others', async () => {
    const { origin } = await start();
    let size = (await (await fetch(`${origin}${base}/`)).arrayBuffer()).byteLength;
    for (const [name, type] of [
      ['attempt.js', 'text/javascript'],
      ['qr.js', 'text/javascript'],
      ['attempt.css', 'text/css'],
    ]) {
      const response = await fetch(`${origin}${base}/assets/${name}`);
      expect([response.status, response.headers.get('content-type')?.split(';')[0]], name).to.deep.equal([200, type]);
      expect(response.headers.get('cache-control')).to.contain('max-age');
      size += (await response.arrayBuffer()).byteLength;
    }
    expect(size, 'bytes, not compressed').to.be.below(60_000);
    for (const name of ['login-router.js', '..%2flogin-router.js', '../login-router.js', 'attempt.js.map']) {
      expect((await fetch(`${origin}${base}/assets/${name}`)).status, name).to.equal(404);
    }
  });

  it('logs in by QR code and leads to the page it was opened for', async () => {
    const { browser } = await start();
    for (const [returnTo, target] of [
      [undefined, '/home'],
      ['/orders?page=2', '/orders?page=2'],
    ] as const) {
      const { body } = await begin(browser, { returnTo });
      await usePhone(simulator, { deviceLink: body.qrLink, flowType: 'QR' });
      expect(await finish(browser, body.id)).to.equal(target);
      expect((await browser.get('/me')).body).to.deep.equal({ id: 'PNOEE-40404040009' });
    }
  });

  it('logs in by the callback', async () => {
    const { browser } = await start();
    const { body } = await begin(browser);
    const callback = await callbackAfter(simulator, { deviceLink: body.web2AppLink, flowType: 'Web2App' });
    expect((await browser.get(pathOf(callback))).status).to.equal(302);
    expect((await browser.get('/me')).body).to.deep.equal({ id: 'PNOEE-40404040009' });
  });

  it('leads back to itself after a failure, with a code that tells nothing of an account', async () => {
    const { browser, origin } = await start();
    for (const [documentNumber, code] of [
      ['PNOEE-30403039917-MOCK-Q', 'not_completed'],
      ['PNOEE-30403039983-MOCK-Q', 'not_completed'],
    ] as const) {
      const { body } = await begin(browser);
      await usePhone(simulator, { deviceLink: body.qrLink, flowType: 'QR', documentNumber });
      const location = await finish(browser, body.id);
      expect(location).to.equal(`./?failed=${code}`);
      const page = await fetch(new URL(location ?? '', `${origin}${base}/finish`));
      expect(await page.text()).to.match(/role="status">The login was not/);
    }
    expect((await browser.get('/me')).body).to.equal(null);
  });

  it('shows a message of its own for any code in its address, and never what is in the address', async () => {
    const { origin } = await start();
    for (const failed of ['<script>alert(1)</script>', 'toString', '__proto__', 'x'.repeat(500)]) {
      const html = await (await fetch(`${origin}${base}/?failed=${encodeURIComponent(failed)}`)).text();
      expect(html).to.contain('The login failed. Please try again.').and.not.contain('alert(1)');
    }
  });

  it('never leads to another site', async () => {
    const { browser, origin } = await start();
    for (const returnTo of ['https://evil.example/', '//evil.example', '/\\evil.example', '/\t/evil.example', 'x']) {
      const html = await (await fetch(`${origin}${base}/?returnTo=${encodeURIComponent(returnTo)}`)).text();
      expect(html).to.contain('data-next="/home"').and.not.contain('evil');
      const { status, body } = await begin(browser, { returnTo });
      expect([status, body.field]).to.deep.equal([400, 'returnTo']);
    }
    const html = await (await fetch(`${origin}${base}/?returnTo=${encodeURIComponent('/a"><b>')}`)).text();
    expect(html).to.contain('data-next="/a&#34;&#62;&#60;b&#62;"');
  });

  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ] as Record<string, string>[]) {
    it(`refuses a start and a finish from elsewhere: ${JSON.stringify(headers)}`, async () => {
      const { origin } = await start();
      for (const path of ['start', 'finish']) {
        const response = await fetch(`${origin}${base}/${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: '{}',
        });
        expect(response.status).to.equal(403);
      }
    });
  }

  it('sends a push only where the site offers it', async () => {
    const person = { country: 'EE', personalCode: '40504040001' };
    const without = await start();
    const refused = await begin(without.browser, { flow: 'notification', ...person });
    expect([refused.status, refused.body.field]).to.deep.equal([400, 'flow']);
    const { browser } = await start({ notification: true });
    const { body } = await begin(browser, { flow: 'notification', ...person });
    expect(body.verificationCode).to.match(/^\d{4}$/);
    await browser.settled(body.id, `${base}/status`);
    expect(await finish(browser, body.id)).to.equal('/home');
  });

  it('takes a personal code in the usual ways of writing it', async () => {
    const { browser } = await start({ notification: true });
    for (const [country, personalCode, identifier] of [
      ['LV', '05040510009', 'PNOLV-050405-10009'],
      ['LV', ' 050405-10009 ', 'PNOLV-050405-10009'],
      ['EE', '4050 4040 001', 'PNOEE-40504040001'],
    ]) {
      const { body } = await begin(browser, { flow: 'notification', country, personalCode });
      await browser.settled(body.id, `${base}/status`);
      expect(await finish(browser, body.id), `${country} ${personalCode}`).to.equal('/home');
      expect((await browser.get('/me')).body.id).to.equal(identifier);
    }
  });

  it('lets a visitor choose nothing but a person and a way', async () => {
    const { browser } = await start({ notification: true });
    for (const [field, body] of [
      ['flow', { flow: 'app' }],
      ['flow', { flow: ['notification'] }],
      ['flow', { flow: null }],
      ['country', { flow: 'notification' }],
      ['country', { country: 'ee', personalCode: '40404040009' }],
      ['country', { country: 'toString', personalCode: '40404040009' }],
      ['country', { personalCode: '40404040009' }],
      ['personalCode', { country: 'EE' }],
      ['personalCode', { country: 'EE', personalCode: '' }],
      ['personalCode', { country: 'EE', personalCode: 40404040009 }],
      ['personalCode', { country: 'EE', personalCode: ['40404040009'] }],
      ['personalCode', { country: 'EE', personalCode: '4'.repeat(31) }],
      ['personalCode', { country: 'EE', personalCode: '../document/x' }],
      ['returnTo', { returnTo: 7 }],
    ] as const) {
      const answer = await begin(browser, body);
      expect([answer.status, answer.body.field], JSON.stringify(body)).to.deep.equal([400, field]);
    }
    const { body } = await begin(browser, { identify: { documentNumber: okDocument }, interactions: [], lang: 'xxx' });
    expect(body.state).to.equal('running');
    expect((await browser.post(`${base}/start`, { padding: 'x'.repeat(5000) })).status).to.equal(413);
    const malformed = await fetch(`${browser.origin}${base}/start`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    });
    expect([malformed.status, await malformed.json()]).to.deep.equal([
      400,
      { error: 'The body of the request cannot be read.' },
    ]);
  });

  it('says how long to wait when one browser starts too often', async () => {
    const { browser, origin } = await start();
    for (let count = 0; count < 30; count++) expect((await begin(browser)).status).to.equal(200);
    const response = await fetch(`${origin}${base}/start`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: await browser.cookies() },
      body: '{}',
    });
    expect(response.status).to.equal(429);
    expect(Number(response.headers.get('retry-after'))).to.be.within(1, 300);
    expect(await response.json()).to.have.keys(['error']);
  });

  it('reads no form that is larger than a finish can be', async () => {
    const { browser } = await start();
    const response = await fetch(`${browser.origin}${base}/finish`, {
      method: 'POST',
      headers: { origin: browser.origin, 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({ id: 'x'.repeat(2000) }),
    });
    expect(response.status).to.equal(413);
  });

  it('cannot be made with options that make no sense', () => {
    const passport = new Authenticator();
    const make = (options: unknown) => () => smartIdRouter(passport, options as SmartIdRouterOptions);
    expect(make(undefined)).to.throw(/^strategy /);
    expect(make({ strategy: 'smart-id' })).to.throw(/^strategy /);
  });
});
