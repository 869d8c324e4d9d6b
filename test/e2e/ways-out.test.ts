/** The person's ways out of a page, a QR code that is not shown when it is old, and requests that are tried again. */

import { expect } from 'chai';
import type { Page, Route } from 'playwright-core';
import { wordsOf } from '../../lib/web/resolve-words.js';
import { callbackAfter } from '../support/phone.js';
import { until } from '../support/until.js';
import { messageOf, nextLink, phone, qrOf, requestsOf, shownLink, tablet, useExampleSite } from './example-site.js';

const words = wordsOf.en;

describe('The ways out of a page, in Chromium', function () {
  this.timeout(40_000);
  const site = useExampleSite();

  const frontPage = (page: Page) => page.waitForURL(`${site().origin}/`);
  const isDrawn = (page: Page) => page.locator('#qr-code path[d]').count();

  /** Answers the next requests with these statuses, and lets all others through. */
  async function answer(page: Page, path: string, statuses: number[], headers: Record<string, string> = {}) {
    const left = [...statuses];
    await page.route(path, async (route: Route) => {
      const status = left.shift();
      if (status === undefined) await route.fallback();
      else await route.fulfill({ status, headers, body: '' });
    });
  }

  it('cancelling leads to the site, and ends the login', async () => {
    const { page } = await site().openLogin();
    const deviceLink = await shownLink(page);
    const qr = await qrOf(page);
    await page.getByRole('button', { name: words.page.cancel }).click();
    await frontPage(page);
    // Whoever has the code still confirms nothing.
    await site().use(qr);
    await page.goBack();
    expect(await nextLink(page, deviceLink)).to.not.equal(deviceLink);
    expect(await messageOf(page)).to.equal('');
    await page.goto(`${site().origin}/private`);
    await page.waitForURL(/\/login/);
  });

  it('another tab of a cancelled login says so, and can start anew', async () => {
    const { context, page } = await site().openLogin();
    const other = await context.newPage();
    await other.goto(`${site().origin}/login/`);
    const link = await shownLink(other);
    await page.bringToFront();
    await page.getByRole('button', { name: words.page.cancel }).click();
    await frontPage(page);
    await other.bringToFront();
    await other.getByText(words.loginFailures.cancelled).waitFor();
    await other.getByText(words.page.tryAgain, { exact: true }).click();
    await nextLink(other, link);
  });

  it('a return from the app after cancelling says that the login was cancelled', async () => {
    const { page } = await site().openLogin(phone);
    const use = { deviceLink: await shownLink(page), flowType: 'Web2App' } as const;
    const callback = await callbackAfter(site().simulator, use);
    await page.getByRole('button', { name: words.page.cancel }).tap();
    await frontPage(page);
    await page.goto(callback);
    await page.getByText(words.loginFailures.cancelled).waitFor();
    await page.getByText(words.page.tryAgain, { exact: true }).tap();
    await nextLink(page, use.deviceLink);
  });

  it('cancelling a signing leads to the site, and ends the signing', async () => {
    const { page } = await site().open();
    const begun = page.waitForResponse('**/sign/start');
    await page.goto(`${site().origin}/sign/?reference=contract.pdf`);
    const { id } = await (await begun).json();
    const qr = await qrOf(page);
    await page.getByRole('button', { name: words.page.cancel }).click();
    await frontPage(page);
    await site()
      .use(qr)
      .catch(() => {});
    await page.goto(`${site().origin}/sign/signed?id=${id}`);
    expect(await messageOf(page)).to.equal(words.signingFailures.no_attempt);
  });

  it('cancelling works before anything has begun, and without scripts', async () => {
    const { page } = await site().open();
    await page.route('**/login/start', () => {});
    await page.goto(`${site().origin}/login/`);
    await page.getByRole('button', { name: words.page.cancel }).click();
    await frontPage(page);
    const { page: plain } = await site().open({ javaScriptEnabled: false });
    await plain.goto(`${site().origin}/login/`);
    await plain.getByRole('button', { name: words.page.useThisDevice }).click();
    const deviceLink = await shownLink(plain);
    const callback = await callbackAfter(site().simulator, { deviceLink, flowType: 'Web2App' });
    await plain.getByRole('button', { name: words.page.cancel }).click();
    await frontPage(plain);
    await plain.goto(callback);
    await plain.getByText(words.loginFailures.cancelled).waitFor();
  });

  it('a session that is about to expire says so, and a new one is one press away', async () => {
    const { page } = await site().open();
    const start = '**/login/start';
    await page.route(start, async (route) => {
      const response = await route.fetch();
      const view = await response.json();
      await route.fulfill({ response, json: { ...view, expiresInMs: 31_000 } });
    });
    await page.goto(`${site().origin}/login/`);
    const link = await shownLink(page);
    expect(await messageOf(page)).to.equal('');
    await page.getByText(words.page.expiring).waitFor();
    expect(await isDrawn(page), 'it can still be scanned').to.equal(1);
    await page.unroute(start);
    site().pass(120_000);
    await page.getByText(words.loginFailures.not_completed).waitFor();
    expect(await page.locator('#qr-code').isVisible()).to.equal(false);
    await page.getByText(words.page.tryAgain, { exact: true }).click();
    await nextLink(page, link);
    expect(await messageOf(page)).to.equal('');
  });

  it('a QR code that is older than three seconds is hidden until there is a new one', async () => {
    const { page } = await site().openLogin();
    await until(() => site().openUpdates === 1, 'live updates');
    site().isDown = true;
    site().cut();
    const since = Date.now();
    await page.locator('#qr-code path[d]').waitFor({ state: 'detached' });
    expect(Date.now() - since).to.be.below(3000);
    await page.locator('#qr-wait').waitFor();
    await page.waitForTimeout(2000);
    expect(await isDrawn(page)).to.equal(0);
    site().isDown = false;
    await site().scan(page);
    await page.waitForURL(`${site().origin}/private`);
  });

  for (const status of [408, 429, 502, 503, 504]) {
    it(`a start that is answered with ${status} is tried again, and then the page says what is wrong`, async () => {
      const { page } = await site().open();
      const requests = requestsOf(page);
      const starts = () => requests.filter((request) => request === 'POST /login/start').length;
      await answer(page, '**/login/start', [status, status]);
      await page.goto(`${site().origin}/login/`);
      await shownLink(page);
      expect(starts()).to.equal(3);
      await answer(page, '**/login/start', [status, status, status]);
      await page.evaluate('localStorage.clear()');
      await page.reload();
      const text = status === 429 ? words.loginFailures.too_many_starts : words.page.siteFault;
      await page.getByText(text).waitFor();
      expect(starts()).to.equal(6);
    });

    it(`a page that is loaded again goes on with its login when its status is answered with ${status}`, async () => {
      const { page } = await site().openLogin();
      const link = await shownLink(page);
      await answer(page, '**/login/status?*', [status, status]);
      await page.reload();
      expect(await shownLink(page)).to.equal(link);
    });

    it(`a login goes on when its status and live updates are answered with ${status}`, async () => {
      const { page } = await site().open();
      await answer(page, '**/login/updates?*', [status, status, status, status]);
      await answer(page, '**/login/status?*', [status, status]);
      await page.goto(`${site().origin}/login/`);
      await shownLink(page);
      await site().scan(page);
      await page.waitForURL(`${site().origin}/private`);
    });
  }

  it('a page that the browser loads ahead begins nothing before somebody sees it', async () => {
    const { context, page } = await site().open();
    await context.addInitScript(() => {
      Object.defineProperty(document, 'prerendering', { configurable: true, value: true });
    });
    const requests = requestsOf(page);
    await page.goto(`${site().origin}/login/`);
    await page.waitForTimeout(1000);
    expect(requests).to.not.include('POST /login/start');
    await page.evaluate(() => document.dispatchEvent(new Event('prerenderingchange')));
    await shownLink(page);
  });

  it('a push is asked for again only where none can have gone out', async () => {
    for (const [status, count] of [
      [503, 2],
      [502, 1],
      [504, 1],
    ] as const) {
      const { page } = await site().openLogin();
      const requests = requestsOf(page);
      await answer(page, '**/login/start', [status]);
      await page.getByText(words.login.byPersonalCode).click();
      await page.getByLabel(words.login.personalCode).fill('40504040001');
      await page.getByRole('button', { name: words.page.sendToPhone }).click();
      await page.getByText(count === 1 ? words.page.siteFault : words.page.compareCode, { exact: true }).waitFor();
      expect(
        requests.filter((request) => request === 'POST /login/start'),
        `${status}`,
      ).to.have.length(count);
    }
  });

  it('a start is not tried again once another way was chosen', async () => {
    const { page } = await site().openLogin();
    const flows: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/login/start')) flows.push(request.postDataJSON().flow);
    });
    await answer(page, '**/login/start', [503]);
    const choose = async (button: string) => {
      await page.getByText(words.login.byPersonalCode).click();
      await page.getByLabel(words.login.personalCode).fill('40504040001');
      await page.getByRole('button', { name: button }).click();
    };
    await choose(words.page.sendToPhone);
    await choose(words.login.showQrForPerson);
    await page.waitForTimeout(1500);
    expect(flows).to.deep.equal(['notification', 'device-link']);
  });

  it('a push that fails after another way was chosen does not end that way', async () => {
    const { page } = await site().openLogin(phone);
    const before = await shownLink(page);
    let fail = () => {};
    const failing = new Promise<void>((resolve) => {
      fail = resolve;
    });
    await page.route('**/login/push', async (route) => {
      await failing;
      await route.fulfill({ status: 500, body: '' });
    });
    await page.getByText(words.login.byPersonalCode).tap();
    await page.getByLabel(words.login.personalCode).fill('40504040001');
    const asked = page.waitForRequest('**/login/push');
    await page.getByRole('button', { name: words.page.sendToPhone }).tap();
    await asked;
    await page.getByRole('button', { name: words.page.otherWays }).tap();
    await nextLink(page, before);
    const late = page.waitForResponse('**/login/push');
    fail();
    await late;
    await page.evaluate(() => fetch('.'));
    expect(await messageOf(page)).to.equal('');
    expect(await page.locator('#open-app').isVisible()).to.equal(true);
  });

  it('the warning that the session is about to expire does not show an old QR code again', async () => {
    const { page } = await site().open();
    await page.route('**/login/start', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), expiresInMs: 36_000 } });
    });
    await answer(page, '**/login/updates?*', [503]);
    await page.route('**/login/status?*', () => {});
    await page.goto(`${site().origin}/login/`);
    await shownLink(page);
    await page.locator('#qr-code path[d]').waitFor({ state: 'detached' });
    await page.getByText(words.page.expiring).waitFor();
    expect(await isDrawn(page)).to.equal(0);
  });

  it('a start is not tried again where Retry-After asks for a long wait', async () => {
    const { page } = await site().open();
    const requests = requestsOf(page);
    await answer(page, '**/login/start', [429], { 'retry-after': '120' });
    await page.goto(`${site().origin}/login/`);
    await page.getByText(words.loginFailures.too_many_starts).waitFor();
    expect(requests.filter((request) => request === 'POST /login/start')).to.have.length(1);
  });

  it('a tablet leads with the QR code, then the app, then cancelling; a computer has the app as a quiet link', async () => {
    const { page } = await site().openLogin(tablet);
    const top = async (selector: string) => (await page.locator(selector).boundingBox())?.y ?? Number.NaN;
    expect(await top('#qr-code')).to.be.below(await top('#open-app'));
    expect(await top('#open-app')).to.be.below(await top('#cancel'));
    const colourOf = (on: Page) => on.locator('#open-app').evaluate((link) => getComputedStyle(link).backgroundColor);
    expect(await colourOf(page), 'a button').to.not.equal('rgba(0, 0, 0, 0)');
    const { page: computer } = await site().openLogin();
    expect(await colourOf(computer), 'a quiet link').to.equal('rgba(0, 0, 0, 0)');
    const { page: desktopSite } = await site().openLogin({
      ...phone,
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36',
    });
    expect(
      await desktopSite.locator('#qr-code').isVisible(),
      'the app first, whatever the browser calls itself',
    ).to.equal(false);
  });

  it('a return from the app that is opened again after the login goes on', async () => {
    const { page } = await site().openLogin(phone);
    const use = { deviceLink: await shownLink(page), flowType: 'Web2App' } as const;
    const callback = await callbackAfter(site().simulator, use);
    for (let count = 0; count < 2; count++) {
      await page.goto(callback);
      await page.waitForURL(`${site().origin}/private`);
      await page.reload();
      expect(await page.title()).to.contain('Hello');
    }
  });
});
