/** What a site can say of the ready-made pages without a template: who asks, words, images, links and colours. */

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import type { Express } from 'express';
import type { PageContent } from 'passport-smart-id/web';
import en from 'passport-smart-id/words/en.json' with { type: 'json' };
import { wordsOf } from '../../lib/web/resolve-words.js';
import { usePageSites } from './page-site.js';
import { startLogin, startSigning } from './sites.js';

const hostile = `"><script>alert(1)</script><b a='`;

/** All texts of a language, each with something before it. */
function translated(texts: object, mark: string): any {
  const entries = Object.entries(texts).map(([name, text]) => [
    name,
    typeof text === 'string' ? `${mark} ${text}` : translated(text, mark),
  ]);
  return Object.fromEntries(entries);
}
const polish = { ...translated(en, 'PL'), languageName: 'Polski', linkLanguage: 'eng' };

for (const [name, base, start] of [
  ['login', '/login', startLogin],
  ['signing', '/sign', startSigning],
] as const) {
  describe(`What a site says of its ${name} page`, () => {
    const sites = usePageSites(base);
    const open = (options: object = {}, more: object = {}) => start(sites, options, more);
    const page = async (options: object = {}, query = '', more: object = {}) => {
      const response = await fetch(`${open(options, more).origin}${base}/${query}`);
      return { html: await response.text(), policy: response.headers.get('content-security-policy') ?? '' };
    };

    it('is its name, as the app shows it', async () => {
      expect((await page()).html).to.contain('<p id="site"><span>DEMO</span></p>');
      const option = name === 'login' ? 'strategy' : 'signing';
      const brokered = await page({}, '', { [option]: { brokeredRpName: '<b>Shop & Co</b>' } });
      expect(brokered.html).to.contain('<p id="site"><span>&#60;b&#62;Shop &#38; Co&#60;/b&#62;</span></p>');
      expect(brokered.html).to.contain('“&#60;b&#62;Shop &#38; Co&#60;/b&#62;”').and.not.contain('<b>');
    });

    it('is no policy that takes the origin from its own forms', async () => {
      const before = (app: Express) => {
        app.use((_req, res, next) => {
          // As helmet does.
          res.set('referrer-policy', 'no-referrer');
          next();
        });
      };
      const { origin } = open({ template: ({ head, body }: PageContent) => head + body }, { before });
      for (const path of ['', 'status?id=x', '?failed=other']) {
        const response = await fetch(`${origin}${base}/${path}`);
        expect(response.headers.get('referrer-policy'), path).to.equal('same-origin');
      }
    });

    it('is images, which the policy then lets through, and no others', async () => {
      const plain = await page();
      expect(plain.policy).to.match(/img-src 'self'(?:;|$)/);
      expect(plain.html).to.contain('>Open Smart-ID app</a>').and.not.contain('<img');
      const images = { logo: 'https://images.shop.test/a/logo.svg', openApp: '/button.png' };
      const { html, policy } = await page({ images });
      expect(policy).to.match(/img-src 'self' https:\/\/images\.shop\.test(?:;|$)/);
      expect(html).to.contain('<img src="https://images.shop.test/a/logo.svg" alt="">');
      expect(html).to.contain('<img src="/button.png" alt="Open Smart-ID app"><span>Open Smart-ID app</span></a>');
    });

    it('is other images and links for each language', async () => {
      const images = (language: string) => ({ openApp: `/button-${language}.png` });
      const helpLinks = (language: string) => ({ learnMore: `https://shop.test/${language}` });
      const { html } = await page({ images, helpLinks }, '?lang=lt');
      expect(html).to.contain('src="/button-lt.png"').and.contain('href="https://shop.test/lt"');
    });

    it('is links, each in a tab of its own, and none that was not given', async () => {
      const { html: plain } = await page();
      expect(plain).to.contain(wordsOf.en.page.helpCamera).and.not.contain('target="_blank"');
      const helpLinks = { learnMore: '/a', updateApp: '/b', createAccount: '/c', contact: 'mailto:help@shop.test' };
      const { html } = await page({ helpLinks });
      for (const [link, address] of Object.entries(helpLinks)) {
        const text = wordsOf.en.page[link as keyof typeof helpLinks];
        expect(html).to.contain(`<a href="${address}" target="_blank" rel="noopener">${text}</a>`);
      }
    });

    it('is a style sheet, after that of the page', async () => {
      const { html } = await page({ stylesheet: '/shop.css?a&b' });
      expect(html).to.match(/attempt\.css">\n<link rel="stylesheet" href="\/shop\.css\?a&#38;b">/);
    });

    it('is its own texts, such as the headline, beside those of the page', async () => {
      const words = { en: { [name]: { title: 'Who are you?' } } };
      const { html } = await page({ words });
      expect(html).to.contain('<h1>Who are you?</h1>').and.contain(wordsOf.en.page.openApp);
      expect((await page({ words }, '?lang=et')).html).to.contain(`<h1>${wordsOf.et[name].title}</h1>`);
      expect((await page()).html, 'of another site').to.contain(`<h1>${wordsOf.en[name].title}</h1>`);
    });

    it('is a language of its own, which visitors can choose', async () => {
      const options = { words: { pl: polish } };
      const { html } = await page(options, '?lang=pl');
      expect(html).to.contain('<html lang="pl"').and.contain(`<h1>PL ${wordsOf.en[name].title}</h1>`);
      expect(html).to.match(/<a href="[^"]*lang=pl" lang="pl" hreflang="pl" aria-current="true">Polski<\/a>/);
      const { browser, origin } = open(options);
      const preferring = await fetch(`${origin}${base}/`, { headers: { 'accept-language': 'pl' } });
      expect(await preferring.text()).to.contain('<html lang="pl"');
      const { body } = await sites.begin(browser, { lang: 'pl' });
      expect(new URL(body.web2AppLink).searchParams.get('lang')).to.equal('eng');
      expect((await page({ ...options, language: 'pl' })).html).to.contain('<html lang="pl"');
    });

    it('never becomes markup', async () => {
      const words = { en: { [name]: { title: hostile }, page: { help: hostile, openApp: hostile } } };
      const { html } = await page({ words, images: { openApp: '/a' }, cancelRedirect: '/basket' });
      expect(html).to.contain('&#60;script&#62;').and.not.contain('<script>').and.not.contain('<b ');
    });

    for (const [field, option] of [
      ['words', { words: 'none' }],
      ['words', { words: { pl: {} } }],
      ['words', { words: { pl: { ...polish, login: { ...polish.login, countries: undefined } } } }],
      ['words', { words: { pl: { ...polish, linkLanguage: 'pol' } } }],
      ['words', { words: { 'no tag': polish } }],
      ['words', { words: { en: { login: { titel: 'x' } } } }],
      ['words', { words: { en: { login: { title: 7 } } } }],
      ['words', { words: { en: { login: { title: '' } } } }],
      ['words', { words: { en: { login: 'title' } } }],
      ['words', { words: { en: { toString: 'x' } } }],
      ['language', { language: 'pl' }],
      ['images', { images: { logo: 'http://shop.test/a.png' } }],
      ['images', { images: { logo: 'javascript:alert(1)' } }],
      ['images', { images: { logo: '//shop.test/a.png' } }],
      ['images', { images: { logo: 'https://shop.test;script-src/a.png' } }],
      ['images', { images: { logo: 'https://shop.test,x/a.png' } }],
      ['images', { images: { logo: 'https://*/a.png' } }],
      ['images', { images: { logos: '/a.png' } }],
      ['images', { images: [] }],
      ['helpLinks', { helpLinks: { contact: 'javascript:alert(1)' } }],
      ['helpLinks', { helpLinks: { learnMore: 7 } }],
      ['helpLinks', { helpLinks: null }],
      ['stylesheet', { stylesheet: 'https://shop.test/a.css' }],
      ['stylesheet', { stylesheet: '' }],
      ['images', { images: Promise.resolve({}) }],
      ['cancelRedirect', { cancelRedirect: 'basket' }],
      ['cancelRedirect', { cancelRedirect: '//shop.test' }],
      ['cancelRedirect', { cancelRedirect: 'javascript:alert(1)' }],
      ['successRedirect', { successRedirect: 'javascript:alert(1)' }],
      ['canelRedirect', { canelRedirect: '/' }],
      ['cancelRedirect', { cancelRedirect: '' }],
      ['cancelRedirect', { cancelRedirect: 7 }],
    ] as const) {
      it(`is refused where it makes no sense: ${JSON.stringify(option).slice(0, 60)}`, () => {
        expect(() => open(option)).to.throw(new RegExp(`^${field} `));
      });
    }

    it('is refused, too, where a function says it', async () => {
      for (const option of [{ images: () => ({ logo: 'javascript:1' }) }, { helpLinks: () => ({ contact: '' }) }]) {
        const { origin, errors } = open(option);
        expect((await fetch(`${origin}${base}/`)).status).to.equal(500);
        expect(errors[0]?.message).to.match(/^(?:images|helpLinks) /);
      }
    });

    it('names the text that a language lacks', () => {
      const { title: _, ...lacking } = polish.login;
      expect(() => open({ words: { pl: { ...polish, login: lacking } } })).to.throw('words lacks pl.login.title.');
    });
  });
}

describe('The words in the package', () => {
  it('are those of the pages', async () => {
    const { resolve } = createRequire(import.meta.url);
    for (const [language, words] of Object.entries(wordsOf)) {
      const file = resolve(`passport-smart-id/words/${language}.json`);
      expect(JSON.parse(await readFile(file, 'utf8')), language).to.deep.equal(words);
    }
  });
});
