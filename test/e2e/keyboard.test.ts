/** The pages by keyboard alone. */

import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { wordsOf } from '../../lib/web/words.js';
import { until } from '../support/until.js';
import { answerPush, messageOf, phone, useExampleSite } from './example-site.js';

const words = wordsOf.en;
const languageLinks = ['English', 'Eesti', 'Latviešu', 'Lietuvių', 'Русский'];

/** Runs in the page: what has the focus, as people would name it, and whether they see that it has. */
function focused(): { name: string; isMarked: boolean; tag: string } {
  const { activeElement } = document;
  if (!activeElement || activeElement === document.body) return { name: '', isMarked: false, tag: 'body' };
  const { labels } = activeElement as HTMLInputElement;
  const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(activeElement);
  return {
    name: (labels?.[0] ?? activeElement).textContent.trim(),
    isMarked: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2 && !/, 0\)$/.test(outlineColor),
    tag: activeElement.tagName.toLowerCase(),
  };
}

describe('The pages by keyboard, in Chromium', function () {
  this.timeout(40_000);
  const site = useExampleSite();

  /** What the Tab key leads to, until it leaves the page or comes round. */
  async function tabStops(page: Page): Promise<string[]> {
    const stops: string[] = [];
    for (let count = 0; count < 30; count++) {
      await page.keyboard.press('Tab');
      const { name, isMarked, tag } = await page.evaluate(focused);
      if (tag === 'body' || (count > 0 && name === stops[0])) return stops;
      expect(isMarked, `the focus on ${name} can be seen`).to.equal(true);
      stops.push(name);
    }
    return stops;
  }

  /** Presses Tab until this has the focus. */
  async function tabTo(page: Page, name: string): Promise<void> {
    for (let count = 0; count < 30; count++) {
      await page.keyboard.press('Tab');
      if ((await page.evaluate(focused)).name === name) return;
    }
    throw new Error(`The Tab key does not lead to ${name}.`);
  }

  /** Neither to the beginning of the page nor to something that is not there any more. */
  async function expectFocusKept(page: Page, where: string): Promise<void> {
    const { tag } = await page.evaluate(focused);
    expect(tag, where).to.not.equal('body');
    const isSeen = await page.evaluate(() => document.activeElement?.checkVisibility());
    expect(isSeen, `${where}: what has the focus is seen`).to.equal(true);
  }

  async function sendPush(page: Page, personalCode: string): Promise<string> {
    await tabTo(page, words.login.byPersonalCode);
    await page.keyboard.press('Enter');
    await tabTo(page, words.login.country);
    await page.keyboard.type('Est');
    await page.keyboard.press('Tab');
    await page.keyboard.type(personalCode);
    await page.keyboard.press('Enter');
    await page.locator('#verification-code:visible').waitFor();
    return (await page.locator('#verification-code').textContent()) ?? '';
  }

  it('lead from top to bottom on a computer', async () => {
    const { page } = await site().openLogin();
    expect(await tabStops(page)).to.deep.equal([words.page.openApp, words.login.byPersonalCode, ...languageLinks]);
  });

  it('lead from top to bottom on a phone, and into what is opened', async () => {
    const { page } = await site().openLogin(phone);
    expect(await tabStops(page)).to.deep.equal([
      words.page.openApp,
      words.page.showQr,
      words.login.byPersonalCode,
      ...languageLinks,
    ]);
    await page.evaluate(() => (document.activeElement as HTMLElement)?.blur());
    await tabTo(page, words.page.showQr);
    await page.keyboard.press('Space');
    await page.locator('#qr-code').waitFor();
    await tabTo(page, words.login.byPersonalCode);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect((await page.evaluate(focused)).name).to.equal(words.login.country);
  });

  it('leave the focus where it is while the QR code changes', async () => {
    const { page } = await site().openLogin();
    await tabTo(page, words.login.byPersonalCode);
    const before = await page.locator('#qr-code path').getAttribute('d');
    await until(async () => (await page.locator('#qr-code path').getAttribute('d')) !== before, 'another QR code');
    expect((await page.evaluate(focused)).name).to.equal(words.login.byPersonalCode);
  });

  it('log in by push, and never lose the focus', async () => {
    const { page } = await site().openLogin();
    const code = await sendPush(page, '40504040001');
    await expectFocusKept(page, 'with the verification code');
    await answerPush(site().simulator, code, { documentNumber: 'PNOEE-40504040001-DEM0-Q' });
    await page.waitForURL(`${site().origin}/private`);
  });

  it('go back from a push to the other ways, and never lose the focus', async () => {
    const { page } = await site().openLogin();
    await sendPush(page, '40504040001');
    await tabTo(page, words.page.otherWays);
    await page.keyboard.press('Enter');
    await page.locator('#open-app:visible').waitFor();
    await expectFocusKept(page, 'after the push');
    await tabTo(page, words.page.openApp);
  });

  it('say what to do after a failure, and try again, and never lose the focus', async () => {
    const { page } = await site().openLogin();
    const code = await sendPush(page, '40504040001');
    await tabTo(page, words.page.otherWays);
    await answerPush(site().simulator, code, { choice: 'refuse' });
    await page.getByText(words.loginFailures.not_completed).waitFor();
    await expectFocusKept(page, 'after the failure');
    expect((await page.evaluate(focused)).name).to.equal(words.page.tryAgain);
    await page.keyboard.press('Enter');
    await until(async () => (await messageOf(page)) === '', 'another attempt');
    await expectFocusKept(page, 'in the next attempt');
    await tabTo(page, words.page.openApp);
  });

  it('lead back to a personal code that cannot be one', async () => {
    const { page } = await site().openLogin();
    await tabTo(page, words.login.byPersonalCode);
    await page.keyboard.press('Enter');
    await tabTo(page, words.login.personalCode);
    await page.keyboard.type('123');
    await page.keyboard.press('Enter');
    expect(await page.locator('#choice-error').innerText()).to.equal(words.login.incompletePersonalCode);
    expect((await page.evaluate(focused)).name).to.equal(words.login.personalCode);
  });
});
