/** What people read on the screen when a login did not come about, and that they can try again. */

import { expect } from 'chai';
import type { BrowserContext, Page } from 'playwright-core';
import { wordsOf } from '../../lib/web/resolve-words.js';
import { otherSignature } from '../support/faults.js';
import { callbackAfter } from '../support/phone.js';
import { Browser as Visitor } from '../support/site.js';
import { realNow } from '../support/time.js';
import { until } from '../support/until.js';
import { answerPush, messageOf, nextLink, pushOf, qrOf, shownLink, useExampleSite } from './example-site.js';

const { loginFailures: failures, login, page: words } = wordsOf.en;

/** Longer than anybody waits for a confirmation. */
const overtime = 301_000;

describe('The outcomes of a login, in Chromium', function () {
  this.timeout(40_000);
  const site = useExampleSite();

  const privatePage = (page: Page) => page.waitForURL(`${site().origin}/private`);

  /** Reads it from the screen: nothing there tells of an account, and the next try logs in. */
  async function expectMessage(page: Page, message: string): Promise<void> {
    await page.locator('#try-again:visible').waitFor();
    expect(await messageOf(page)).to.equal(message);
    expect(await page.locator('#message').isVisible()).to.equal(true);
    expect(await page.locator('#device-link').isVisible()).to.equal(false);
    expect(await page.locator('#notification').isVisible()).to.equal(false);
    const told = await page.locator('main').innerText();
    // But for the example below the field.
    expect(told.replace(/^Example: .*/m, '')).to.not.match(/PNO|\d{4}/);
    expect(page.url()).to.not.match(/PNO|\d{6}/);
    await page.getByRole('link', { name: words.tryAgain }).click();
    await page.locator('#open-app:visible').waitFor();
    expect(await messageOf(page)).to.equal('');
    expect(await page.locator('#try-again').isVisible()).to.equal(false);
    await site().scan(page);
    await privatePage(page);
  }

  /** Names a person of Estonia and presses a button. */
  async function name(page: Page, personalCode: string, button: string): Promise<void> {
    await page.getByText(login.byPersonalCode).click();
    await page.getByLabel(login.country).selectOption('EE');
    await page.getByLabel(login.personalCode).fill(personalCode);
    await page.getByRole('button', { name: button }).click();
  }

  async function nameByLink(page: Page, personalCode: string): Promise<void> {
    const before = await shownLink(page);
    await name(page, personalCode, login.showQrForPerson);
    await nextLink(page, before);
  }

  for (const [what, documentNumber, message] of [
    ['was refused', 'PNOEE-30403039917-MOCK-Q', failures.not_completed],
    ['was refused at its text', 'PNOEE-30403039928-MOCK-Q', failures.not_completed],
    ['came too late', 'PNOEE-30403039983-MOCK-Q', failures.not_completed],
    ['meets an app that cannot ask', 'PNOEE-00000000003-SIMU-Q', failures.not_completed],
    ['meets an account that cannot be used', 'PNOEE-00000000007-SIMU-Q', failures.not_completed],
    ['meets a document that cannot be used', 'PNOEE-00000000002-SIMU-Q', failures.not_completed],
    ['ends in an error of the service', 'PNOEE-00000000006-SIMU-Q', failures.other],
  ] as const) {
    it(`says what to do when a login ${what}, and tries again`, async () => {
      const { page } = await site().openLogin();
      await site().scan(page, documentNumber);
      await expectMessage(page, message);
    });
  }

  it('says the same when nobody confirms', async () => {
    const { page } = await site().openLogin();
    site().pass(overtime);
    await expectMessage(page, failures.not_completed);
  });

  it('says the same when the service does not know the session any more', async () => {
    site().simulator.faults.add({ on: 'session', status: 404, times: 1 });
    const { page } = await site().open();
    await page.goto(`${site().origin}/login/`);
    await expectMessage(page, failures.not_completed);
  });

  it('says the same, and no sooner, of a person without an account by the link', async () => {
    const { page } = await site().openLogin();
    await nameByLink(page, '10101010005');
    await qrOf(page);
    site().pass(overtime);
    await page.locator('#try-again:visible').waitFor();
    await expectMessage(page, failures.not_completed);
  });

  it('says the same, and no sooner, of a person without an account by push', async () => {
    const { page } = await site().openLogin();
    await name(page, '10101010005', words.sendToPhone);
    await page.locator('#verification-code:visible').waitFor();
    expect(await page.locator('#verification-code').textContent()).to.match(/^\d{4}$/);
    site().pass(overtime);
    await expectMessage(page, failures.not_completed);
  });

  for (const status of [471, 472]) {
    it(`says the same, and no sooner, of a person whom the service does not take (${status})`, async () => {
      const { page } = await site().openLogin();
      site().simulator.faults.add({ on: 'create', status, times: 1 });
      await nameByLink(page, '40404040009');
      await qrOf(page);
      expect(await messageOf(page)).to.equal('');
      site().pass(overtime);
      await expectMessage(page, failures.not_completed);
    });
  }

  it('says the same, and no sooner, of a person who has no account of the level', async () => {
    const { page } = await site().openLogin();
    const code = 'NO_SUITABLE_ACCOUNT_FOUND';
    site().simulator.faults.add({ on: 'create', status: 404, times: 1, body: { status: 404, errors: [{ code }] } });
    await nameByLink(page, '40404040009');
    await qrOf(page);
    expect(await messageOf(page)).to.equal('');
    site().pass(overtime);
    await expectMessage(page, failures.not_completed);
  });

  it('says the same, and no sooner, of a push that the person let pass', async () => {
    const { page } = await site().openLogin();
    await name(page, '30403039983', words.sendToPhone);
    await page.locator('#verification-code:visible').waitFor();
    const code = (await page.locator('#verification-code').textContent()) ?? '';
    await answerPush(site().simulator, code);
    // The service has said so to the site when it says nothing to the page.
    await until(async () => !(await isWaiting(code)), 'the end of the push');
    expect(await messageOf(page)).to.equal('');
    site().pass(overtime);
    await expectMessage(page, failures.not_completed);
  });

  async function isWaiting(code: string): Promise<boolean> {
    const pushes = await (await fetch(`${site().simulator.phoneUrl}/pushes`)).json();
    return pushes.some(({ verificationCodes }: { verificationCodes: string[] }) => verificationCodes.includes(code));
  }

  for (const [what, tamper] of [
    ['signature', otherSignature],
    [
      'challenge',
      (body: any) => {
        if (body.signature) body.signature.serverRandom = Buffer.alloc(24, 1).toString('base64');
        return body;
      },
    ],
  ] as const) {
    it(`logs nobody in with another ${what}, and says that it could not be verified`, async () => {
      site().simulator.faults.add({ on: 'session', tamper });
      const { page } = await site().openLogin();
      await site().scan(page);
      await page.getByText(failures.not_verified).waitFor();
      site().simulator.faults.clear();
      await expectNobody(page);
      await expectMessage(page, failures.not_verified);
    });
  }

  it('logs nobody in by a certificate that was revoked', async () => {
    const { page } = await site().openLogin();
    await site().scan(page, 'PNOEE-00000000008-SIMU-Q');
    await page.getByText(failures.not_verified).waitFor();
    await expectNobody(page);
    await expectMessage(page, failures.not_verified);
  });

  async function expectNobody(page: Page): Promise<void> {
    const response = await page.request.get(`${site().origin}/private`, { maxRedirects: 0 });
    expect(response.headers().location).to.equal('/login');
  }

  it('says that a login was used already, to the slower of two that end in the same failure', async () => {
    site().simulator.faults.add({
      on: 'session',
      tamper: otherSignature,
    });
    const { context, page } = await site().openLogin();
    const id = await idOf(page);
    const deviceLink = await qrOf(page);
    await page.goto('about:blank');
    await site().use(deviceLink);
    const addresses = await Promise.all([finish(context, id), finish(context, id)]);
    site().simulator.faults.clear();
    const codes = addresses.map((address) => new URL(address).searchParams.get('failed'));
    // The slower one has seen the attempt before the other took it, or comes when it is gone.
    const slower = codes[0] === 'not_verified' ? 1 : 0;
    expect(codes[1 - slower]).to.equal('not_verified');
    expect(codes[slower]).to.be.oneOf(['already_used', 'no_attempt']);
    await page.goto(addresses[slower] ?? '');
    await expectMessage(page, failures[codes[slower] as 'already_used' | 'no_attempt']);
  });

  /** Posts the form of the page, and gives where it leads. */
  async function finish(context: BrowserContext, id: string): Promise<string> {
    const url = `${site().origin}/login/finish`;
    const headers = { origin: site().origin };
    const response = await context.request.post(url, { form: { id }, headers, maxRedirects: 0 });
    return new URL(response.headers().location ?? '', url).href;
  }

  async function idOf(page: Page): Promise<string> {
    return page.evaluate(() => Object.values(localStorage)[0]);
  }

  it('explains itself in another browser than the one that began', async () => {
    const { page } = await site().openLogin();
    const address = await callbackAfter(site().simulator, { deviceLink: await shownLink(page), flowType: 'Web2App' });
    const other = await site().open();
    await other.page.goto(address);
    await expectMessage(other.page, failures.return_without_session);
  });

  it('says that there is nothing to finish any more where the login is gone', async () => {
    const { context, page } = await site().openLogin();
    const id = await idOf(page);
    await context.clearCookies();
    await page.goto(await finish(context, id));
    await expectMessage(page, failures.no_attempt);
  });

  it('says to wait when too many logins were begun, and lets in whoever has waited', async () => {
    const { context, page } = await site().openLogin();
    const url = `${site().origin}/login/start`;
    const starts = Array.from({ length: 29 }, () => context.request.post(url, { data: {} }));
    for (const response of await Promise.all(starts)) expect(response.status()).to.equal(200);
    await name(page, '40504040001', words.sendToPhone);
    await page.getByText(failures.too_many_starts).waitFor();
    await page.getByRole('link', { name: words.tryAgain }).click();
    await page.getByText(failures.too_many_starts).waitFor();
    // Starts are counted by the time of the process.
    Date.now = () => realNow() + overtime;
    try {
      await expectMessage(page, failures.too_many_starts);
    } finally {
      Date.now = realNow;
    }
  });

  it('says to wait when one person was sent too many pushes', async () => {
    for (let count = 0; count < 10; count++) {
      const visitor = new Visitor(site().origin);
      const choice = { flow: 'notification', country: 'EE', personalCode: '50001029996' };
      expect((await visitor.post('/login/start', choice)).status).to.equal(200);
    }
    const { page } = await site().openLogin();
    await name(page, '50001029996', words.sendToPhone);
    await expectMessage(page, failures.too_many_starts);
  });

  it('says which person is meant wrongly, without a word of an account', async () => {
    const { page } = await site().openLogin();
    await name(page, '40404040008', words.sendToPhone);
    expect(await page.locator('#choice-error').innerText()).to.equal(login.wrongPersonalCode);
    await page.getByLabel(login.personalCode).fill('40504040001');
    expect(await page.locator('#choice-error').isVisible()).to.equal(false);
    await page.getByRole('button', { name: words.sendToPhone }).click();
    await page.locator('#verification-code:visible').waitFor();
    const code = (await page.locator('#verification-code').textContent()) ?? '';
    expect((await pushOf(site().simulator, code)).accounts).to.deep.equal(['PNOEE-40504040001-DEM0-Q']);
  });
});
