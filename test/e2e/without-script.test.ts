/** The pages in a browser that runs no scripts. */

import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { wordsOf } from '../../lib/web/resolve-words.js';
import { callbackAfter, okDocument } from '../support/phone.js';
import { levelOfPdf } from '../support/signed-files.js';
import { answerPush, messageOf, phone, pushOf, signedUrl, useExampleSite } from './example-site.js';

const words = wordsOf.en;
const person = '40504040001';
const refusing = 'PNOEE-30403039917-MOCK-Q';

describe('The pages without scripts, in Chromium', function () {
  this.timeout(40_000);
  const site = useExampleSite();

  async function open(path = '/login/', options = {}): Promise<Page> {
    const { page } = await site().open({ javaScriptEnabled: false, ...options });
    await page.goto(`${site().origin}${path}`);
    return page;
  }
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
  const code = async (page: Page) => (await page.locator('#verification-code').innerText()).trim();

  async function enter(page: Page, personalCode: string, { login } = words): Promise<void> {
    await page.getByText(login.byPersonalCode).click();
    await page.getByLabel(login.country).selectOption('EE');
    await page.getByLabel(login.personalCode).fill(personalCode);
  }

  /** A push whose verification code was shown first. */
  async function sendTo(page: Page, personalCode: string, texts = words): Promise<string> {
    await enter(page, personalCode, texts);
    await press(page, texts.page.sendToPhone);
    const shown = await code(page);
    expect(await page.locator('#about-code').innerText()).to.equal(texts.page.rememberCode);
    await press(page, texts.page.sendToPhone);
    expect(await code(page)).to.equal(shown);
    expect(await page.locator('#about-code').innerText()).to.equal(texts.page.compareCode);
    return shown;
  }

  /** The page gives what was signed, and leads on. */
  async function expectSigned(page: Page): Promise<void> {
    expect(page.url()).to.match(signedUrl);
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download contract.pdf' }).click();
    const pdf = readFileSync(await (await downloading).path());
    expect(levelOfPdf(pdf)).to.equal('LT');
    await page.getByRole('link', { name: words.page.continue }).click();
    expect(page.url()).to.equal(`${site().origin}/`);
  }

  it('log in by the verification code, and show it before the push goes out', async () => {
    const page = await open('/login/?returnTo=/private%3Fa%3D1');
    const shown = await sendTo(page, person);
    expect(page.url()).to.not.contain(person);
    await answerPush(site().simulator, shown, { documentNumber: 'PNOEE-40504040001-DEM0-Q' });
    await press(page, words.page.continue);
    expect(page.url()).to.equal(`${site().origin}/private?a=1`);
    expect(await page.locator('dl').innerText()).to.contain('PNOEE-40504040001-DEM0-Q');
  });

  it('say that it was not confirmed yet, and go on with the same login', async () => {
    const page = await open();
    const shown = await sendTo(page, person);
    await pushOf(site().simulator, shown);
    await press(page, words.page.continue);
    expect(await messageOf(page)).to.equal(words.page.notYet);
    expect(await code(page)).to.equal(shown);
    await answerPush(site().simulator, shown, { documentNumber: 'PNOEE-40504040001-DEM0-Q' });
    await press(page, words.page.continue);
    expect(page.url()).to.equal(`${site().origin}/private`);
  });

  for (const [choice, message] of [
    ['wrong', words.loginFailures.wrong_vc],
    ['refuse', words.loginFailures.not_completed],
  ] as const) {
    it(`say what to do after a push with the choice ${choice}, and try again`, async () => {
      const page = await open();
      await answerPush(site().simulator, await sendTo(page, person), { choice });
      await press(page, words.page.continue);
      expect(await messageOf(page)).to.equal(message);
      expect(await page.locator('body').innerText()).to.not.contain(person);
      await page.getByRole('link', { name: words.page.tryAgain }).click();
      expect(await page.locator('#message').isVisible()).to.equal(false);
      await answerPush(site().simulator, await sendTo(page, person), { documentNumber: 'PNOEE-40504040001-DEM0-Q' });
      await press(page, words.page.continue);
      expect(page.url()).to.equal(`${site().origin}/private`);
    });
  }

  it('say that a personal code cannot be one, and forget it', async () => {
    const page = await open('/login/?returnTo=/private');
    await enter(page, '40504040002');
    await press(page, words.page.sendToPhone);
    expect(await page.locator('#choice-error').innerText()).to.equal(words.login.wrongPersonalCode);
    expect(await page.getByLabel(words.login.personalCode).getAttribute('aria-invalid')).to.equal('true');
    expect(page.url()).to.not.contain('40504040002');
    expect(await page.content()).to.not.contain('40504040002');
    expect(new URL(page.url()).searchParams.get('returnTo')).to.equal('/private');
    // The form is open already, and asks for another.
    await page.getByLabel(words.login.personalCode).fill(person);
    await press(page, words.page.sendToPhone);
    expect(await code(page)).to.match(/^\d{4}$/);
  });

  /** Follows the link to the app, as a browser without the app does, and goes back. Gives what the app would be told. */
  async function openApp(page: Page, name = words.page.openApp): Promise<string> {
    await page.getByRole('link', { name, exact: true }).click();
    // Going back before it is there would lead one page too far.
    await page.waitForURL(/deviceLinkType=Web2App/);
    const link = page.url();
    await page.goBack();
    return link;
  }

  for (const [name, options] of [
    ['a computer', {}],
    ['a phone', phone],
  ] as const) {
    it(`log in by the app on this device, which returns to the same browser: ${name}`, async () => {
      const page = await open('/login/?returnTo=/private%3Fa%3D1', options);
      expect(await page.locator('#qr').isVisible(), 'a QR code, which takes a script').to.equal(false);
      await press(page, words.page.useThisDevice);
      const deviceLink = await openApp(page);
      await press(page, words.page.continue);
      expect(await messageOf(page)).to.equal(words.page.notYet);
      const callback = await callbackAfter(site().simulator, { deviceLink, flowType: 'Web2App' });
      const returned = await page.context().newPage();
      await returned.goto(callback);
      expect(returned.url()).to.equal(`${site().origin}/private?a=1`);
      expect(await returned.locator('dl').innerText()).to.contain(okDocument);
      // The tab that the app did not come back to.
      await press(page, words.page.continue);
      expect(page.url()).to.equal(`${site().origin}/private?a=1`);
    });
  }

  it('log nobody in who refuses in the app on this device, and say so in the language that was chosen', async () => {
    const { page: texts, loginFailures } = wordsOf.lv;
    const page = await open();
    await page.getByRole('link', { name: 'Latviešu' }).click();
    await press(page, texts.useThisDevice);
    const deviceLink = await openApp(page, texts.openApp);
    const refusal = { deviceLink, flowType: 'Web2App', documentNumber: refusing } as const;
    await page.goto(await callbackAfter(site().simulator, refusal));
    expect(await messageOf(page)).to.equal(loginFailures.refused);
    await page.goto(`${site().origin}/private`);
    expect(page.url(), 'nobody is logged in').to.equal(`${site().origin}/login/`);
  });

  it('stay in the language that was chosen, all the way', async () => {
    const page = await open();
    await page.getByRole('link', { name: 'Eesti' }).click();
    const estonian = wordsOf.et;
    expect(await page.title()).to.equal(estonian.login.title);
    await answerPush(site().simulator, await sendTo(page, person, estonian), { choice: 'refuse' });
    await press(page, estonian.page.continue);
    expect(await messageOf(page)).to.equal(estonian.loginFailures.not_completed);
    await page.getByRole('link', { name: estonian.page.tryAgain }).click();
    expect(await page.locator('html').getAttribute('lang')).to.equal('et');
  });

  it('sign by the verification code', async () => {
    const page = await open();
    await answerPush(site().simulator, await sendTo(page, person), { documentNumber: 'PNOEE-40504040001-DEM0-Q' });
    await press(page, words.page.continue);
    await page.goto(`${site().origin}/sign/?reference=contract.pdf`);
    await press(page, words.page.sendToPhone);
    const shown = await code(page);
    await answerPush(site().simulator, shown);
    await press(page, words.page.continue);
    await expectSigned(page);
  });

  it('sign by the app on this device, with the account that is chosen there', async () => {
    const page = await open('/sign/?reference=contract.pdf');
    await press(page, words.page.useThisDevice);
    const link = page.getByRole('link', { name: 'contract.pdf', exact: true });
    const address = new URL((await link.getAttribute('href')) ?? '', page.url()).href;
    const shown = await page.request.get(address);
    expect([shown.headers()['content-type'], (await shown.body()).subarray(0, 5).toString()]).to.deep.equal([
      'application/pdf',
      '%PDF-',
    ]);
    const deviceLink = await openApp(page);
    expect(deviceLink).to.contain('sessionType=cert');
    await page.goto(await callbackAfter(site().simulator, { deviceLink, flowType: 'Web2App' }));
    await expectSigned(page);
  });

  it('sign nothing where there is nothing to sign', async () => {
    const page = await open('/sign/?reference=nothing');
    await press(page, words.page.useThisDevice);
    expect(await messageOf(page)).to.equal(words.signing.nothingToSign);
  });
});
