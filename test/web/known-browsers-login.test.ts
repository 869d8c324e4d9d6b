/** The login page where it offers a push to those who have logged in by a device link in the same browser before. */

import { createHash, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { type KnownBrowser, MemoryKnownBrowserStore, type SmartIdRouterOptions } from 'passport-smart-id/web';
import { fetchWith } from '../../lib/shared/http.js';
import { wordsOf } from '../../lib/web/resolve-words.js';
import { languages } from '../../lib/web/words.js';
import { callbackAfter, okDocument, pathOf, usePhone } from '../support/phone.js';
import { Browser } from '../support/site.js';
import { Visitor } from '../support/visitor.js';
import { type PageSite, usePageSites } from './page-site.js';
import { type LoginMore, startLogin } from './sites.js';

const cookieName = '__Host-smart-id-browser';
const anna = { country: 'EE', personalCode: '40404040009' };
const annaId = 'PNOEE-40404040009';
const bert = { country: 'LT', personalCode: '40404040009' };
const bertDocument = 'PNOLT-40404040009-MOCK-Q';
const nobody = { country: 'EE', personalCode: '10101010005' };
const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url');

/** Keeps all that it is told, and fails where it is told to. */
class SpyStore extends MemoryKnownBrowserStore {
  readonly added: KnownBrowser[] = [];
  asked = 0;
  failing: 'add' | 'find' | undefined;

  override async add(browser: KnownBrowser): Promise<void> {
    if (this.failing === 'add') throw new Error('The database is down.');
    this.added.push(browser);
    return super.add(browser);
  }

  override async find(tokenHash: string): Promise<KnownBrowser | undefined> {
    this.asked += 1;
    if (this.failing === 'find') throw new Error('The database is down.');
    return super.find(tokenHash);
  }
}

describe('The login page with known browsers', () => {
  const sites = usePageSites('/deep/login');
  const { base, begin, finish, submit } = sites;
  const fetchOfSite = fetchWith();
  const sent: string[] = [];
  let store: SpyStore;

  beforeEach(() => {
    store = new SpyStore();
    sent.length = 0;
  });

  const start = (options: Partial<SmartIdRouterOptions> = { knownBrowsers: store }, more: LoginMore = {}) =>
    startLogin(sites, options, {
      ...more,
      strategy: {
        fetch: (url, init) => {
          const path = new URL(url).pathname.replace(/^.*\/v3\//, '');
          if (path.startsWith('authentication/')) sent.push(path);
          return fetchOfSite(url, init);
        },
      },
    });

  /** The cookie as the browser keeps it, on http://localhost as on https. */
  const cookieOf = async ({ jar, origin }: Browser) =>
    (await jar.getCookies(origin)).find(({ key }) => key === cookieName);
  const tokensOf = async (browser: Browser) => (await cookieOf(browser))?.value.split('.') ?? [];
  const isOffered = async (browser: Browser) => {
    const { status, body } = await browser.get(`${base}/`);
    expect(status).to.equal(200);
    return (body as string).includes('<button type="submit" name="flow" value="notification"');
  };

  async function logInByQr(browser: Browser, documentNumber = okDocument): Promise<string[]> {
    const { body } = await begin(browser);
    await usePhone(sites.simulator, { deviceLink: body.qrLink, flowType: 'QR', documentNumber });
    const response = await submit(browser, body.id);
    expect(response.headers.get('location')).to.equal('/home');
    return response.headers.getSetCookie();
  }
  const push = async (browser: Browser, person: object) =>
    (await begin(browser, { flow: 'notification', ...person })).body;

  /** Nothing but a link came of a wish for a push, and a notice that says why. */
  function expectLink(view: any, message = wordsOf.en.login.scanFirst): void {
    expect(view).to.include({ state: 'running', flow: 'device-link', message });
    expect(view.qrLink).to.contain('deviceLinkType=QR');
    expect(view).to.not.have.any.keys('verificationCode', 'isHeld');
    expect(sent.filter((path) => path.includes('notification'))).to.deep.equal([]);
  }
  const isAnna = async (browser: Browser) => (await browser.get('/me')).body?.id === annaId;

  for (const [what, options] of [
    ['by default', {}],
    ['where a push is offered to everybody', { notification: true }],
  ] as const) {
    it(`sets no cookie of its own ${what}`, async () => {
      const { browser } = start(options);
      await logInByQr(browser);
      const { body } = await begin(browser);
      const callback = await callbackAfter(sites.simulator, { deviceLink: body.web2AppLink, flowType: 'Web2App' });
      await browser.get(pathOf(callback));
      expect(await isAnna(browser)).to.equal(true);
      expect((await browser.jar.getCookies(browser.origin)).map(({ key }) => key)).to.deep.equal(['connect.sid']);
    });
  }

  it('offers no push by default, whoever has logged in before', async () => {
    const { browser } = start({});
    await logInByQr(browser);
    expect(await isOffered(browser)).to.equal(false);
    const { status, body } = await begin(browser, { flow: 'notification', ...anna });
    expect([status, body.field]).to.deep.equal([400, 'flow']);
    expect(sent).to.deep.equal(['authentication/device-link/anonymous']);
  });

  it('sets a cookie after a login by QR code, and then sends that person a push', async () => {
    const { browser } = start();
    expect(await isOffered(browser)).to.equal(false);
    const cookies = await logInByQr(browser);
    const [cookie = '', ...others] = cookies.filter((each) => each.startsWith(cookieName));
    expect(others).to.deep.equal([]);
    const [pair = '', ...attributes] = cookie.split('; ');
    expect(pair).to.match(/^__Host-smart-id-browser=[A-Za-z0-9_-]{43}$/);
    expect(attributes.filter((attribute) => !attribute.startsWith('Expires='))).to.have.members([
      'Max-Age=15552000',
      'Path=/',
      'HttpOnly',
      'Secure',
      'SameSite=Lax',
    ]);
    const [token = ''] = await tokensOf(browser);
    expect(store.added.map(({ tokenHash, person }) => [tokenHash, person])).to.deep.equal([[hashOf(token), annaId]]);

    expect(await isOffered(browser)).to.equal(true);
    const view = await push(browser, anna);
    expect(view).to.include({ state: 'running', flow: 'notification' });
    expect(view.verificationCode).to.match(/^\d{4}$/);
    expect(view).to.not.have.any.keys('message', 'qrLink', 'isHeld');
    expect(sent.at(-1)).to.equal(`authentication/notification/etsi/${annaId}`);
    await browser.settled(view.id, `${base}/status`);
    expect(await finish(browser, view.id)).to.equal('/home');
    expect(await isAnna(browser)).to.equal(true);
  });

  it('does so after a return from the app on the same device', async () => {
    const { browser } = start();
    const { body } = await begin(browser);
    const callback = await callbackAfter(sites.simulator, { deviceLink: body.web2AppLink, flowType: 'Web2App' });
    expect(await cookieOf(browser)).to.equal(undefined);
    await browser.get(pathOf(callback));
    expect(await tokensOf(browser)).to.have.length(1);
    expect(await push(browser, anna)).to.include({ flow: 'notification' });
  });

  it('goes on doing so after a logout, and holds the push back where the page wishes', async () => {
    const { browser } = start();
    await logInByQr(browser);
    await browser.get('/end');
    const view = await push(browser, { ...anna, holdPush: true });
    expect(view).to.include({ flow: 'notification', isHeld: true });
    expect(sent.filter((path) => path.includes('notification'))).to.deep.equal([]);
    expect((await browser.post(`${base}/push`, { id: view.id })).body).to.not.have.any.keys('isHeld', 'message');
    expect(sent.at(-1)).to.equal(`authentication/notification/etsi/${annaId}`);
  });

  it('sends no push that was held back when the person revoked the browser', async () => {
    const { browser } = start();
    await logInByQr(browser);
    await browser.get('/end');
    const view = await push(browser, { ...anna, holdPush: true });
    await store.removeAll(annaId);
    expect((await browser.post(`${base}/push`, { id: view.id })).body).to.include({ state: 'running', isHeld: true });
    expect(sent.filter((path) => path.includes('notification'))).to.deep.equal([]);
  });

  it('is not prolonged by a push, which would go on for ever', async () => {
    const { browser } = start();
    await logInByQr(browser);
    const before = (await cookieOf(browser))?.toString();
    const { id } = await push(browser, anna);
    await browser.settled(id, `${base}/status`);
    const response = await submit(browser, id);
    expect(response.headers.get('location')).to.equal('/home');
    expect(response.headers.getSetCookie().filter((each) => each.startsWith(cookieName))).to.deep.equal([]);
    expect((await cookieOf(browser))?.toString()).to.equal(before);
    expect(store.added).to.have.length(1);
  });

  it('does not come to know a browser by a push that is offered to everybody', async () => {
    const { browser } = start({ knownBrowsers: store, notification: true });
    expect(await isOffered(browser)).to.equal(true);
    const { id } = await push(browser, anna);
    await browser.settled(id, `${base}/status`);
    expect(await finish(browser, id)).to.equal('/home');
    expect([await cookieOf(browser), store.added]).to.deep.equal([undefined, []]);
    await logInByQr(browser);
    expect(store.added).to.have.length(1);
  });

  it('does not come to know a browser by a login that failed', async () => {
    const { browser } = start(undefined, { verify: async () => false });
    const { body } = await begin(browser);
    await usePhone(sites.simulator, { deviceLink: body.qrLink, flowType: 'QR' });
    expect(await finish(browser, body.id)).to.equal('./?failed=not_accepted');
    const refusing = 'PNOEE-30403039917-MOCK-Q';
    const { body: second } = await begin(browser);
    await usePhone(sites.simulator, { deviceLink: second.qrLink, flowType: 'QR', documentNumber: refusing });
    await submit(browser, second.id);
    expect([await cookieOf(browser), store.added]).to.deep.equal([undefined, []]);
  });

  describe('shows a link in place of a push', () => {
    for (const language of languages) {
      it(`to another person, and says why: ${language}`, async () => {
        const { browser } = start();
        await logInByQr(browser);
        const view = await push(browser, { ...bert, lang: language });
        expectLink(view, wordsOf[language].login.scanFirst);
        expect(sent.at(-1)).to.equal('authentication/device-link/etsi/PNOLT-40404040009');
        const { body: later } = await browser.get(`${base}/status?id=${view.id}&lang=${language}`);
        expect(later).to.include({ state: 'running' }).and.not.have.property('message');
      });
    }

    it('in the language of the browser, or of the site', async () => {
      const { origin } = start();
      const ask = async (address: string, headers: Record<string, string>) => {
        const response = await fetch(`${address}${base}/start`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify({ flow: 'notification', ...anna }),
        });
        return ((await response.json()) as any).message;
      };
      expect(await ask(origin, { 'accept-language': 'lt' })).to.equal(wordsOf.lt.login.scanFirst);
      const russian = start({ knownBrowsers: store, language: 'ru' });
      expect(await ask(russian.origin, { 'accept-language': 'lt' })).to.equal(wordsOf.ru.login.scanFirst);
    });

    it('to a person without an account, as to anybody', async () => {
      const { browser } = start();
      await logInByQr(browser);
      const views = [await push(browser, nobody), await push(browser, bert)];
      for (const view of views) expectLink(view);
      expect(Object.keys(views[0])).to.deep.equal(Object.keys(views[1]));
    });

    it('who can have a push the next time, like the one before', async () => {
      const { browser } = start();
      await logInByQr(browser);
      const { id, qrLink } = await push(browser, bert);
      await usePhone(sites.simulator, { deviceLink: qrLink, flowType: 'QR', documentNumber: bertDocument });
      expect(await finish(browser, id)).to.equal('/home');
      expect(await tokensOf(browser)).to.have.length(2);
      for (const person of [anna, bert]) expect(await push(browser, person)).to.include({ flow: 'notification' });
    });

    it('in another browser', async () => {
      const { browser, origin } = start();
      await logInByQr(browser);
      const other = new Browser(origin);
      expect(await isOffered(other)).to.equal(false);
      expectLink(await push(other, anna));
    });

    it('where the cookie is one that nobody was given, or is malformed', async () => {
      const { browser, origin } = start();
      await logInByQr(browser);
      const [token = ''] = await tokensOf(browser);
      for (const value of [randomBytes(32).toString('base64url'), hashOf(token), `${token}A`, token.slice(1), 'x']) {
        const other = new Browser(origin);
        await other.jar.setCookie(`${cookieName}=${value}; Secure; HttpOnly; SameSite=Lax; Path=/`, origin);
        expect(await cookieOf(other), value).to.not.equal(undefined);
        expect(await isOffered(other), value).to.equal(false);
        expectLink(await push(other, anna));
      }
    });

    it('to a person whose browsers were revoked, and to nobody else', async () => {
      const { browser } = start();
      await logInByQr(browser, bertDocument);
      await logInByQr(browser);
      await store.removeAll(annaId);
      expectLink(await push(browser, anna));
      expect(await isOffered(browser)).to.equal(true);
      expect(await push(browser, bert)).to.include({ flow: 'notification' });
      await store.removeAll('PNOLT-40404040009');
      expect(await isOffered(browser)).to.equal(false);
    });

    it('without scripts too, with the notice on the page', async () => {
      const { origin } = start();
      const visitor = new Visitor(origin, { 'accept-language': 'et' });
      const { page: words, login } = wordsOf.et;
      const page = await visitor.open(`${base}/?returnTo=/orders`);
      expect(page.buttons).to.deep.equal([words.useThisDevice, login.showQrForPerson]);
      const { action, fields } = page.submission(login.showQrForPerson);
      const started = await visitor.send(action, { ...fields, ...anna, flow: 'notification' });
      expect(started.message).to.equal(login.scanFirst);
      expect(started.url.href).to.contain('notice=scanFirst').and.not.contain(anna.personalCode);
      const deviceLink = started.link('open-app')?.href ?? '';
      const callback = await callbackAfter(sites.simulator, { deviceLink, flowType: 'Web2App' });
      expect((await visitor.open(callback)).url.pathname).to.equal('/orders');

      const again = await visitor.open(`${base}/`);
      const held = await visitor.press(again, words.sendToPhone, anna);
      expect(held.message).to.equal(undefined);
      expect(held.text('verification-code')).to.match(/^\d{4}$/);
    });
  });

  describe('whose store fails', () => {
    it('shows the page without the push', async () => {
      const { browser, errors } = start();
      await logInByQr(browser);
      store.failing = 'find';
      expect(await isOffered(browser)).to.equal(false);
      store.failing = undefined;
      expect(await isOffered(browser)).to.equal(true);
      expect(errors).to.deep.equal([]);
    });

    it("leaves a start with a push to the site's error handler, and sends nothing", async () => {
      const { browser, errors } = start();
      await logInByQr(browser);
      store.failing = 'find';
      sent.length = 0;
      const answer = await begin(browser, { flow: 'notification', ...anna });
      expect([answer.status, answer.body]).to.deep.equal([500, "The site's own words."]);
      expect(errors.map(({ message }) => message)).to.deep.equal(['The database is down.']);
      expect(sent).to.deep.equal([]);
    });

    it('shows a link to whoever wants no push, and asks nobody for it', async () => {
      const { browser, errors } = start();
      await logInByQr(browser);
      store.failing = 'find';
      store.asked = 0;
      for (const wish of [{}, anna, { flow: 'device-link', ...bert }]) {
        expect((await begin(browser, wish)).body).to.include({ state: 'running', flow: 'device-link' });
      }
      expect([store.asked, errors]).to.deep.equal([0, []]);
    });

    for (const failing of ['add', 'find'] as const) {
      it(`logs in all the same: ${failing}`, async () => {
        const { browser, errors } = start();
        await logInByQr(browser, bertDocument);
        const before = await tokensOf(browser);
        store.failing = failing;
        const cookies = await logInByQr(browser);
        expect(cookies.filter((each) => each.startsWith(cookieName))).to.deep.equal([]);
        expect(await isAnna(browser)).to.equal(true);
        store.failing = undefined;
        expect(await tokensOf(browser)).to.deep.equal(before);
        expectLink(await push(browser, anna));
        expect(errors).to.deep.equal([]);
      });
    }

    it('logs in by the app on the same device all the same', async () => {
      const { browser } = start();
      store.failing = 'add';
      const { body } = await begin(browser, { returnTo: '/orders' });
      const callback = await callbackAfter(sites.simulator, { deviceLink: body.web2AppLink, flowType: 'Web2App' });
      expect((await browser.get(pathOf(callback))).status).to.equal(302);
      expect(await isAnna(browser)).to.equal(true);
      expect(await cookieOf(browser)).to.equal(undefined);
    });
  });

  it('logs in where the site tells something else of the login', async () => {
    const { browser } = start(undefined, {
      verify: (_profile, _info, done) => done(null, { id: annaId } as Express.User, { documentNumber: undefined }),
    });
    const { body } = await begin(browser);
    await usePhone(sites.simulator, { deviceLink: body.qrLink, flowType: 'QR' });
    expect(await finish(browser, body.id)).to.equal('/home');
    expect(await isAnna(browser)).to.equal(true);
  });

  it('cannot be made with a store that lacks something', () => {
    const whole = { add: async () => {}, find: async () => undefined, removeAll: async () => {} };
    const make = (knownBrowsers: unknown): PageSite => start({ knownBrowsers } as Partial<SmartIdRouterOptions>);
    for (const wrong of [null, true, 'memory', {}, { ...whole, add: undefined }]) {
      expect(() => make(wrong)).to.throw(/^knownBrowsers must have a method add\.$/);
    }
    expect(() => make({ ...whole, find: 'x' })).to.throw(/^knownBrowsers must have a method find\.$/);
    expect(() => make({ ...whole, removeAll: undefined })).to.throw(/^knownBrowsers must have a method removeAll\.$/);
    make(whole);
  });
});
