/** The ready-made page in Chromium at sites of all kinds: by QR code, by the app on this device, and by push. */

import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { wordsOf } from '../../lib/web/resolve-words.js';
import { type SmallSite, siteKinds } from '../sites/in-process.js';
import { launchChromium } from './chromium.js';

const words = wordsOf.en;

for (const [kind, startSite] of Object.entries(siteKinds)) {
  describe(`In Chromium, a site of the kind ${kind}`, function () {
    this.timeout(40_000);
    let chromium: Browser;
    let simulator: Simulator;
    let site: SmallSite;
    let context: BrowserContext;
    let page: Page;
    /** What the browser itself complains about. */
    let problems: string[];

    before(async function () {
      chromium = await launchChromium(this);
      simulator = await startSimulator({ port: 0, notificationAnswer: 'phone' });
      site = await startSite(simulator);
    });
    after(async () => {
      await chromium?.close();
      await site?.close();
      await simulator?.close();
    });
    beforeEach(async () => {
      problems = [];
      context = await chromium.newContext({ locale: 'en' });
      page = await context.newPage();
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      page.on('pageerror', (error) => problems.push(String(error)));
    });
    afterEach(async () => {
      await context.close();
      // What was under way when the page moved on, and the icon that these sites do not have.
      expect(problems.filter((problem) => !/ERR_ABORTED|404/.test(problem))).to.deep.equal([]);
    });

    const start = () => page.waitForResponse((response) => response.url().endsWith('/login/start'));

    async function expectLoggedIn(): Promise<void> {
      await page.waitForURL(`${site.origin}/private`);
      expect(await page.textContent('body')).to.contain('PNOEE-40404040009');
    }

    it('logs in by QR code, whose link changes each second', async () => {
      const started = start();
      const updates = page.waitForRequest((request) => request.url().includes('/login/updates?'));
      await page.goto(`${site.origin}/login`);
      const view = await (await started).json();
      await updates;
      const drawn = () => page.locator('#qr-code path').getAttribute('d');
      await page.locator('#qr-code:visible').waitFor();
      const first = await drawn();
      await page.waitForFunction(
        (before) => document.querySelector('#qr-code path')?.getAttribute('d') !== before,
        first,
        { timeout: 5000 },
      );
      await simulator.phone.confirm(await (await page.request.get(`${site.origin}/login/status?id=${view.id}`)).json());
      await expectLoggedIn();
    });

    it('logs in by the app on this device, in the tab that it comes back to', async () => {
      const started = start();
      await page.goto(`${site.origin}/login`);
      const view = await (await started).json();
      const { callbackUrl = '' } = await simulator.phone.confirm(view, { sameDevice: true });
      const tab = await context.newPage();
      await tab.goto(callbackUrl);
      await tab.waitForURL(`${site.origin}/private`);
      // The tab that began moves on.
      await expectLoggedIn();
    });

    it('logs in by push', async () => {
      await page.goto(`${site.origin}/login`);
      await page.getByText(words.login.byPersonalCode).click();
      await page.getByLabel(words.login.country).selectOption('EE');
      await page.getByLabel(words.login.personalCode).fill('40404040009');
      await page.getByRole('button', { name: words.page.sendToPhone }).click();
      await page.locator('#verification-code:visible').waitFor();
      const verificationCode = (await page.locator('#verification-code').textContent()) ?? '';
      await simulator.phone.confirm({ verificationCode });
      await expectLoggedIn();
    });
  });
}
