/** What a site can make of the pages: its own page around the content, its own choice of the language, its own words in the app. */

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import type { Express, Request, RequestHandler } from 'express';
import passport, { type PassportStatic } from 'passport';
import { SmartIdSigning, SmartIdStrategy } from 'passport-smart-id';
import type { PageContent, PageOptions } from 'passport-smart-id/web';
import { wordsOf } from '../../lib/web/resolve-words.js';
import { type Language, languages } from '../../lib/web/words.js';
import { root } from '../package/clean-folder.js';
import { examples } from '../package/documentation.js';
import { EventStream } from '../support/event-stream.js';
import { callbackAfter, pathOf, usePhone } from '../support/phone.js';
import type { Browser } from '../support/site.js';
import { type PageSite, type PageSites, usePageSites } from './page-site.js';
import { startLogin, startSigning } from './sites.js';

type Start = (sites: PageSites, options?: PageOptions, more?: { before?: (app: Express) => void }) => PageSite;

const around = ({ language, title, head, body }: PageContent) =>
  `<!doctype html><html lang="${language}"><head><title>${title} – My site</title>${head}</head><body>${body}</body></html>`;
const policyOfSite = "default-src 'self'; object-src 'none'";
/** As helmet does it. */
const withPolicy = (app: Express) =>
  void app.use((_req, res, next) => {
    res.set('content-security-policy', policyOfSite);
    next();
  });

for (const [what, base, start] of [
  ['login', '/log/in', startLogin],
  ['signing', '/deep/sign', startSigning],
] as ['login' | 'signing', string, Start][]) {
  describe(`The ${what} page in a site's own design`, () => {
    const sites = usePageSites(base);
    const get = ({ origin }: PageSite, query = '', headers = {}) => fetch(`${origin}${base}/${query}`, { headers });
    const policyOf = (response: Response) => response.headers.get('content-security-policy');

    it('is made of a title, a head and a body, in the language of the visitor', async () => {
      const seen: PageContent[] = [];
      const template = (content: PageContent) => {
        seen.push(content);
        return around(content);
      };
      const site = start(sites, { template });
      const html = await (await get(site, '?lang=et')).text();
      const [content] = seen;
      if (!content) throw new Error('The template was not asked.');
      expect(Object.keys(content).sort()).to.deep.equal(['body', 'head', 'language', 'title']);
      expect(content).to.include({ language: 'et', title: wordsOf.et[what].title });
      expect(content.head).to.match(
        /^<link rel="stylesheet" href="assets\/[^"]+">(?:\n<link rel="modulepreload" href="assets\/[^"]+">)+\n<script type="module" src="assets\/[^"]+"><\/script>$/,
      );
      expect(content.body).to.match(/^<div id="smart-id"[\s\S]+<\/div>$/);
      expect(html).to.equal(around(content));
      expect(html.match(/<h1/g)).to.have.length(1);
    });

    it('is made for each request, and may take its time', async () => {
      const template = async (content: PageContent, req: Request) => {
        await new Promise((resolve) => setImmediate(resolve));
        return around(content).replace('My site', `Shop ${String(req.query.shop)}`);
      };
      const site = start(sites, { template });
      for (const shop of ['a', 'b'])
        expect(await (await get(site, `?shop=${shop}`)).text()).to.contain(`– Shop ${shop}<`);
    });

    for (const [how, template] of [
      [
        'throws',
        () => {
          throw new Error('the template');
        },
      ],
      ['rejects', () => Promise.reject(new Error('the template'))],
    ] as [string, () => string | Promise<string>][]) {
      it(`leaves it to the site's error handler when the template ${how}`, async () => {
        const site = start(sites, { template });
        const response = await get(site);
        expect([response.status, await response.text()]).to.deep.equal([500, "The site's own words."]);
        expect(site.errors.map(({ message }) => message)).to.deep.equal(['the template']);
      });
    }

    it('keeps the policy that the site has set, and has a strict one where it has set none', async () => {
      expect(policyOf(await get(start(sites, { template: around }, { before: withPolicy })))).to.equal(policyOfSite);
      expect(policyOf(await get(start(sites, { template: around })))).to.match(/^default-src 'none'/);
    });

    it("has its own policy where the page is not the site's, whatever the site has set", async () => {
      expect(policyOf(await get(start(sites, {}, { before: withPolicy })))).to.match(/^default-src 'none'/);
    });

    it('cannot be made with a template that is none', () => {
      for (const template of ['<html>', null, {}] as unknown[] as undefined[]) {
        expect(() => start(sites, { template })).to.throw(/^template must be a function\.$/);
      }
    });
  });

  describe(`The language of the ${what} page`, () => {
    const sites = usePageSites(base);
    const page = async ({ origin }: PageSite, query = '') =>
      (await fetch(`${origin}${base}/${query}`, { headers: { 'accept-language': 'lv' } })).text();
    const languageOf = (html: string) => /<html lang="([a-z]+)"/.exec(html)?.[1];
    const linkLanguage = async (site: PageSite, body = {}) => {
      const { web2AppLink } = (await sites.begin(site.browser, body)).body;
      return new URL(web2AppLink).searchParams.get('lang');
    };

    it('is the one that the visitor chooses, and that of the page behind the link too', async () => {
      const site = start(sites);
      for (const language of languages) {
        const html = await page(site, `?lang=${language}`);
        expect(languageOf(html)).to.equal(language);
        for (const other of languages) expect(html).to.contain(`>${wordsOf[other].languageName}</a>`);
        expect(await linkLanguage(site, { lang: language })).to.equal(wordsOf[language].linkLanguage);
      }
    });

    it('is the one that the site has chosen, and then there is nothing to choose', async () => {
      for (const language of languages) {
        const site = start(sites, { language });
        const html = await page(site, '?lang=ru');
        expect(languageOf(html)).to.equal(language);
        expect(html).to.not.contain('<nav');
        expect(await linkLanguage(site, { lang: 'ru' })).to.equal(wordsOf[language].linkLanguage);
      }
    });

    it('is the one that the site chooses for the request, or else what the browser prefers', async () => {
      const language = (req: Request): Language | undefined => (req.query.shop === 'tartu' ? 'et' : undefined);
      const site = start(sites, { language });
      expect(languageOf(await page(site, '?shop=tartu&lang=ru'))).to.equal('et');
      expect(languageOf(await page(site))).to.equal('lv');
    });

    it('cannot be one that there is not', async () => {
      for (const wrong of ['de', '', null, 7] as unknown[] as Language[]) {
        expect(() => start(sites, { language: wrong })).to.throw(/^language must be one of en, et, lv, lt, ru\.$/);
        const site = start(sites, { language: () => wrong });
        expect(await page(site)).to.equal("The site's own words.");
        expect(site.errors.map(({ message }) => message)).to.deep.equal([
          'language must be one of en, et, lv, lt, ru.',
        ]);
      }
    });
  });
}

