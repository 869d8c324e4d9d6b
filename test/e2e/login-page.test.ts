/** What the login page shows on which device, and how a push goes. */

import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { wordsOf } from '../../lib/web/resolve-words.js';
import { until } from '../support/until.js';
import {
  answerPush,
  messageOf,
  phone,
  pushOf,
  qrOf,
  requestsOf,
  seenQr,
  shownLink,
  tablet,
  useExampleSite,
} from './example-site.js';

const words = wordsOf.en;

describe('The login page on different devices, in Chromium', function () {
  this.timeout(40_000);
  const site = useExampleSite();

  const privatePage = (page: Page) => page.waitForURL(`${site().origin}/private`);

  /** Enters a personal code of Estonia and asks for a push. */
  async function sendTo(page: Page, personalCode: string): Promise<void> {
    await page.getByText(words.login.byPersonalCode).click();
    await page.getByLabel(words.login.country).selectOption('EE');
    await page.getByLabel(words.login.personalCode).fill(personalCode);
    await page.getByRole('button', { name: words.page.sendToPhone }).click();
  }

  async function shownCode(page: Page): Promise<string> {
    await page.locator('#verification-code:visible').waitFor();
    return (await page.locator('#verification-code').textContent()) ?? '';
  }

  const top = async (page: Page, selector: string) => (await page.locator(selector).boundingBox())?.y ?? Number.NaN;
  const sessionOf = (link: string) => new URL(link).searchParams.get('sessionToken');

  it('leads with the QR code on a computer, with the link below it', async () => {
    const { page } = await site().openLogin();
    expect(await top(page, '#qr-code')).to.be.below(await top(page, '#open-app'));
    expect(await page.getByText(words.page.showQr, { exact: true }).isVisible(), 'nothing to open').to.equal(false);
    expect(await page.getByText(words.page.scan).isVisible()).to.equal(true);
  });

  it('leads with the link on a phone, with the QR code of the same session behind a word', async () => {
    const { page } = await site().open(phone);
    const requests = requestsOf(page);
    await page.goto(`${site().origin}/login/`);
    const link = await shownLink(page);
    expect(await page.locator('#open-app').isVisible()).to.equal(true);
    expect(await page.locator('#qr-code').isVisible()).to.equal(false);
    await page.getByText(words.page.showQr, { exact: true }).tap();
    expect(sessionOf(await qrOf(page))).to.equal(sessionOf(link));
    expect(await top(page, '#open-app')).to.be.below(await top(page, '#qr-code'));
    await site().scan(page);
    await privatePage(page);
    expect(requests.filter((request) => request === 'POST /login/start')).to.have.length(1);
  });

  it('shows both at once on a tablet, for one session', async () => {
    const { page } = await site().open(tablet);
    const requests = requestsOf(page);
    await page.goto(`${site().origin}/login/`);
    const link = await shownLink(page);
    expect(await page.locator('#open-app').isVisible()).to.equal(true);
    expect(sessionOf(await seenQr(page)), 'on the same screenful').to.equal(sessionOf(link));
    expect(requests.filter((request) => request === 'POST /login/start')).to.have.length(1);
  });

  it('sends a push at once from a computer', async () => {
    const { page } = await site().openLogin();
    const requests = requestsOf(page);
    await sendTo(page, '40504040001');
    const code = await shownCode(page);
    expect(await page.getByText(words.page.compareCode, { exact: true }).isVisible()).to.equal(true);
    await pushOf(site().simulator, code);
    expect(requests).to.not.include('POST /login/push');
    await answerPush(site().simulator, code, { documentNumber: 'PNOEE-40504040001-DEM0-Q' });
    await privatePage(page);
  });

  it('shows the code on a phone for two seconds at least before the push covers it', async () => {
    const { page } = await site().open(phone);
    await page.clock.install();
    await page.goto(`${site().origin}/login/`);
    await shownLink(page);
    const requests = requestsOf(page);
    await page.clock.pauseAt(Date.now() + 60_000);
    await sendTo(page, '50001029996');
    const code = await shownCode(page);
    expect(await page.getByText(words.page.rememberCode, { exact: true }).isVisible()).to.equal(true);
    await page.clock.runFor(2_000);
    // Whatever it has begun is heard of when it has answered this.
    await page.evaluate(() => fetch('.'));
    expect(requests).to.not.include('POST /login/push');
    await page.clock.runFor(1_000);
    await page.getByText(words.page.compareCode, { exact: true }).waitFor();
    expect(requests).to.include('POST /login/push');
    expect(await shownCode(page)).to.equal(code);
    await answerPush(site().simulator, code, { documentNumber: 'PNOEE-50001029996-DEMO-Q' });
    await privatePage(page);
  });

  it('goes back from a push to the other ways', async () => {
    const { page } = await site().openLogin();
    await sendTo(page, '40504040001');
    await shownCode(page);
    expect(await page.locator('#device-link').isVisible(), 'a link besides').to.equal(false);
    await page.getByRole('button', { name: words.page.otherWays }).click();
    await page.locator('#open-app:visible').waitFor();
    expect(await page.locator('#verification-code').isVisible()).to.equal(false);
    expect(await page.getByText(words.login.byPersonalCode).isVisible()).to.equal(true);
    await site().scan(page);
    await privatePage(page);
  });

  for (const [what, person, message] of [
    ['the wrong code was chosen', { personalCode: '40504040001', choice: 'wrong' }, words.loginFailures.wrong_vc],
    ['the account chooses a wrong code', { personalCode: '30403039972' }, words.loginFailures.wrong_vc],
    ['the push was refused', { personalCode: '40504040001', choice: 'refuse' }, words.loginFailures.not_completed],
    ['the account refuses', { personalCode: '30403039917' }, words.loginFailures.not_completed],
  ] as [string, { personalCode: string; choice?: 'wrong' | 'refuse' }, string][]) {
    it(`says what to do when ${what}, and tries again`, async () => {
      const { page } = await site().openLogin();
      await sendTo(page, person.personalCode);
      const code = await shownCode(page);
      await answerPush(site().simulator, code, { choice: person.choice });
      await page.getByText(message).waitFor();
      expect(await page.locator('#verification-code').isVisible()).to.equal(false);
      expect((await page.locator('main').textContent()) ?? '').to.not.contain(person.personalCode);
      await page.getByRole('link', { name: words.page.tryAgain }).click();
      await until(async () => (await messageOf(page)) === '', 'another attempt');
      await site().scan(page);
      await privatePage(page);
    });
  }

  it('shows what was asked for last, whichever answer comes first', async () => {
    const { page } = await site().open();
    let answerFirst = () => {};
    const first = new Promise<void>((resolve) => {
      answerFirst = resolve;
    });
    await page.route('**/start', async (route) => {
      if (!route.request().postDataJSON().flow) await first;
      await route.continue();
    });
    await page.goto(`${site().origin}/login/`);
    await sendTo(page, '40504040001');
    const code = await shownCode(page);
    const late = page.waitForResponse('**/start');
    answerFirst();
    await (await late).finished();
    await page.evaluate(() => fetch('.'));
    expect(await shownCode(page)).to.equal(code);
    await answerPush(site().simulator, code, { documentNumber: 'PNOEE-40504040001-DEM0-Q' });
    await privatePage(page);
  });
});
