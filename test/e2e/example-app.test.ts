/** Chromium drives the example app against the simulator, as a person would. */

import { expect } from 'chai';
import type { BrowserContext, Page } from 'playwright-core';
import type { Simulator } from '../../lib/simulator/index.js';
import { usePhone } from '../support/phone.js';
import { answer, ExampleSite, seenQr, shownLink } from './example-site.js';

describe('The example app in Chromium', function () {
  this.timeout(30_000);
  let site: ExampleSite;
  let simulator: Simulator;
  let origin: string;
  let context: BrowserContext;
  let page: Page;

  before(async function () {
    site = await ExampleSite.start(this);
    ({ simulator, origin } = site);
  });
  after(() => site?.close());
  beforeEach(() => open());
  afterEach(async () => {
    await context.close();
    site.expectNoProblems();
  });

  async function open(options?: Parameters<ExampleSite['open']>[0]): Promise<void> {
    await context?.close();
    ({ context, page } = await site.open(options));
  }

  const privatePage = () => page.waitForURL(`${origin}/private`);
  const text = (selector: string) => page.locator(selector).textContent();

  it('shows the private page to nobody who is not logged in', async () => {
    await page.goto(`${origin}/private`);
    await page.waitForURL(`${origin}/login/`);
  });

  for (const [device, options] of [
    ['a computer', { viewport: { width: 1280, height: 900 } }],
    [
      'a computer in dark mode at double density',
      { viewport: { width: 1280, height: 900 }, colorScheme: 'dark', deviceScaleFactor: 2 },
    ],
    ['a phone', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }],
    ['a small phone', { viewport: { width: 320, height: 700 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }],
  ] as const) {
    it(`logs in by the QR code on the screenshot of ${device}`, async () => {
      await open(options);
      await page.goto(`${origin}/login`);
      await page.locator('#device-link').waitFor();
      if ('hasTouch' in options) {
        expect(await page.locator('#qr-code').isVisible(), 'the link leads on a phone').to.equal(false);
        await page.getByText('Scan QR code with another device', { exact: true }).tap();
      }
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'fits the width').to.equal(
        true,
      );
      await page.locator('#qr-code').scrollIntoViewIfNeeded();
      const deviceLink = await seenQr(page);
      await usePhone(simulator, { deviceLink, flowType: 'QR' });
      await privatePage();
      expect(await text('h1')).to.equal('Hello, OK TESTNUMBER');
      expect(await text('dl')).to.contain('PNOEE-40404040009-MOCK-Q');
    });
  }

  it('shows a new QR code each second', async () => {
    await page.goto(`${origin}/login`);
    const seen = new Set<string>();
    while (seen.size < 3) seen.add(await seenQr(page));
    expect([...seen].every((link) => link.includes('deviceLinkType=QR'))).to.equal(true);
  });

  it('logs in by Web2App in a second tab, and the first tab moves on', async () => {
    await page.goto(`${origin}/login`);
    const link = await shownLink(page);
    const second = await context.newPage();
    await second.goto(link);
    await answer(second, 'PNOEE-40404040009-MOCK-Q', 'Confirm');
    await second.waitForURL(`${origin}/private`);
    await privatePage();
    expect(await text('h1')).to.equal('Hello, OK TESTNUMBER');
  });

  it('logs in by Web2App in the same tab', async () => {
    await page.goto(`${origin}/login?returnTo=/private%3Fa=1`);
    await page.locator('#open-app').click();
    await answer(page, 'PNOLV-040404-10003-DEMO-Q', 'Confirm');
    await page.waitForURL(`${origin}/private?a=1`);
    expect(await text('h1')).to.equal('Hello, ŅEMAINĪGA TESTNUMBER');
  });

  it('does not log in by Web2App in another browser, and says what to do', async () => {
    await page.goto(`${origin}/login`);
    const link = await shownLink(page);
    const other = await site.chromium.newContext();
    const stranger = await other.newPage();
    await stranger.goto(link);
    await answer(stranger, 'PNOEE-40404040009-MOCK-Q', 'Confirm');
    await stranger.getByText('default browser').waitFor();
    await stranger.goto(`${origin}/private`);
    await stranger.waitForURL(`${origin}/login/`);
    await page.getByText('Continue in the tab').waitFor();
    await other.close();
  });

  it('logs in by push, with the same verification code on the page and on the phone', async () => {
    await page.goto(`${origin}/login`);
    await page.getByText('Log in with your personal code').click();
    await page.getByLabel('Country').selectOption('LV');
    await page.getByLabel('Personal code').fill(' 050405 10009 ');
    await page.getByRole('button', { name: 'Send to my phone' }).click();
    await page.locator('#verification-code:visible').waitFor();
    const code = await text('#verification-code');
    expect(code).to.match(/^\d{4}$/);
    const phone = await context.newPage();
    await phone.goto(simulator.phoneUrl);
    await phone.locator('#pushes button').first().click();
    const choices = await phone.locator('#code-choices label').allTextContents();
    expect(choices.map((choice) => choice.trim())).to.include(code);
    await phone
      .locator('#code-choices')
      .getByText(code ?? '')
      .click();
    await phone.getByRole('button', { name: 'Confirm' }).click();
    await privatePage();
    expect(await text('dl')).to.contain('PNOLV-050405-10009-DEM0-Q');
  });

  it('shows the QR code for the person whose code is entered', async () => {
    await page.goto(`${origin}/login`);
    await page.getByText('Log in with your personal code').click();
    await page.getByLabel('Personal code').fill('40404040009');
    const before = await shownLink(page);
    await page.getByRole('button', { name: 'Show QR code for this person' }).click();
    await page.waitForFunction((href) => document.querySelector('#open-app')?.getAttribute('href') !== href, before);
    await usePhone(simulator, { deviceLink: await seenQr(page), flowType: 'QR' });
    await privatePage();
  });

  it('says as it is typed that a personal code cannot be one, and sends none that is not whole', async () => {
    await page.goto(`${origin}/login`);
    await page.locator('#open-app[href]').waitFor();
    await page.getByText('Log in with your personal code').click();
    const code = page.getByLabel('Personal code');
    const isWrong = () => code.getAttribute('aria-invalid');
    await code.pressSequentially('4040404000');
    expect([await text('#choice-error'), await isWrong()]).to.deep.equal(['', null]);
    await code.pressSequentially('8');
    expect(await text('#choice-error')).to.contain('cannot be a personal code');
    expect(await isWrong()).to.equal('true');
    await code.press('Backspace');
    expect([await text('#choice-error'), await isWrong()]).to.deep.equal(['', null]);
    const starts: string[] = [];
    page.on('request', (request) => request.method() === 'POST' && starts.push(request.url()));
    await page.getByRole('button', { name: 'Send to my phone' }).click();
    expect(await text('#choice-error')).to.contain('not complete');
    expect(await code.evaluate((input) => input === document.activeElement)).to.equal(true);
    expect(starts).to.deep.equal([]);
    expect(await page.locator('#qr-code').isVisible()).to.equal(true);
  });

  it('says nothing of an account when it is refused, and tries again', async () => {
    await page.goto(`${origin}/login`);
    const documentNumber = 'PNOEE-30403039917-MOCK-Q';
    await usePhone(simulator, { deviceLink: await seenQr(page), flowType: 'QR', documentNumber });
    await page.getByRole('link', { name: 'Try again' }).waitFor();
    expect(await text('#message'))
      .to.contain('not completed')
      .and.not.contain('refused');
    expect(await page.locator('#qr-code').isVisible()).to.equal(false);
    await page.getByRole('link', { name: 'Try again' }).click();
    await usePhone(simulator, { deviceLink: await seenQr(page), flowType: 'QR' });
    await privatePage();
  });

  it('shows the same for a person without an account as for anybody', async () => {
    const seen = [];
    for (const personalCode of ['10101010005', '40404040009']) {
      await page.goto(`${origin}/login`);
      await page.getByText('Log in with your personal code').click();
      await page.getByLabel('Personal code').fill(personalCode);
      await page.getByRole('button', { name: 'Show QR code for this person' }).click();
      await page.locator('#open-app:visible').waitFor();
      await seenQr(page);
      seen.push((await text('main'))?.replace(/\s+/g, ' '));
    }
    expect(seen[0]).to.contain('Scan the QR code').and.equal(seen[1]);
  });

  it('says to wait when too many logins were started', async () => {
    await page.goto(origin);
    await page.evaluate(async () => {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
      for (let count = 0; count < 30; count++) await fetch('/login/start', init);
    });
    await page.goto(`${origin}/login`);
    await page.getByText('Too many attempts').waitFor();
    expect(await page.locator('#qr-code').isVisible()).to.equal(false);
  });

  it('goes on with the attempt when the page is loaded again', async () => {
    await page.goto(`${origin}/login`);
    const link = await shownLink(page);
    await page.reload();
    await page.locator('#open-app:visible').waitFor();
    expect(await shownLink(page)).to.equal(link);
  });

  it('logs out', async () => {
    await page.goto(`${origin}/login`);
    await usePhone(simulator, { deviceLink: await seenQr(page), flowType: 'QR' });
    await privatePage();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.waitForURL(`${origin}/`);
    await page.goto(`${origin}/private`);
    await page.waitForURL(`${origin}/login/`);
  });
});
