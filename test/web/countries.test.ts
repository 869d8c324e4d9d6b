/** The login page and the signing page of sites that accept persons of some countries only. */

import { expect } from 'chai';
import { MemoryKnownBrowserStore, personNamed } from 'passport-smart-id/web';
import { wordsOf } from '../../lib/web/resolve-words.js';
import { languages } from '../../lib/web/words.js';
import { callbackAfter, pathOf, usePhone } from '../support/phone.js';
import { type PageSite, usePageSites } from './page-site.js';
import { startLogin, startSigning } from './sites.js';

const latvian = 'PNOLV-050405-10009-DEM0-Q';
const persons = {
  EE: { country: 'EE', personalCode: '40504040001' },
  LV: { country: 'LV', personalCode: '050405-10009' },
  LT: { country: 'LT', personalCode: '40504040001' },
  BE: { country: 'BE', personalCode: '05040400032' },
} as const;

const offered = (html: string) => [...html.matchAll(/<option value="([A-Z]{2})"/g)].map(([, code]) => code);

describe('The login page of a site that accepts some countries', () => {
  const sites = usePageSites('/deep/login');
  const { base, begin, finish } = sites;
  const startFor = (countries: readonly string[] | undefined, options: object = { notification: true }) =>
    startLogin(sites, options, { strategy: { countries } });
  const pageOf = async ({ browser }: PageSite, query = '') => (await browser.get(`${base}/${query}`)).body as string;

  for (const [countries, shown] of [
    [undefined, ['EE', 'LV', 'LT', 'BE']],
    [['EE'], ['EE']],
    [
      ['LT', 'LV'],
      ['LV', 'LT'],
    ],
    [['FI', 'BE', 'DE'], ['BE']],
  ] as const) {
    it(`offers of its countries those that have personal codes: ${countries ?? 'all'}`, async () => {
      const site = startFor(countries);
      const html = await pageOf(site);
      expect(offered(html)).to.deep.equal(shown);
      expect(html).to.contain('<details id="alternative"').and.contain('value="notification"');
      for (const [country, person] of Object.entries(persons)) {
        const { status, body } = await begin(site.browser, person);
        const isShown = shown.includes(country as never);
        expect([status, body.field], country).to.deep.equal(isShown ? [200, undefined] : [400, 'country']);
        if (!isShown) expect(body.error).to.equal(`country must be one of ${shown.join(', ')}.`);
      }
      expect(site.errors).to.deep.equal([]);
    });
  }

  it('chooses the country of the language where it is offered, and the first one where it is not', async () => {
    const site = startFor(['LV', 'LT']);
    expect(await pageOf(site, '?lang=lt')).to.match(/<option value="LT"[^>]* selected>/);
    expect(await pageOf(site, '?lang=et')).to.not.contain(' selected>');
  });

  for (const [what, options] of [
    ['every browser', { notification: true }],
    ['known browsers', { knownBrowsers: new MemoryKnownBrowserStore() }],
  ] as const) {
    it(`has no form and sends no push where nobody has a personal code to type (${what})`, async () => {
      const site = startFor(['FI', 'DE'], options);
      const html = await pageOf(site);
      expect(html).to.contain('<div id="alternative"></div>');
      expect(html).to.not.match(/<select|name="personalCode"|value="notification"|id="choice"/);
      for (const body of [persons.EE, { flow: 'notification', ...persons.EE }, { flow: 'notification' }]) {
        const refused = await begin(site.browser, body);
        expect([refused.status, refused.body.field]).to.deep.equal([400, 'country']);
      }
      // The QR code is there as ever.
      expect((await begin(site.browser)).body).to.include({ state: 'running', flow: 'device-link' });
    });
  }

  it('tells a person of another country, after a QR code and a return, in each language', async () => {
    const site = startFor(['EE']);
    const { browser } = site;
    const scanned = (await begin(browser)).body;
    await usePhone(sites.simulator, { deviceLink: scanned.qrLink, flowType: 'QR', documentNumber: latvian });
    expect(await finish(browser, scanned.id)).to.equal('./?failed=country_not_accepted');
    const { web2AppLink } = (await begin(browser)).body;
    const callback = await callbackAfter(sites.simulator, {
      deviceLink: web2AppLink,
      flowType: 'Web2App',
      documentNumber: latvian,
    });
    const url = `${browser.origin}${pathOf(callback)}`;
    const returned = await fetch(url, { redirect: 'manual', headers: { cookie: await browser.cookies() } });
    expect(returned.headers.get('location')).to.equal('./?failed=country_not_accepted');
    for (const language of languages) {
      const html = await pageOf(site, `?failed=country_not_accepted&lang=${language}`);
      expect(html).to.contain(`role="status">${wordsOf[language].loginFailures.country_not_accepted}`);
    }
    expect((await browser.get('/me')).body).to.equal(null);
  });

  it('lets a site with a page of its own name persons of its countries only', () => {
    const { country, personalCode } = persons.LV;
    expect(personNamed(country, personalCode)).to.equal('PNOLV-050405-10009');
    expect(personNamed(country, personalCode, ['EE', 'LV'])).to.equal('PNOLV-050405-10009');
    for (const accepted of [['EE'], ['FI']]) {
      expect(() => personNamed(country, personalCode, accepted)).to.throw(/^country must /);
    }
  });
});

describe('The signing page of a site that accepts some countries', () => {
  const sites = usePageSites('/deep/sign', { linkedSignatureWaitMs: 300 });
  const { base, begin, finish } = sites;

  it('tells a person of another country, and nothing is prepared', async () => {
    let prepared = 0;
    const prepare = () => {
      prepared += 1;
      return { data: Buffer.from('The contract') };
    };
    const start = () => ({});
    const { browser, signatures } = startSigning(sites, { start }, { prepare, signing: { countries: ['EE'] } });
    const { body } = await begin(browser, { reference: 'contract-7' });
    await usePhone(sites.simulator, { deviceLink: body.qrLink, flowType: 'QR', documentNumber: latvian });
    const view = await browser.settled(body.id, `${base}/status`);
    const { country_not_accepted: text } = wordsOf.en.signingFailures;
    expect(view).to.include({ state: 'failed', code: 'country_not_accepted', message: text });
    expect(await finish(browser, body.id)).to.equal('./?failed=country_not_accepted&reference=contract-7');
    for (const language of languages) {
      const { body: html } = await browser.get(`${base}/?failed=country_not_accepted&lang=${language}`);
      expect(html).to.contain(`role="status">${wordsOf[language].signingFailures.country_not_accepted}`);
    }
    expect([prepared, signatures]).to.deep.equal([0, []]);
  });
});
