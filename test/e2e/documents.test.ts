/** Documents that the signing page shows, in Chromium: by the keyboard, and with nothing in them that runs. */

import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import session from 'express-session';
import { SmartIdSigning } from 'passport-smart-id';
import { type PageDocument, smartIdSigningRouter } from 'passport-smart-id/web';
import type { Browser, BrowserContext, Download, Page } from 'playwright-core';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { launchChromium } from './chromium.js';

const script = '<script>document.title = "ran"; fetch("/ran")</script>';
const svg = `<svg xmlns="http://www.w3.org/2000/svg">${script}</svg>`;
const file = (name: string, contentType: string, text: string): PageDocument => ({
  name,
  contentType,
  content: Buffer.from(text),
});

describe('Documents on the signing page, in Chromium', function () {
  this.timeout(30_000);
  let chromium: Browser;
  let simulator: Simulator;
  let server: Server;
  let origin: string;
  let context: BrowserContext;
  let page: Page;
  let documents: PageDocument[];
  let ran = 0;

  before(async function () {
    chromium = await launchChromium(this);
    simulator = await startSimulator({ port: 0 });
    const app = express();
    server = app.listen(0);
    await once(server, 'listening');
    origin = `http://localhost:${(server.address() as AddressInfo).port}`;
    const { environment, relyingPartyUUID, relyingPartyName, trustAnchors } = simulator;
    const smartId = { environment, relyingPartyUUID, relyingPartyName, trustAnchors };
    const callbackURL = `${origin}/sign/callback`;
    const signing = new SmartIdSigning({ ...smartId, callbackURL }, () => ({ data: Buffer.from('any') }));
    app.use(session({ secret: 'test', resave: false, saveUninitialized: false }));
    app.use(
      '/sign',
      smartIdSigningRouter({ signing, start: () => ({}), signed() {}, documentsToSign: () => documents }),
    );
    app.get('/ran', (_req, res) => {
      ran += 1;
      res.sendStatus(204);
    });
  });
  after(async () => {
    await chromium?.close();
    server?.close();
    server?.closeAllConnections();
    await simulator?.close();
  });
  beforeEach(async () => {
    ran = 0;
    context = await chromium.newContext();
    page = await context.newPage();
  });
  afterEach(() => context.close());

  const link = (name: string) => page.getByRole('link', { name, exact: true });

  for (const document of [
    file('contract.html', 'text/html', `<!doctype html><title>calm</title>${script}`),
    file('contract.svg', 'image/svg+xml', svg),
    file(
      'contract.xhtml',
      'application/xhtml+xml',
      `<html xmlns="http://www.w3.org/1999/xhtml"><body>${script}</body></html>`,
    ),
    file('contract.bin', 'application/octet-stream', script),
  ]) {
    it(`download ${document.name}, and run nothing of it`, async () => {
      documents = [document];
      await page.goto(`${origin}/sign/`);
      // Where the tab is closed at once, since it shows nothing, the page that has opened it hears of the download.
      const downloading = new Promise<Download>((resolve) => {
        page.on('download', resolve);
        context.on('page', (tab) => tab.on('download', resolve));
      });
      await link(document.name).click();
      const download = await downloading;
      expect(download.suggestedFilename()).to.equal(document.name);
      expect(ran).to.equal(0);
    });
  }

  for (const document of [
    file('contract.txt', 'text/plain', `Leping ${script}`),
    // A site that gives another type than the bytes have.
    file('contract.png', 'image/png', script),
  ]) {
    it(`show ${document.name} in a tab that knows nothing of the page, and run nothing of it`, async () => {
      documents = [document];
      await page.goto(`${origin}/sign/`);
      const [tab] = await Promise.all([context.waitForEvent('page'), link(document.name).click()]);
      await tab.waitForLoadState();
      expect(await tab.evaluate('opener')).to.equal(null);
      // What is sandboxed is of no origin.
      expect(await tab.evaluate('origin')).to.equal('null');
      expect(await tab.title()).to.not.equal('ran');
      if (document.contentType === 'text/plain') {
        expect(await tab.locator('body').textContent()).to.equal(`Leping ${script}`);
      }
      expect(ran).to.equal(0);
    });
  }

  it('are opened by the keyboard, and the page goes on', async () => {
    documents = [file('Договор "7".txt', 'text/plain', 'Первый'), file('second.txt', 'text/plain', 'Second')];
    await page.goto(`${origin}/sign/`);
    await page.locator('#qr-code path[d]').waitFor({ state: 'attached' });
    for (const [name, text] of [
      ['Договор "7".txt', 'Первый'],
      ['second.txt', 'Second'],
    ]) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.textContent')).to.equal(name);
      const [tab] = await Promise.all([context.waitForEvent('page'), page.keyboard.press('Enter')]);
      await tab.getByText(text ?? '').waitFor();
      await tab.close();
    }
    expect(await page.getByRole('list', { name: 'What you sign:' }).getByRole('link').count()).to.equal(2);
    const before = await page.locator('#qr-code path').getAttribute('d');
    await page.waitForFunction((path) => document.querySelector('#qr-code path')?.getAttribute('d') !== path, before);
  });
});
