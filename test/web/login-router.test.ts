/** The routes of the login page over real HTTP, mounted below a path, as the built package has them. */

import { expect } from 'chai';
import { Authenticator } from 'passport';
import { SmartIdStrategy } from 'passport-smart-id';
import { type SmartIdRouterOptions, smartIdRouter } from 'passport-smart-id/web';
import { callbackAfter, okDocument, pathOf, usePhone } from '../support/phone.js';
import { itIsReadyMadePage, usePageSites } from './page-site.js';

const base = '/deep/below/login';

describe('The login page', () => {
  const sites = usePageSites(base);
  const { begin, finish } = sites;

  const start = (options: Partial<SmartIdRouterOptions> = {}) =>
    sites.start((app, smartId) => {
      const strategy = new SmartIdStrategy(smartId, async (profile) => ({ id: profile.id }));
      const passport = new Authenticator();
      passport.use(strategy);
      passport.serializeUser((user, done) => done(null, user));
      passport.deserializeUser((user: Express.User, done) => done(null, user));
      app.use(passport.session());
      app.use([base, '/of/:site'], smartIdRouter(passport, { strategy, successRedirect: '/home', ...options }));
      app.get('/me', (req, res) => void res.json(req.user ?? null));
    });

  itIsReadyMadePage({ sites, open: start, make: start, unknownFailure: 'The login failed. Please try again.' });

  it('logs in by QR code and leads to the page it was opened for', async () => {
    const { browser } = start();
    for (const [returnTo, target] of [
      [undefined, '/home'],
      ['/orders?page=2', '/orders?page=2'],
    ] as const) {
      const { body } = await begin(browser, { returnTo });
      await usePhone(sites.simulator, { deviceLink: body.qrLink, flowType: 'QR' });
      expect(await finish(browser, body.id)).to.equal(target);
      expect((await browser.get('/me')).body).to.deep.equal({ id: 'PNOEE-40404040009' });
    }
  });

  it('leads nowhere else, whatever a path is called below which it is mounted', async () => {
    const { origin } = start();
    const address = `${origin}/of/http:elsewhere.test`;
    const response = await fetch(address, { redirect: 'manual' });
    expect(new URL(response.headers.get('location') ?? '', address).href).to.equal(`${address}/`);
  });

  it('is finished by JSON too', async () => {
    const { browser } = start();
    const { body } = await begin(browser);
    await usePhone(sites.simulator, { deviceLink: body.qrLink, flowType: 'QR' });
    const response = await fetch(`${browser.origin}${base}/finish`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/json', cookie: await browser.cookies() },
      body: JSON.stringify({ id: body.id }),
    });
    expect([response.status, response.headers.get('location')]).to.deep.equal([302, '/home']);
  });

  it('logs in by the callback', async () => {
    const { browser } = start();
    const { body } = await begin(browser);
    const callback = await callbackAfter(sites.simulator, { deviceLink: body.web2AppLink, flowType: 'Web2App' });
    expect((await browser.get(pathOf(callback))).status).to.equal(302);
    expect((await browser.get('/me')).body).to.deep.equal({ id: 'PNOEE-40404040009' });
  });

  it('leads back to itself after a failure, with a code that tells nothing of an account', async () => {
    const { browser, origin } = start();
    for (const [documentNumber, code] of [
      ['PNOEE-30403039917-MOCK-Q', 'not_completed'],
      ['PNOEE-30403039983-MOCK-Q', 'not_completed'],
    ] as const) {
      const { body } = await begin(browser);
      await usePhone(sites.simulator, { deviceLink: body.qrLink, flowType: 'QR', documentNumber });
      const location = await finish(browser, body.id);
      expect(location).to.equal(`./?failed=${code}`);
      const page = await fetch(new URL(location ?? '', `${origin}${base}/finish`));
      expect(await page.text()).to.match(/role="status">The login was not/);
    }
    expect((await browser.get('/me')).body).to.equal(null);
  });

  it('takes no address of another site with a start', async () => {
    const { browser } = start();
    for (const returnTo of [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      '/\t/evil.example',
      'x',
      '/\ud800',
    ]) {
      const { status, body } = await begin(browser, { returnTo });
      expect([status, body.field]).to.deep.equal([400, 'returnTo']);
    }
  });

  it('sends a push only where the site offers it', async () => {
    const person = { country: 'EE', personalCode: '40504040001' };
    const without = start();
    const refused = await begin(without.browser, { flow: 'notification', ...person });
    expect([refused.status, refused.body.field]).to.deep.equal([400, 'flow']);
    const { browser } = start({ notification: true });
    const { body } = await begin(browser, { flow: 'notification', ...person });
    expect(body.verificationCode).to.match(/^\d{4}$/);
    await browser.settled(body.id, `${base}/status`);
    expect(await finish(browser, body.id)).to.equal('/home');
  });

  it('takes a personal code in the usual ways of writing it', async () => {
    const { browser } = start({ notification: true });
    for (const [country, personalCode, identifier] of [
      ['LV', '05040510009', 'PNOLV-050405-10009'],
      ['LV', ' 050405-10009 ', 'PNOLV-050405-10009'],
      ['EE', '4050 4040 001', 'PNOEE-40504040001'],
      ['BE', '05.04.04-000.32', 'PNOBE-05040400032'],
      ['LT', 'pnolt-40504040001', 'PNOLT-40504040001'],
    ]) {
      const { body } = await begin(browser, { flow: 'notification', country, personalCode });
      await browser.settled(body.id, `${base}/status`);
      expect(await finish(browser, body.id), `${country} ${personalCode}`).to.equal('/home');
      expect((await browser.get('/me')).body.id).to.equal(identifier);
    }
  });

  it('lets a visitor choose nothing but a person and a way', async () => {
    const { browser } = start({ notification: true });
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
      ['personalCode', { country: 'EE', personalCode: '4040404000' }],
      ['personalCode', { country: 'EE', personalCode: '40404040008' }],
      ['personalCode', { country: 'EE', personalCode: 'PNOLT-40404040009' }],
      ['personalCode', { country: 'EE', personalCode: '../document/x' }],
      ['returnTo', { returnTo: 7 }],
    ] as const) {
      const answer = await begin(browser, body);
      expect([answer.status, answer.body.field], JSON.stringify(body)).to.deep.equal([400, field]);
    }
    const { body } = await begin(browser, { identify: { documentNumber: okDocument }, interactions: [], lang: 'xxx' });
    expect(body.state).to.equal('running');
  });

  it('takes nothing for confirmed where only one person may log in, though that person is logged in', async () => {
    const { browser } = start({ identify: () => ({ documentNumber: okDocument }) });
    const { body } = await begin(browser);
    await usePhone(sites.simulator, { deviceLink: body.qrLink, flowType: 'QR' });
    expect(await finish(browser, body.id)).to.equal('/home');
    const { id } = (await begin(browser)).body;
    expect((await browser.get(`${base}/?failed=no_attempt&id=other`)).status).to.equal(200);
    expect((await browser.get(`${base}/status?id=other`)).body.state).to.equal('failed');
    const invented = `smartIdAttempt=${id}.${'x'.repeat(43)}&sessionSecretDigest=x&userChallengeVerifier=x`;
    const headers = { cookie: await browser.cookies() };
    const response = await fetch(`${browser.origin}${base}/callback?${invented}`, { redirect: 'manual', headers });
    expect(response.headers.get('location')).to.match(/^\.\/\?failed=/);
    expect((await browser.get(`${base}/?failed=no_attempt&id=${body.id}`)).status, 'what has ended well').to.equal(302);
  });

  it('cannot be made with options that make no sense', () => {
    const passport = new Authenticator();
    const make = (options: unknown) => () => smartIdRouter(passport, options as SmartIdRouterOptions);
    expect(make(undefined)).to.throw(/^strategy /);
    expect(make({ strategy: 'smart-id' })).to.throw(/^strategy /);
  });
});
