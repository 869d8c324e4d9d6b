/** Whose fault it is, as people read it on the screen: the service's, this site's, or that of their own connection. */

import { expect } from 'chai';
import type { Page } from 'playwright-core';
import type { Fault } from '../../lib/simulator/index.js';
import { wordsOf } from '../../lib/web/resolve-words.js';
import { until } from '../support/until.js';
import { messageOf, requestsOf, useExampleSite } from './example-site.js';

const words = wordsOf.en.page;

describe('Whose fault it is, in Chromium', function () {
  this.timeout(40_000);
  const site = useExampleSite();

  /** Opens the login page, which cannot begin. */
  async function openInVain(message: string): Promise<Page> {
    const { page } = await site().open();
    await page.goto(`${site().origin}/login/`);
    await page.locator('#try-again:visible').waitFor();
    expect(await messageOf(page)).to.equal(message);
    return page;
  }

  /** Opens the login page without live updates, so that it looks for itself and sees why it learns nothing. */
  async function openLooking(): Promise<Page> {
    const { page } = await site().open();
    await page.route('**/updates?*', (route) => void route.fulfill({ status: 404 }));
    await page.goto(`${site().origin}/login/`);
    return page;
  }

  async function tryAgain(page: Page): Promise<void> {
    await page.getByRole('link', { name: words.tryAgain }).click();
    await logIn(page);
  }

  async function logIn(page: Page): Promise<void> {
    await site().scan(page);
    await page.waitForURL(`${site().origin}/private`);
  }

  /** What reached the site's error handler, each kind once. */
  function takeErrors(): string[] {
    const names = site()
      .errors.splice(0)
      .map((error) => (error as Error).name);
    return [...new Set(names)];
  }

  for (const [what, fault] of [
    ['cuts the connection', { drop: true }],
    ['answers nonsense', { body: 'nonsense' }],
    ['is in maintenance', { status: 580 }],
  ] as [string, Omit<Fault, 'on'>][]) {
    it(`is that of the service where it ${what}`, async () => {
      const remove = site().simulator.faults.add({ on: 'create', ...fault });
      const page = await openInVain(words.unavailable);
      expect(takeErrors()).to.deep.equal(['SmartIdServiceError']);
      remove();
      // A service in maintenance is left in peace for a while.
      await page.waitForTimeout(1500);
      await tryAgain(page);
      site().errors.length = 0;
    });
  }

  it('is that of the service where it fails while the page waits', async () => {
    const remove = site().simulator.faults.add({ on: 'session', status: 418 });
    const page = await openLooking();
    await page.getByText(words.unavailable).waitFor();
    expect(takeErrors()).to.deep.equal(['SmartIdServiceError']);
    remove();
    await logIn(page);
    site().errors.length = 0;
  });

  it("is this site's where the service refuses its requests", async () => {
    const remove = site().simulator.faults.add({ on: 'create', status: 403 });
    const page = await openInVain(words.siteFault);
    expect(takeErrors()).to.deep.equal(['SmartIdRequestError']);
    remove();
    await tryAgain(page);
  });

  it("is this site's where its requests are refused while the page waits, also between two looks", async () => {
    const remove = site().simulator.faults.add({ on: 'session', status: 403 });
    const page = await openLooking();
    await page.getByText(words.siteFault).waitFor();
    expect(takeErrors()).to.deep.equal(['SmartIdRequestError']);
    remove();
    const requests = requestsOf(page);
    await until(() => requests.filter((request) => request === 'GET /login/status').length === 2, 'looks');
    expect(await messageOf(page)).to.equal(words.siteFault);
    await logIn(page);
    site().errors.length = 0;
  });

  for (const [status, body] of [
    [500, '<h1>Internal Server Error</h1>'],
    [503, '{"error":"The store of Smart-ID attempts or documents cannot be used at the moment."}'],
    [502, '<h1>Bad Gateway</h1>'],
    [200, '<h1>Log in first</h1>'],
  ] as const) {
    it(`is this site's where it, or what is before it, answers ${status} with ${body.slice(0, 20)}`, async () => {
      const { page } = await site().open();
      await page.route('**/login/start', (route) => route.fulfill({ status, body }));
      await page.goto(`${site().origin}/login/`);
      await page.locator('#try-again:visible').waitFor();
      expect(await messageOf(page)).to.equal(words.siteFault);
      await page.unroute('**/login/start');
      await tryAgain(page);
    });
  }

  it("is that of the visitor's connection where the site is not reached", async () => {
    const { page, context } = await site().openLogin();
    await page.getByText(wordsOf.en.login.byPersonalCode).click();
    await context.setOffline(true);
    await page.getByLabel(wordsOf.en.login.personalCode).fill('40504040001');
    await page.getByRole('button', { name: words.sendToPhone }).click();
    await page.locator('#try-again:visible').waitFor();
    expect(await messageOf(page)).to.equal(words.noConnection);
    await context.setOffline(false);
    await tryAgain(page);
  });

  it("is that of the visitor's connection where it is gone after the service has failed", async () => {
    const remove = site().simulator.faults.add({ on: 'session', status: 418 });
    const page = await openLooking();
    await page.getByText(words.unavailable).waitFor();
    site().isDown = true;
    site().cut();
    await page.getByText(words.connectionLost).waitFor();
    site().isDown = false;
    remove();
    await page.getByText(words.connectionLost).waitFor({ state: 'hidden' });
    await logIn(page);
    site().errors.length = 0;
  });
});
