/** The pages by keyboard alone. */

import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { wordsOf } from '../../lib/web/resolve-words.js';
import { callbackAfter } from '../support/phone.js';
import { until } from '../support/until.js';
import { answerPush, nextLink, phone, shownLink, useExampleSite } from './example-site.js';

const words = wordsOf.en;
const person = '40504040001';
const documentNumber = 'PNOEE-40504040001-DEM0-Q';
/** What every page ends with. */
const rest = [words.page.help, words.page.cancel, 'English', 'Eesti', 'Latviešu', 'Lietuvių', 'Русский'];

interface Focused {
  /** As people would name it; nothing where the focus is on nothing. */
  name: string;
  /** Whether people see that it has the focus. */
  isMarked: boolean;
  /** From the beginning of the page, in whole pixels. */
  top: number;
  left: number;
}

/** Runs in the page. */
function focused(): Focused {
  const { activeElement } = document;
  if (!activeElement || activeElement === document.body) return { name: '', isMarked: false, top: 0, left: 0 };
  const { labels } = activeElement as HTMLInputElement;
  const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(activeElement);
  const { top, left } = activeElement.getBoundingClientRect();
  const isOutlined = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2 && !/, 0\)$/.test(outlineColor);
  return {
    name: (labels?.[0] ?? activeElement).textContent.trim(),
    isMarked: isOutlined && activeElement.checkVisibility({ opacityProperty: true, visibilityProperty: true }),
    top: Math.round(top + scrollY),
    left: Math.round(left + scrollX),
  };
}

/** Runs in the page: the next Tab leads to the first that there is. Without focus alone it would go on from where it was. */
function toBeginning(): void {
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute('tabindex');
}

/** In the order of reading: further down, or in the same line further to the right. */
function isBehind(later: Focused, earlier: Focused): boolean {
  return later.top > earlier.top || (later.top === earlier.top && later.left > earlier.left);
}

