/** The pages in each of their languages: by what the browser prefers, and by the links on the page. */

import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { wordsOf } from '../../lib/web/resolve-words.js';
import { type Language, languages } from '../../lib/web/words.js';
import { okDocument } from '../support/phone.js';
import { answer, messageOf, nextLink, shownLink, useExampleSite } from './example-site.js';

const refusing = 'PNOEE-30403039917-MOCK-Q';
const localeOf: Record<Language, string> = { en: 'en-IE', et: 'et-EE', lv: 'lv-LV', lt: 'lt-LT', ru: 'ru-EE' };

describe('The pages in their languages, in Chromium', function () {
  this.timeout(40_000);
  const site = useExampleSite();

  const languageOf = (link: string) => new URL(link).searchParams.get('lang');

  /** Reads the page as it waits, with the form open. */
  async function expectLoginIn(page: Page, language: Language): Promise<void> {
    const { login, page: words } = wordsOf[language];
    await page.locator('#qr-code path[d]').waitFor();
    expect(await page.locator('html').getAttribute('lang')).to.equal(language);
    expect(await page.title()).to.equal(login.title);
    await page.locator('#alternative summary').click();
    const lines = (await page.locator('main').innerText()).split('\n').map((line) => line.trim());
    expect(lines).to.include.members([
      login.title,
      words.scan,
      words.openApp,
      login.byPersonalCode,
      login.country,
      login.personalCode,
      words.sendToPhone,
      login.showQrForPerson,
      ...languages.map((other) => wordsOf[other].languageName),
    ]);
    expect(await page.locator('#country option').allTextContents()).to.deep.equal(Object.values(login.countries));
    expect(await page.locator('nav a[aria-current]').allTextContents()).to.deep.equal([wordsOf[language].languageName]);
    expect(await page.locator('#qr-code').getAttribute('aria-label')).to.equal(words.qrLabel);
  }

  for (const language of languages) {
    const { loginFailures, login, signing, signingFailures, page: words } = wordsOf[language];

    it(`are in ${language} for a browser that prefers it, in all that they say`, async () => {
      const { page } = await site().openLogin({ locale: localeOf[language] });
      await expectLoginIn(page, language);
      expect(languageOf(await shownLink(page))).to.equal(wordsOf[language].linkLanguage);
      await page.locator('#personal-code').fill('1');
      await page.locator('#choice button').first().click();
      expect(await page.locator('#choice-error').innerText()).to.equal(login.incompletePersonalCode);
      await site().scan(page, refusing);
      await page.getByText(loginFailures.not_completed).waitFor();
      expect(await page.locator('#try-again').innerText()).to.equal(words.tryAgain);
      // A return that belongs to no login of this browser.
      await page.goto(`${site().origin}/login/callback?smartIdAttempt=x`);
      await page.getByText(loginFailures.return_incomplete).waitFor();
      const unknown = `${'a'.repeat(22)}.${'a'.repeat(43)}&sessionSecretDigest=a`;
      await page.goto(`${site().origin}/login/callback?smartIdAttempt=${unknown}`);
      await page.getByText(loginFailures.return_after_end).waitFor();
      await page.goto(`${site().origin}/sign/?reference=contract.pdf`);
      await shownLink(page);
      expect(await page.locator('h1').innerText()).to.equal(signing.title);
      await site().scan(page, refusing);
      await page.getByText(signingFailures.not_completed).waitFor();
    });

    it(`are in ${language} for who chooses it on the page, whatever the browser prefers`, async () => {
      const { context, page } = await site().openLogin({ locale: 'de-DE' }, '?returnTo=/private%3Fa%3D1');
      expect(await page.locator('html').getAttribute('lang')).to.equal('en');
      await page.locator('nav').getByText(wordsOf[language].languageName, { exact: true }).click();
      await page.waitForURL((url) => url.searchParams.get('lang') === language);
      await expectLoginIn(page, language);
      // Also after the way through the app, which knows nothing of it.
      const app = await context.newPage();
      await app.goto(await shownLink(page));
      await answer(app, okDocument, 'Refuse');
      for (const [tab, text] of [
        [app, loginFailures.refused],
        [page, loginFailures.not_completed],
      ] as const) {
        await tab.getByText(text).waitFor();
        expect(await tab.locator('html').getAttribute('lang')).to.equal(language);
      }
      const before = await shownLink(page);
      await app.locator('#try-again').click();
      expect(languageOf(await nextLink(app, before))).to.equal(wordsOf[language].linkLanguage);
      await site().scan(app);
      await app.waitForURL(`${site().origin}/private?a=1`);
    });
  }

  it('go on with the same login when another language is chosen', async () => {
    const { page } = await site().openLogin({ locale: 'en-IE' });
    const token = async () => new URL(await shownLink(page)).searchParams.get('sessionToken');
    const before = await token();
    await page.getByText(wordsOf.lv.languageName).click();
    await page.getByText(wordsOf.lv.login.title).waitFor();
    expect(await token()).to.equal(before);
    await site().scan(page);
    await page.waitForURL(`${site().origin}/private`);
  });

  it('go on with the same signing when another language is chosen', async () => {
    const { page } = await site().open();
    await page.goto(`${site().origin}/sign/?reference=contract.pdf&returnTo=/private%3Fa%3D1`);
    const token = async () => new URL(await shownLink(page)).searchParams.get('sessionToken');
    const before = await token();
    await page.getByText(wordsOf.lt.languageName).click();
    await page.getByText(wordsOf.lt.signing.title).waitFor();
    expect(await token()).to.equal(before);
    expect(await messageOf(page)).to.equal('');
    await site().scan(page, refusing);
    await page.getByText(wordsOf.lt.signingFailures.not_completed).waitFor();
  });
});
