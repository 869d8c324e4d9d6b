/** What a site can make of the pages: its own page around the content, its own choice of the language, its own words in the app. */

import { expect } from 'chai';
import type { Express, Request } from 'express';
import type { PageContent, PageOptions } from 'passport-smart-id/web';
import { type Language, languageNames, languages, linkLanguageOf, wordsOf } from '../../lib/web/words.js';
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
        /^<link rel="stylesheet" href="assets\/[^"]+">\n<script type="module" src="assets\/[^"]+"><\/script>$/,
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
        for (const other of languages) expect(html).to.contain(`>${languageNames[other]}</a>`);
        expect(await linkLanguage(site, { lang: language })).to.equal(linkLanguageOf[language]);
      }
    });

    it('is the one that the site has chosen, and then there is nothing to choose', async () => {
      for (const language of languages) {
        const site = start(sites, { language });
        const html = await page(site, '?lang=ru');
        expect(languageOf(html)).to.equal(language);
        expect(html).to.not.contain('<nav');
        expect(await linkLanguage(site, { lang: 'ru' })).to.equal(linkLanguageOf[language]);
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
});