describe('The pages by keyboard, in Chromium', function () {
  this.timeout(40_000);
  const site = useExampleSite();

  const focusOf = (page: Page) => page.evaluate(focused);

  /** What the Tab key leads to, from top to bottom, until it leaves the page. */
  async function tabStops(page: Page): Promise<string[]> {
    await page.evaluate(toBeginning);
    await page.keyboard.press('Tab');
    const stops = [await focusOf(page)];
    for (let count = 0; count < 30; count++) {
      await page.keyboard.press('Tab');
      const stop = await focusOf(page);
      if (stop.name === '' || stop.name === stops[0]?.name) break;
      expect(isBehind(stop, stops.at(-1) as Focused), `${stop.name} comes next on the page`).to.equal(true);
      stops.push(stop);
    }
    for (const { name, isMarked } of stops) expect(isMarked, `the focus on ${name} can be seen`).to.equal(true);
    return stops.map(({ name }) => name);
  }

  /** Presses Tab until this has the focus. */
  async function tabTo(page: Page, name: string): Promise<void> {
    for (let count = 0; count < 30; count++) {
      await page.keyboard.press('Tab');
      if ((await focusOf(page)).name === name) return;
    }
    throw new Error(`The Tab key does not lead to ${name}.`);
  }

  async function expectFocusOn(page: Page, name: string): Promise<void> {
    expect(await focusOf(page)).to.include({ name, isMarked: true });
  }

  /** Enters a personal code of Estonia, and sends it by the Enter key. */
  async function enterCode(page: Page, personalCode: string): Promise<void> {
    await openForm(page);
    await tabTo(page, words.login.country);
    await page.keyboard.type('Est');
    await page.keyboard.press('Tab');
    await page.keyboard.type(personalCode);
    await page.keyboard.press('Enter');
  }

  async function shownCode(page: Page): Promise<string> {
    await page.locator('#verification-code:visible').waitFor();
    return (await page.locator('#verification-code').textContent()) ?? '';
  }

  async function sendPush(page: Page, personalCode: string): Promise<string> {
    await enterCode(page, personalCode);
    return shownCode(page);
  }

  /** Keeps requests back until the function is called that this gives. */
  async function holdBack(page: Page, path: string): Promise<() => void> {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(path, async (route) => {
      await released;
      await route.continue();
    });
    return release;
  }

  async function openForm(page: Page): Promise<void> {
    await tabTo(page, words.login.byPersonalCode);
    await page.keyboard.press('Enter');
  }

  /** The signing page, for somebody who has logged in by keyboard. */
  async function openSigning(options = {}): Promise<Page> {
    const { page } = await site().openLogin(options);
    await answerPush(site().simulator, await sendPush(page, person), { documentNumber });
    await privatePage(page);
    await page.goto(`${site().origin}/sign/?reference=contract.pdf`);
    await shownLink(page);
    return page;
  }

  const privatePage = (page: Page) => page.waitForURL(`${site().origin}/private`);
  const withPush = [words.page.openApp, words.page.sendToPhone, ...rest];

  /** What the example site shows before it is signed. */
  const document = 'contract.pdf';

  it('lead from top to bottom on a computer', async () => {
    const { page } = await site().openLogin();
    expect(await tabStops(page)).to.deep.equal([words.page.openApp, words.login.byPersonalCode, ...rest]);
    const signing = await openSigning();
    expect(await tabStops(signing)).to.deep.equal([document, ...withPush]);
  });

  it('lead from top to bottom on a phone', async () => {
    const { page } = await site().openLogin(phone);
    const ways = [words.page.openApp, words.page.showQr, words.login.byPersonalCode];
    expect(await tabStops(page)).to.deep.equal([...ways, ...rest]);
    const signing = await openSigning(phone);
    const [openApp, ...more] = withPush;
    expect(await tabStops(signing)).to.deep.equal([document, openApp, words.page.showQr, ...more]);
  });

  for (const [name, options] of [
    ['a computer', {}],
    ['a phone', phone],
  ] as const) {
    it(`lead through the form for a personal code on ${name}`, async () => {
      const { page } = await site().openLogin(options);
      await openForm(page);
      const { login, page: own } = words;
      const form = [login.byPersonalCode, login.country, login.personalCode, own.sendToPhone, login.showQrForPerson];
      const stops = await tabStops(page);
      expect(stops.slice(stops.indexOf(login.byPersonalCode))).to.deep.equal([...form, ...rest]);
    });
  }

  it('lead only to what is there while a push goes on, and after it has failed', async () => {
    const { page } = await site().openLogin();
    const code = await sendPush(page, person);
    expect(await tabStops(page)).to.deep.equal([words.page.otherWays, ...rest]);
    await answerPush(site().simulator, code, { choice: 'refuse' });
    await page.getByText(words.loginFailures.not_completed).waitFor();
    expect(await tabStops(page)).to.deep.equal([words.page.tryAgain, words.login.byPersonalCode, ...rest]);
  });

  for (const key of ['Enter', 'Space']) {
    it(`open and close by ${key} what is behind a word`, async () => {
      const { page } = await site().openLogin(phone);
      for (const [name, content] of [
        [words.page.showQr, '#qr-code'],
        [words.login.byPersonalCode, '#personal-code'],
      ] as const) {
        await tabTo(page, name);
        for (const state of ['visible', 'hidden'] as const) {
          await page.keyboard.press(key);
          await page.locator(content).waitFor({ state });
          await expectFocusOn(page, name);
        }
      }
    });
  }

  it('leave the focus, and what is typed, where it is while the QR code changes each second', async () => {
    const { page } = await site().openLogin();
    await openForm(page);
    await tabTo(page, words.login.personalCode);
    for (const digit of '405') {
      await page.keyboard.type(digit);
      const before = await page.locator('#qr-code path').getAttribute('d');
      await until(async () => (await page.locator('#qr-code path').getAttribute('d')) !== before, 'another QR code');
      await expectFocusOn(page, words.login.personalCode);
    }
    expect(await page.getByLabel(words.login.personalCode).inputValue()).to.equal('405');
  });

  it('log in by push', async () => {
    const { page } = await site().openLogin();
    const code = await sendPush(page, person);
    await expectFocusOn(page, words.login.title);
    await answerPush(site().simulator, code, { documentNumber });
    await privatePage(page);
  });

  it('keep the focus on a phone, also where it has gone on while the push was being started', async () => {
    const { page } = await site().openLogin(phone);
    const start = await holdBack(page, '**/start');
    await enterCode(page, person);
    await expectFocusOn(page, words.login.title);
    await page.keyboard.press('Tab');
    await expectFocusOn(page, words.login.byPersonalCode);
    start();
    await page.getByText(words.page.compareCode, { exact: true }).waitFor();
    await expectFocusOn(page, words.login.title);
  });

  it('show a QR code for a person by the other button of the form', async () => {
    const { page } = await site().openLogin();
    const before = await shownLink(page);
    await openForm(page);
    await tabTo(page, words.login.personalCode);
    await page.keyboard.type(person);
    await tabTo(page, words.login.showQrForPerson);
    await page.keyboard.press('Enter');
    await nextLink(page, before);
    await expectFocusOn(page, words.login.title);
    await site().scan(page, documentNumber);
    await privatePage(page);
  });

  it('go back from a push to the other ways', async () => {
    const { page } = await site().openLogin();
    await sendPush(page, person);
    await tabTo(page, words.page.otherWays);
    await page.keyboard.press('Enter');
    await page.locator('#open-app:visible').waitFor();
    await expectFocusOn(page, words.login.title);
    await page.keyboard.press('Tab');
    await expectFocusOn(page, words.page.openApp);
  });

  it('say what to do after a failure, and try again', async () => {
    const { page } = await site().openLogin();
    const code = await sendPush(page, person);
    await tabTo(page, words.page.otherWays);
    await answerPush(site().simulator, code, { choice: 'refuse' });
    await page.getByText(words.loginFailures.not_completed).waitFor();
    await expectFocusOn(page, words.page.tryAgain);
    await page.keyboard.press('Enter');
    await page.locator('#open-app:visible').waitFor();
    await expectFocusOn(page, words.login.title);
    await page.keyboard.press('Tab');
    await expectFocusOn(page, words.page.openApp);
  });

  it('keep the focus when the link that had it is used up in the app on this device', async () => {
    const { page } = await site().openLogin();
    await tabTo(page, words.page.openApp);
    await callbackAfter(site().simulator, { deviceLink: await shownLink(page), flowType: 'Web2App' });
    await page.getByText(words.page.goOnInOtherTab).waitFor();
    await expectFocusOn(page, words.page.tryAgain);
  });

  for (const [code, message] of [
    ['123', words.login.incompletePersonalCode],
    ['40504040002', words.login.wrongPersonalCode],
  ] as const) {
    it(`lead back to a personal code that cannot be one: ${code}`, async () => {
      const { page } = await site().openLogin();
      await enterCode(page, code);
      expect(await page.locator('#choice-error').innerText()).to.equal(message);
      await expectFocusOn(page, words.login.personalCode);
    });
  }

  it('sign by push', async () => {
    const page = await openSigning();
    await tabTo(page, words.page.sendToPhone);
    await page.keyboard.press('Enter');
    const code = await shownCode(page);
    await expectFocusOn(page, words.signing.title);
    await answerPush(site().simulator, code, { documentNumber });
    await page.waitForURL(/\/signed\?id=/);
  });

  it('change their language', async () => {
    const { page } = await site().openLogin();
    await tabTo(page, 'Eesti');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: wordsOf.et.login.title }).waitFor();
    expect(await page.locator('nav a[aria-current]').innerText()).to.equal('Eesti');
  });
});
