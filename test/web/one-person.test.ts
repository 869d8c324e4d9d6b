/** The login page of a site that asks the person who is logged in to confirm something, and what becomes of their session. */

import { expect } from 'chai';
import { Authenticator } from 'passport';
import { MemoryAttemptStore, SmartIdStrategy } from 'passport-smart-id';
import { smartIdRouter } from 'passport-smart-id/web';
import { usePhone } from '../support/phone.js';
import { usePageSites } from './page-site.js';
import { startLogin } from './sites.js';

const me = 'PNOEE-40404040009';
const somebodyElse = 'PNOLT-40404040009-MOCK-Q';

describe('A page at which one person alone may log in', () => {
  const sites = usePageSites('/smart-id');
  const identify = () => ({ semanticsIdentifier: me });

  for (const [where, store] of [
    ['the session', undefined],
    ['memory', new MemoryAttemptStore()],
  ] as const) {
    it(`logs them in, and nobody else who scans the code, with attempts in ${where}`, async () => {
      const { browser } = startLogin(sites, { identify }, { strategy: { store } });
      for (const [documentNumber, user] of [
        [somebodyElse, null],
        [undefined, { id: me }],
      ] as const) {
        const { body } = await sites.begin(browser);
        await usePhone(sites.simulator, { deviceLink: body.qrLink, flowType: 'QR', documentNumber });
        await sites.finish(browser, body.id);
        expect((await browser.get('/me')).body).to.deep.equal(user);
      }
    });
  }

  it('knows no login that was begun for anybody at another page of the same strategy', async () => {
    const { browser } = sites.start((app, smartId) => {
      const strategy = new SmartIdStrategy(smartId, async ({ id }) => ({ id }));
      const passport = new Authenticator();
      passport.use(strategy);
      passport.serializeUser((user, done) => done(null, user));
      passport.deserializeUser((user: Express.User, done) => done(null, user));
      app.use(passport.session());
      app.use('/open', smartIdRouter(passport, { strategy }));
      app.use(sites.base, smartIdRouter(passport, { strategy, identify }));
      app.get('/me', (req, res) => void res.json(req.user ?? null));
    });
    for (const documentNumber of [somebodyElse, undefined]) {
      const { body } = await browser.post('/open/start');
      await usePhone(sites.simulator, { deviceLink: body.qrLink, flowType: 'QR', documentNumber });
      expect(await sites.finish(browser, body.id)).to.equal('./?failed=no_attempt');
      expect((await browser.get('/me')).body).to.equal(null);
    }
  });

  it('offers no personal code, and takes none', async () => {
    const { browser } = startLogin(sites, { identify, notification: true });
    const page = await browser.get('/smart-id/');
    expect(page.body).to.contain('id="qr-code"').and.not.contain('personalCode');
    const { status, body } = await browser.post('/smart-id/start', { country: 'LT', personalCode: '40404040009' });
    expect(status).to.equal(200);
    await usePhone(sites.simulator, { deviceLink: body.qrLink, flowType: 'QR', documentNumber: somebodyElse });
    await sites.finish(browser, body.id);
    expect((await browser.get('/me')).body).to.equal(null);
    expect((await browser.post('/smart-id/start', { flow: 'notification' })).status).to.equal(400);
  });

  it("is an error for the site's handler where it names nobody", async () => {
    const { browser, errors } = startLogin(sites, { identify: (() => undefined) as never });
    expect((await browser.post('/smart-id/start')).status).to.equal(500);
    expect(errors.map(({ message }) => message)).to.deep.equal(['identify must name a person or a document.']);
  });
});

describe('What a session held before a login', () => {
  const sites = usePageSites('/smart-id');
  for (const keepSessionInfo of [undefined, false, true]) {
    it(`is ${keepSessionInfo ? '' : 'not '}there after it with keepSessionInfo: ${keepSessionInfo}`, async () => {
      const { browser } = startLogin(sites, { keepSessionInfo });
      await browser.get('/colour?is=red');
      const { body } = await sites.begin(browser);
      await usePhone(sites.simulator, { deviceLink: body.qrLink, flowType: 'QR' });
      await sites.finish(browser, body.id);
      expect((await browser.get('/me')).body).to.deep.equal({ id: me });
      expect((await browser.get('/colour')).body).to.equal(keepSessionInfo ? 'red' : null);
    });
  }
});
