/** A site that leads elsewhere after a login, as an identity provider does. */

import { expect } from 'chai';
import express, { type Express } from 'express';
import type { Browser, Page } from 'playwright-core';
import { wordsOf } from '../../lib/web/resolve-words.js';
import { listen } from '../support/listen.js';
import { okDocument, usePhone } from '../support/phone.js';
import { usePageSites } from '../web/page-site.js';
import { startLogin } from '../web/sites.js';
import { launchChromium } from './chromium.js';
import { qrOf } from './example-site.js';

describe('A login that leads to another site, in Chromium', function () {
  this.timeout(40_000);
  const sites = usePageSites('/idp/login');
  let chromium: Browser;
  let other: Awaited<ReturnType<typeof listen>>;
  let elsewhere: string;
  before(async function () {
    chromium = await launchChromium(this);
    const app = express();
    app.get('/callback', (_req, res) => void res.send('Elsewhere'));
    other = await listen(app);
    // By its number, while the page is at `localhost`.
    elsewhere = `${other.origin}/callback?code=1`;
  });
  after(async () => {
    await chromium?.close();
    await other?.close();
  });

  /** The page of a site whose own page leads elsewhere. */
  async function open(query: string, options = {}, context = {}): Promise<Page> {
    const before = (app: Express) => void app.get('/authorize', (_req, res) => res.redirect(elsewhere));
    const { origin } = startLogin(sites, { notification: true, ...options }, { before });
    const page = await (await chromium.newContext(context)).newPage();
    await page.goto(`${origin}${sites.base}/${query}`);
    return page;
  }

  for (const [how, query, options] of [
    ['at once', '', () => ({ successRedirect: elsewhere })],
    ['by the page that was asked for', '?returnTo=/authorize', () => ({})],
  ] as const) {
    it(`gets there ${how}`, async () => {
      const page = await open(query, options());
      await usePhone(sites.simulator, { deviceLink: await qrOf(page), flowType: 'QR', documentNumber: okDocument });
      await page.waitForURL(elsewhere);
      await page.context().close();
    });

    it(`gets there ${how}, without scripts`, async () => {
      const { login, page: words } = wordsOf.en;
      const page = await open(query, options(), { javaScriptEnabled: false });
      await page.getByText(login.byPersonalCode).click();
      await page.getByLabel(login.personalCode).fill('40504040001');
      await page.getByRole('button', { name: words.sendToPhone }).click();
      await page.getByRole('button', { name: words.sendToPhone }).click();
      await page.getByRole('button', { name: words.continue }).click();
      expect(page.url()).to.equal(elsewhere);
      await page.context().close();
    });
  }
});
