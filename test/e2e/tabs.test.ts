/** One attempt in several tabs, tabs that were closed or left or asleep, and several browsers. */

import { expect } from 'chai';
import type { BrowserContext, Page } from 'playwright-core';
import { wordsOf } from '../../lib/web/resolve-words.js';
import { okDocument } from '../support/phone.js';
import { until } from '../support/until.js';
import {
  answer,
  messageOf,
  nextLink,
  requestsOf,
  setHidden,
  shownLink,
  signedUrl,
  useExampleSite,
} from './example-site.js';

const words = wordsOf.en;

describe('Several tabs and browsers, in Chromium', function () {
  this.timeout(40_000);
  const site = useExampleSite();

  const privatePage = (page: Page) => page.waitForURL(`${site().origin}/private`);
  const signedPage = (page: Page) => page.waitForURL(signedUrl);

  async function openTab(context: BrowserContext, path = '/login/'): Promise<Page> {
    const tab = await context.newPage();
    await tab.goto(`${site().origin}${path}`);
    return tab;
  }

  /** Opens the app in a tab, as a phone would. */
  async function openApp(context: BrowserContext, link: string): Promise<Page> {
    const app = await context.newPage();
    await app.goto(link);
    return app;
  }

  it('goes on with the same login in a second tab, and both move on when it is confirmed by the QR code', async () => {
    const { context, page } = await site().openLogin();
    const second = await openTab(context);
    expect(await shownLink(second)).to.equal(await shownLink(page));
    await site().scan(second);
    await Promise.all([privatePage(page), privatePage(second)]);
  });

  it('lets the tab that is seen finish, and the one behind it move on', async () => {
    const { context, page } = await site().openLogin();
    const second = await openTab(context);
    await shownLink(second);
    await setHidden(page, true);
    const requests = requestsOf(page);
    await site().scan(second);
    await Promise.all([privatePage(page), privatePage(second)]);
    expect(requests.filter((request) => request.startsWith('POST'))).to.deep.equal([]);
  });

  it('moves on in the tab that was left, when the app returns to a new one', async () => {
    const { context, page } = await site().openLogin();
    const app = await openApp(context, await shownLink(page));
    await answer(app, okDocument, 'Confirm');
    await Promise.all([privatePage(page), privatePage(app)]);
  });

  it('says in the tab that was left what happened, when the login was refused in the app', async () => {
    const { context, page } = await site().openLogin();
    const app = await openApp(context, await shownLink(page));
    await answer(app, okDocument, 'Refuse');
    for (const [tab, text] of [
      [app, words.loginFailures.refused],
      [page, words.loginFailures.not_completed],
    ] as const) {
      await tab.getByText(text).waitFor();
      expect(await tab.getByRole('link', { name: words.page.tryAgain }).isVisible()).to.equal(true);
    }
  });

  it('goes on with the same login when the tab was closed and is opened again', async () => {
    const { context, page } = await site().openLogin();
    const link = await shownLink(page);
    await page.close();
    const again = await openTab(context);
    expect(await shownLink(again)).to.equal(link);
    await site().scan(again);
    await privatePage(again);
  });

  it('begins anew when the tab is opened again after the login was over', async () => {
    const { context, page } = await site().openLogin();
    const link = await shownLink(page);
    await site().scan(page, 'PNOEE-30403039917-MOCK-Q');
    await page.getByText(words.loginFailures.not_completed).waitFor();
    const again = await openTab(context);
    expect(await shownLink(again)).to.not.equal(link);
    expect(await messageOf(again)).to.equal('');
  });

  it('goes on with the latest login where another tab has ended with an earlier one', async () => {
    const { context, page } = await site().openLogin();
    const second = await openTab(context);
    const first = await shownLink(second);
    expect(first).to.equal(await shownLink(page));
    await second.getByText(words.login.byPersonalCode).click();
    await second.getByLabel(words.login.personalCode).fill('40404040009');
    await second.getByRole('button', { name: words.login.showQrForPerson }).click();
    const latest = await nextLink(second, first);
    await site().scan(page, 'PNOEE-30403039917-MOCK-Q');
    await page.getByText(words.loginFailures.not_completed).waitFor();
    await second.reload();
    expect(await shownLink(second)).to.equal(latest);
  });

  it('goes on with the same login when the page was left and the person comes back', async () => {
    const { page } = await site().openLogin();
    const link = await shownLink(page);
    await page.goto(site().origin);
    await page.goBack();
    expect(await shownLink(page)).to.equal(link);
    await site().scan(page);
    await privatePage(page);
  });

  it('goes on when the browser kept the page as it was', async () => {
    const { page } = await site().openLogin();
    await until(() => site().openUpdates === 1, 'live updates');
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
    await until(() => site().openUpdates === 0, 'their end');
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
    await until(() => site().openUpdates === 1, 'live updates again');
    await site().scan(page);
    await privatePage(page);
  });

  it('begins anew when the browser kept a page that was done', async () => {
    const { page } = await site().openLogin();
    const link = await shownLink(page);
    // The page stays where it is.
    await page.route('**/finish', (route) => route.fulfill({ status: 204 }));
    const finished = page.waitForRequest('**/finish');
    await site().scan(page);
    await finished;
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
    await nextLink(page, link);
    expect(await messageOf(page)).to.equal('');
  });

  for (const [what, button] of [
    ['moves on to what was signed', 'Confirm'],
    ['says that there is nothing to finish', 'Refuse'],
  ] as const) {
    it(`${what}, where the tab slept while the app returned to another one`, async () => {
      const { context, page } = await site().open();
      await page.goto(`${site().origin}/sign/?reference=contract.pdf`);
      const link = await shownLink(page);
      const devTools = await context.newCDPSession(page);
      await setHidden(page, true);
      await until(() => site().openUpdates === 0, 'the end of live updates');
      await devTools.send('Page.setWebLifecycleState', { state: 'frozen' });
      const app = await openApp(context, link);
      await answer(app, okDocument, 'Confirm');
      await app.getByText('Sign at DEMO').waitFor();
      await app.getByRole('button', { name: button }).click();
      if (button === 'Confirm') await signedPage(app);
      else await app.getByText(words.signingFailures.refused).waitFor();
      await devTools.send('Page.setWebLifecycleState', { state: 'active' });
      await setHidden(page, false);
      if (button === 'Confirm') return signedPage(page);
      await page.getByText(words.signingFailures.no_attempt).waitFor();
      expect(new URL(page.url()).pathname).to.equal('/sign/');
      await page.getByRole('link', { name: words.page.tryAgain }).click();
      await nextLink(page, link);
    });
  }

  it('explains itself in another browser, and in the first one says what to do and tries again', async () => {
    const { page } = await site().openLogin();
    const other = await site().open();
    const app = await openApp(other.context, await shownLink(page));
    await answer(app, okDocument, 'Confirm');
    await app.getByText(words.loginFailures.return_without_session).waitFor();
    expect(await app.getByRole('link', { name: words.page.tryAgain }).isVisible()).to.equal(true);
    await page.getByText(words.page.goOnInOtherTab).waitFor();
    expect(await page.locator('#qr-code').isVisible()).to.equal(false);
    await page.getByRole('link', { name: words.page.tryAgain }).click();
    await site().scan(page);
    await privatePage(page);
    // Whoever begins there gets in there.
    await app.getByRole('link', { name: words.page.tryAgain }).click();
    await site().scan(app);
    await privatePage(app);
  });

  it('says nothing of another browser to somebody who has gone on with the QR code', async () => {
    const { page } = await site().openLogin();
    const other = await site().openLogin();
    expect(await shownLink(other.page)).to.not.equal(await shownLink(page));
    await site().scan(page);
    await privatePage(page);
    expect(await messageOf(other.page)).to.equal('');
  });
});