describe('What the app shows of a login from the page', () => {
  const sites = usePageSites('/login');

  it('is in the language of the page, where the site says it in several', async () => {
    const asked: string[] = [];
    const recording = async (...[url, init]: Parameters<typeof fetch>) => {
      const { interactions } = JSON.parse(String(init?.body ?? '{}'));
      if (interactions) asked.push(Buffer.from(interactions, 'base64').toString());
      return fetch(url, init);
    };
    const site = startLogin(
      sites,
      { interactions: (language) => [{ type: 'displayTextAndPIN', displayText60: `Shop in ${language}` }] },
      { strategy: { fetch: recording as never } },
    );
    for (const language of languages) {
      expect((await sites.begin(site.browser, { lang: language })).status).to.equal(200);
      expect(asked.splice(0)).to.deep.equal([`[{"type":"displayTextAndPIN","displayText60":"Shop in ${language}"}]`]);
    }
  });

  it('is said by a function', () => {
    expect(() => startLogin(sites, { interactions: [] as never })).to.throw(/^interactions must be a function\.$/);
  });

  it("is the site's own mistake where it breaks a rule, of which the visitor is told nothing", async () => {
    const { browser, errors } = startLogin(sites, { interactions: () => [] });
    expect(await sites.begin(browser)).to.deep.equal({ status: 500, body: "The site's own words." });
    expect(errors.map(({ message }) => message).join('\n')).to.match(/^interactions must .*$/);
  });
});

describe('After a login from the page', () => {
  const sites = usePageSites('/login');

  it('people get to the front page of a site that says nothing of where to go', async () => {
    const { browser, origin } = startLogin(sites, { successRedirect: undefined });
    expect(await (await fetch(`${origin}/login/`)).text()).to.contain('data-next="/"');
    const { body } = await sites.begin(browser);
    await usePhone(sites.simulator, { deviceLink: body.qrLink, flowType: 'QR' });
    expect(await sites.finish(browser, body.id)).to.equal('/');
  });
});

