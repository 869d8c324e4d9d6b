/** Chromium signs on the example site, as a person would, and programs of other people judge what comes out. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import type { BrowserContext, Page } from 'playwright-core';
import type { Simulator } from '../../lib/simulator/index.js';
import { judgePdf, trustingDatabase } from '../support/judges.js';
import { needTools, said } from '../support/outside-tools.js';
import { okDocument, usePhone } from '../support/phone.js';
import { expectContainer, levelOfPdf } from '../support/signed-files.js';
import { answer, ExampleSite, messageOf, seenQr, shownLink, signedUrl } from './example-site.js';

describe('Signing on the example site in Chromium', function () {
  this.timeout(40_000);
  let site: ExampleSite;
  let simulator: Simulator;
  let origin: string;
  let context: BrowserContext;
  let page: Page;
  let folder: string;
  let database: string;

  before(async function () {
    needTools(this, 'pdfsig', 'certutil', 'unzip');
    site = await ExampleSite.start(this);
    ({ simulator, origin } = site);
    folder = mkdtempSync(path.join(tmpdir(), 'signed-'));
    database = trustingDatabase(folder, simulator);
  });
  after(async () => {
    await site?.close();
    if (folder) rmSync(folder, { recursive: true });
  });
  beforeEach(() => open());
  afterEach(async () => {
    await context.close();
    site.expectNoProblems();
  });

  async function open(options?: Parameters<ExampleSite['open']>[0]): Promise<void> {
    await context?.close();
    ({ context, page } = await site.open(options));
  }

  async function logIn(documentNumber = okDocument): Promise<void> {
    await page.goto(`${origin}/login`);
    await usePhone(simulator, { deviceLink: await seenQr(page), flowType: 'QR', documentNumber });
    await page.waitForURL(`${origin}/private`);
  }

  /** What the person gets by the link of this name. */
  async function downloaded(name: string): Promise<Buffer> {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByText(name, { exact: true }).click(),
    ]);
    return readFileSync(await download.path());
  }

  function expectValidPdf(pdf: Buffer, signer: string): void {
    const judgement = judgePdf(folder, pdf, database);
    expect(judgement).to.contain('Signature Validation: Signature is Valid.');
    expect(levelOfPdf(pdf)).to.equal('LT');
    expect(judgement).to.contain(signer);
    const altered = Buffer.from(pdf);
    const position = pdf.indexOf('stream') + 10;
    altered.writeUInt8(altered.readUInt8(position) ^ 1, position);
    expect(judgePdf(folder, altered, database)).to.contain('Signature Validation: Digest Mismatch.');
  }

  /** Goes on from the page that gives the signed file. */
  async function goOn(path: string): Promise<void> {
    await page.waitForURL(signedUrl);
    await page.getByRole('link', { name: 'Continue' }).click();
    await page.waitForURL(`${origin}${path}`);
  }

  const expectValidContainer = (container: Buffer) => expectContainer(folder, container, 'LT');

  const history = () => page.locator('tbody tr').allTextContents();

  it('signs a PDF with the account that is logged in, by the QR code on the screen', async () => {
    await logIn();
    await page.getByRole('link', { name: 'Sign a PDF' }).click();
    const deviceLink = await seenQr(page);
    expect(deviceLink).to.contain('sessionType=sign');
    await usePhone(simulator, { deviceLink, flowType: 'QR' });
    await goOn('/private');
    expect((await history())[0]).to.match(/Signed contract\.pdf\s*QR/);
    expectValidPdf(await downloaded('Signed contract.pdf'), 'TESTNUMBER,OK');
  });

  it('shows what will be signed, and gives it when it is signed', async () => {
    await page.goto(origin);
    await page.getByRole('link', { name: 'Sign a container' }).click();
    const deviceLink = await seenQr(page);
    await page.getByText('What you sign:').waitFor();
    const [tab] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('link', { name: 'contract.txt' }).click(),
    ]);
    await tab.getByText('Whoever has signed this').waitFor();
    const text = (await tab.locator('body').textContent()) ?? '';
    await tab.close();
    // The page has gone on with the same attempt.
    await usePhone(simulator, { deviceLink, flowType: 'QR', documentNumber: 'PNOLV-040404-10003-DEMO-Q' });
    await page.waitForURL(signedUrl);
    expect(await page.title()).to.equal('Signed');
    const container = await downloaded('Download contract.asice');
    await expectValidContainer(container);
    writeFileSync(path.join(folder, 'signed.asice'), container);
    expect(said('unzip', ['-p', path.join(folder, 'signed.asice'), 'contract.txt'])).to.equal(text);
    await page.reload();
    expect(await downloaded('Download contract.asice')).to.deep.equal(container);
    const other = await site.open();
    const addressOf = async (name: string) =>
      new URL((await page.getByRole('link', { name }).getAttribute('href')) ?? '', page.url()).href;
    expect((await other.page.request.get(await addressOf('Download'))).status()).to.equal(404);
    await other.page.goto(page.url());
    expect(await messageOf(other.page)).to.contain('There is no unfinished signing here any more');
    await other.context.close();
    await page.getByRole('link', { name: 'Continue' }).click();
    await page.waitForURL(`${origin}/`);
  });

  it('signs a container with the account that is logged in, by the link on the same device', async () => {
    await logIn();
    await page.getByRole('link', { name: 'Sign a container' }).click();
    await page.locator('#open-app[href]').click();
    await answer(page, okDocument, 'Confirm');
    await goOn('/private');
    expect((await history())[0]).to.match(/Signed contract\.asice\s*Web2App/);
    await expectValidContainer(await downloaded('Signed contract.asice'));
  });

  it('signs by push with the code that the phone shows too', async () => {
    await logIn('PNOLV-050405-10009-DEM0-Q');
    await page.getByRole('link', { name: 'Sign a PDF' }).click();
    await page.getByRole('button', { name: 'Send to my phone' }).click();
    await page.locator('#verification-code:visible').waitFor();
    const code = (await page.locator('#verification-code').textContent()) ?? '';
    const phone = await context.newPage();
    await phone.goto(simulator.phoneUrl);
    await phone.locator('#pushes button').first().click();
    await phone.locator('#code-choices').getByText(code).click();
    await phone.getByRole('button', { name: 'Confirm' }).click();
    await goOn('/private');
    expect((await history())[0]).to.match(/Signed contract\.pdf\s*Notification/);
  });

  it('lets somebody sign who has not logged in, by one QR code', async () => {
    await page.goto(origin);
    await page.getByRole('link', { name: 'Sign a PDF' }).click();
    const deviceLink = await seenQr(page);
    expect(deviceLink).to.contain('sessionType=cert');
    expect(await page.getByRole('button', { name: 'Send to my phone' }).count(), 'a push to nobody').to.equal(0);
    const phone = await context.newPage();
    await phone.goto(deviceLink);
    await answer(phone, 'PNOLV-040404-10003-DEMO-Q', 'Confirm');
    await page.getByText('Stay in the Smart-ID app').waitFor();
    expect(await page.locator('#qr-code').isVisible(), 'the link is gone once somebody has chosen').to.equal(false);
    expect(await page.locator('#open-app').isVisible()).to.equal(false);
    await phone.getByText('Sign at DEMO').waitFor();
    await phone.getByRole('button', { name: 'Confirm' }).click();
    await page.waitForURL(signedUrl);
    const pdf = await downloaded('Download contract.pdf');
    expect(pdf.subarray(0, 5).toString()).to.equal('%PDF-');
    // The person's own page has it too, after a login.
    await logIn('PNOLV-040404-10003-DEMO-Q');
    expect(await downloaded('Signed contract.pdf')).to.deep.equal(pdf);
  });

  it('lets somebody sign on the same device, with the app opened once', async () => {
    await open({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });
    await page.goto(origin);
    await page.getByRole('link', { name: 'Sign a container' }).tap();
    const phone = await context.newPage();
    await phone.goto(await shownLink(page));
    await answer(phone, okDocument, 'Confirm');
    await phone.getByText('Sign at DEMO').waitFor();
    await phone.getByRole('button', { name: 'Confirm' }).click();
    await phone.waitForURL(signedUrl);
    // The tab that the person left moves on by itself.
    await page.waitForURL(signedUrl);
    await expectValidContainer(await downloaded('Download contract.asice'));
  });

  it('goes on while the tab that the person left is asleep', async () => {
    await page.goto(`${origin}/sign/?reference=contract.pdf`);
    const link = await shownLink(page);
    await page.route('**/status*', (route) => route.abort());
    const phone = await context.newPage();
    await phone.goto(link);
    await answer(phone, okDocument, 'Confirm');
    await phone.getByText('Sign at DEMO').waitFor();
    await phone.getByRole('button', { name: 'Confirm' }).click();
    await phone.waitForURL(signedUrl);
  });

  it('comes back to the same thing after a refusal on the same device', async () => {
    await page.goto(`${origin}/sign/?reference=contract.pdf`);
    await page.locator('#open-app[href]').click();
    await answer(page, okDocument, 'Refuse');
    await page.getByText('You refused to sign').waitFor();
    // The script has taken the failure out of the address by then.
    await page.waitForURL((url) => !url.searchParams.has('failed'));
    await page.reload();
    await page.locator('#open-app[href]').click();
    await answer(page, okDocument, 'Confirm');
    await page.getByText('Sign at DEMO').waitFor();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.waitForURL(signedUrl);
  });

  it('does not sign in another browser than the one that began', async () => {
    const documentNumber = 'PNOLT-40404040009-MOCK-Q';
    await page.goto(`${origin}/sign/?reference=contract.pdf`);
    const link = await shownLink(page);
    const other = await site.open();
    await other.page.goto(link);
    await answer(other.page, documentNumber, 'Confirm');
    await other.page.getByText('Sign at DEMO').waitFor();
    await other.page.getByRole('button', { name: 'Confirm' }).click();
    await other.page.getByText('default browser').waitFor();
    await other.context.close();
    await logIn(documentNumber);
    expect((await history()).join())
      .to.contain('Logged in')
      .and.not.contain('Signed');
  });

  it('says that nothing was signed after a refusal, and tries the same again', async () => {
    await page.goto(`${origin}/sign/?reference=contract.asice`);
    const documentNumber = 'PNOEE-30403039917-MOCK-Q';
    await usePhone(simulator, { deviceLink: await seenQr(page), flowType: 'QR', documentNumber });
    await page.getByText('Nothing was signed').waitFor();
    expect(await page.locator('#message').textContent()).to.not.contain('refused');
    await page.getByRole('link', { name: 'Try again' }).click();
    await usePhone(simulator, { deviceLink: await seenQr(page), flowType: 'QR' });
    await page.waitForURL(signedUrl);
    await expectValidContainer(await downloaded('Download contract.asice'));
  });

  it('keeps what somebody has signed from everybody else', async () => {
    await logIn();
    await page.getByRole('link', { name: 'Sign a PDF' }).click();
    await usePhone(simulator, { deviceLink: await seenQr(page), flowType: 'QR' });
    await goOn('/private');
    const address = await page.getByText('Signed contract.pdf').first().getAttribute('href');
    const other = await site.open();
    expect((await other.page.request.get(`${origin}${address}`)).status()).to.equal(404);
    await other.context.close();
  });

  it('has nothing to sign for an address that somebody made up', async () => {
    for (const reference of ['constructor', '../../etc/passwd', '<script>alert(1)</script>', '']) {
      await page.goto(`${origin}/sign/?${new URLSearchParams({ reference })}`);
      await page.getByText('There is nothing to sign here').waitFor();
    }
  });
});
