/** What a page does while it waits: live updates, a connection that comes and goes, and a tab that nobody sees. */

import { expect } from 'chai';
import passport from 'passport';
import type { Page, Route } from 'playwright-core';
import { wordsOf } from '../../lib/web/resolve-words.js';
import { until } from '../support/until.js';
import { messageOf, qrOf, requestsOf, setHidden, useExampleSite } from './example-site.js';

const words = wordsOf.en.page;

describe('A page that waits, in Chromium', function () {
  this.timeout(40_000);
  const site = useExampleSite();

  const privatePage = (page: Page) => page.waitForURL(`${site().origin}/private`);

  function countOf(requests: string[], path: string): number {
    return requests.filter((request) => request.endsWith(`/login/${path}`)).length;
  }

  it('draws a new QR code each second from one connection, and never asks for the status', async () => {
    const { page } = await site().open();
    const requests = requestsOf(page);
    await page.goto(`${site().origin}/login/`);
    const before = await elapsedSeconds(page);
    const seen = await codesDrawn(page, 3);
    expect(new Set(seen).size, 'different codes').to.equal(3);
    expect(await elapsedSeconds(page)).to.be.at.least(before + 2);
    expect(site().openUpdates).to.equal(1);
    expect(countOf(requests, 'updates')).to.equal(1);
    expect(countOf(requests, 'status')).to.equal(0);
    expect(countOf(requests, 'start')).to.equal(1);
  });

  it('sees the end at once, without asking for it', async () => {
    const { page } = await site().openLogin();
    // The one connection for live updates is opened a moment after the code is drawn.
    await page.waitForTimeout(500);
    const requests = requestsOf(page);
    const finish = page.waitForRequest('**/login/finish', { timeout: 5_000 });
    await site().scan(page);
    await finish;
    await privatePage(page);
    expect(countOf(requests, 'status')).to.equal(0);
    expect(countOf(requests, 'updates')).to.equal(0);
  });

  it('says that the connection was lost while the browser is offline, and goes on when it is back', async () => {
    const { page, context } = await site().openLogin();
    await context.setOffline(true);
    // What is open stays open in an offline browser.
    site().cut();
    await page.getByText(words.connectionLost).waitFor();
    await context.setOffline(false);
    await page.getByText(words.connectionLost).waitFor({ state: 'hidden' });
    await site().scan(page);
    await privatePage(page);
  });

  it('says that the connection was lost while the site is down, and goes on when it is up again', async () => {
    const { page } = await site().openLogin();
    site().isDown = true;
    site().cut();
    await page.getByText(words.connectionLost).waitFor();
    site().isDown = false;
    await until(() => site().openUpdates === 1, 'live updates');
    expect(await messageOf(page)).to.equal('');
    await site().scan(page);
    await privatePage(page);
  });

  it('goes on with the same login when its connection breaks, and says nothing of it', async () => {
    const { page } = await site().openLogin();
    await until(() => site().openUpdates === 1, 'live updates');
    const requests = requestsOf(page);
    const before = await elapsedSeconds(page);
    site().cut();
    await until(() => countOf(requests, 'updates') === 1, 'another connection');
    await codesDrawn(page, 2);
    expect(await elapsedSeconds(page)).to.be.at.least(before + 2);
    expect(await messageOf(page)).to.equal('');
    expect(countOf(requests, 'start')).to.equal(0);
    await site().scan(page);
    await privatePage(page);
  });

  for (const [what, tries, answer] of [
    ['are not found', 3, (route) => route.fulfill({ status: 404 })],
    ['fail', 3, (route) => route.fulfill({ status: 500 })],
    // As behind a proxy that keeps an answer back until it has ended.
    ['never get through', 1, () => {}],
  ] as [string, number, (route: Route) => unknown][]) {
    it(`draws the QR code anew and logs in where live updates ${what}, and soon does without them`, async () => {
      const { page } = await site().open();
      await page.route('**/updates?*', (route) => void answer(route));
      const requests = requestsOf(page);
      await page.goto(`${site().origin}/login/`);
      await codesDrawn(page, 1);
      await until(() => countOf(requests, 'status') === tries + 2, 'looks');
      await site().scan(page);
      await privatePage(page);
      expect(countOf(requests, 'updates')).to.equal(tries);
    });
  }

  it('takes no connection while nobody sees it, and is back when somebody does', async () => {
    const { page } = await site().openLogin();
    await until(() => site().openUpdates === 1, 'live updates');
    const requests = requestsOf(page);
    await setHidden(page, true);
    await until(() => site().openUpdates === 0, 'the end of live updates');
    await until(() => countOf(requests, 'status') === 1, 'a look');
    expect(countOf(requests, 'updates')).to.equal(0);
    await setHidden(page, false);
    await until(() => site().openUpdates === 1, 'live updates');
    await site().scan(page);
    await privatePage(page);
  });

  it('finishes although nobody sees it, where no other tab does', async () => {
    const { page } = await site().openLogin();
    await setHidden(page, true);
    await site().scan(page);
    await privatePage(page);
  });

  it('leaves nothing running on the server when its tab is closed', async () => {
    const busy = watchUpdates();
    const { page } = await site().openLogin();
    await until(() => busy.count === 1, 'live updates');
    await page.close();
    await until(() => busy.count === 0, 'their end');
    expect(site().openUpdates).to.equal(0);
  });

  it('leaves nothing running on the server when it has moved on', async () => {
    const busy = watchUpdates();
    const { page } = await site().openLogin();
    await until(() => busy.count === 1, 'live updates');
    await site().scan(page);
    await privatePage(page);
    await until(() => busy.count === 0, 'their end');
  });

  it('says that Smart-ID cannot be reached where it cannot begin, and begins when it is back', async () => {
    const remove = site().simulator.faults.add({ on: 'create', status: 503 });
    const { page } = await site().open();
    await page.goto(`${site().origin}/login/`);
    await page.getByText(words.unavailable).waitFor();
    expectServiceErrors();
    remove();
    await page.getByRole('link', { name: words.tryAgain }).click();
    await site().scan(page);
    await privatePage(page);
    // It may still have been left in peace when the page asked first.
    site().errors.length = 0;
  });

  it('says that Smart-ID cannot be reached for as long as it fails, and goes on when it is back', async () => {
    const { page } = await site().open();
    await page.route('**/updates?*', (route) => void route.fulfill({ status: 404 }));
    const remove = site().simulator.faults.add({ on: 'session', status: 418 });
    await page.goto(`${site().origin}/login/`);
    await page.getByText(words.unavailable).waitFor();
    const requests = requestsOf(page);
    // Between two failures it looks as if all were well.
    await until(() => countOf(requests, 'status') === 3, 'looks');
    expect(await messageOf(page)).to.equal(words.unavailable);
    remove();
    await site().scan(page);
    await privatePage(page);
    expectServiceErrors();
  });

  function expectServiceErrors(): void {
    const names = site()
      .errors.splice(0)
      .map((error) => (error as Error).name);
    expect(new Set(names)).to.have.keys('SmartIdServiceError');
  }
});

/** How old the link in the QR code says that the session is. */
async function elapsedSeconds(page: Page): Promise<number> {
  return Number(new URL(await qrOf(page)).searchParams.get('elapsedSeconds'));
}

/** The next QR codes, as they are drawn. */
function codesDrawn(page: Page, count: number): Promise<string[]> {
  return page.evaluate(
    (count) =>
      new Promise<string[]>((resolve) => {
        const seen: string[] = [];
        const path = document.querySelector('#qr-code path') as Element;
        new MutationObserver(() => {
          seen.push(path.getAttribute('d') ?? '');
          if (seen.length === count) resolve(seen);
        }).observe(path, { attributeFilter: ['d'] });
      }),
    count,
  );
}

/** How many answers with live updates the strategy is busy with. */
function watchUpdates(): { readonly count: number } {
  // The example app uses the passport of the process.
  const { listeners } = (passport as any)._strategy('smart-id').steps.live as { listeners: Map<string, Set<unknown>> };
  return {
    get count() {
      return [...listeners.values()].reduce((sum, { size }) => sum + size, 0);
    },
  };
}