/** The example of the documentation with this in it, as the file of a site that has installed the package. */
async function documentedExample(part: string): Promise<any> {
  const found = examples.filter((code) => code.includes(part));
  expect(found, `examples with ${part}`).to.have.length(1);
  const folder = mkdtempSync(path.join(tmpdir(), 'site-'));
  try {
    mkdirSync(path.join(folder, 'node_modules'));
    for (const name of ['express', 'passport']) {
      symlinkSync(path.join(root, 'node_modules', name), path.join(folder, 'node_modules', name));
    }
    symlinkSync(root, path.join(folder, 'node_modules', 'passport-smart-id'));
    const file = path.join(folder, 'example.mts');
    writeFileSync(file, found[0] ?? '');
    return await import(pathToFileURL(file).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('What the documentation says a site can write itself:', () => {
  const base = '/login/smart-id';

  describe('the routes of a login', () => {
    const sites = usePageSites(base);
    let loginRoutes: (strategy: SmartIdStrategy) => RequestHandler;
    before(async () => {
      ({ loginRoutes } = await documentedExample('function loginRoutes'));
    });
    // The example has no passport but that of all.
    afterEach(() => passport.unuse('smart-id'));

    const open = () =>
      sites.start((app, smartId) => {
        const strategy = new SmartIdStrategy(smartId, async ({ id }) => ({ id }));
        passport.use(strategy);
        passport.serializeUser((user, done) => done(null, user));
        passport.deserializeUser((user: Express.User, done) => done(null, user));
        app.use(passport.session());
        app.use(loginRoutes(strategy));
        app.get('/me', (req, res) => void res.json(req.user ?? null));
      });
    const user = async (browser: Browser) => (await browser.get('/me')).body;

    /** Where a script of the site's page is led that posts the id. */
    async function finish(browser: Browser, id: string): Promise<string | null> {
      const response = await fetch(`${browser.origin}${base}/finish`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie: await browser.cookies(), 'content-type': 'application/json' },
        body: JSON.stringify({ id }),
      });
      for (const cookie of response.headers.getSetCookie()) await browser.jar.setCookie(cookie, browser.origin);
      return response.headers.get('location');
    }

    async function firstUpdate(browser: Browser, id: string): Promise<any> {
      const updates = await EventStream.open(browser, `${base}/updates?id=${id}`);
      const update = await updates.next();
      updates.leave();
      return update;
    }

    it('log in by QR code', async () => {
      const { browser } = open();
      const { body: view } = await browser.post(base);
      expect(view).to.include({ state: 'running', flow: 'device-link' });
      expect((await browser.get(`${base}/status?id=${view.id}`)).body).to.include({ id: view.id, state: 'running' });
      expect(await firstUpdate(browser, view.id)).to.include({ id: view.id });
      await usePhone(sites.simulator, { deviceLink: view.qrLink, flowType: 'QR' });
      expect(await user(browser)).to.equal(null);
      expect((await browser.settled(view.id, `${base}/status`)).state).to.equal('ready');
      expect(await finish(browser, view.id)).to.equal('/private');
      expect(await user(browser)).to.deep.equal({ id: 'PNOEE-40404040009' });
    });

    it('log in by the callback', async () => {
      const { browser } = open();
      const { web2AppLink: deviceLink } = (await browser.post(base)).body;
      const callback = await callbackAfter(sites.simulator, { deviceLink, flowType: 'Web2App' });
      expect((await browser.get(pathOf(callback))).status).to.equal(302);
      expect(await user(browser)).to.deep.equal({ id: 'PNOEE-40404040009' });
    });

    it('lead back to the page where the person refused', async () => {
      const { browser } = open();
      const { id, qrLink: deviceLink } = (await browser.post(base)).body;
      await usePhone(sites.simulator, { deviceLink, flowType: 'QR', documentNumber: 'PNOEE-30403039917-MOCK-Q' });
      expect(await finish(browser, id)).to.equal('/login');
      expect(await user(browser)).to.equal(null);
    });

    it('take nothing from elsewhere', async () => {
      const { origin, errors } = open();
      for (const path of [base, `${base}/finish`]) {
        const response = await fetch(origin + path, { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } });
        expect(response.status, path).to.equal(403);
      }
      expect(errors).to.deep.equal([]);
    });
  });

  describe('the routes of a signature', () => {
    const sites = usePageSites('/sign');

    it('tell who has signed, once it is signed', async () => {
      const { routes } = await documentedExample('function routes');
      const { browser, errors } = sites.start((app, smartId) => {
        app.use(routes(new SmartIdSigning(smartId, () => ({ data: Buffer.from('The terms') }))));
      });
      const { id, qrLink: deviceLink } = (await sites.begin(browser)).body;
      await usePhone(sites.simulator, { deviceLink, flowType: 'QR' });
      expect((await browser.settled(id, '/sign/status')).state).to.equal('ready');
      expect(await browser.post('/sign/finish', { id })).to.deep.equal({
        status: 200,
        body: { signedBy: 'OK TESTNUMBER' },
      });
      expect(errors).to.deep.equal([]);
    });
  });

  describe('the page around the content', () => {
    const sites = usePageSites('/login');

    it('has the content in it', async () => {
      const { loginPage } = await documentedExample('template: (');
      const { origin } = sites.start((app, smartId) => {
        app.use(
          '/login',
          loginPage(passport as PassportStatic, new SmartIdStrategy(smartId, async ({ id }) => ({ id }))),
        );
      });
      const html = await (await fetch(`${origin}/login/?lang=lt`)).text();
      expect(html).to.contain('<html lang="lt">').and.contain(`<title>${wordsOf.lt.login.title} – My site</title>`);
      expect(html).to.match(/<script type="module" src="assets\/[^"]+"><\/script><\/head>/);
      expect(html).to.match(/<header>My site<\/header><main><div id="smart-id"[\s\S]+<\/div><\/main>/);
    });
  });
});
