/** The example site makes signed files, which programs of other people judge. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import express from 'express';
import { createApp, type Site } from '../../example-app/app.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { judgePdf, trustingDatabase, written } from '../support/judges.js';
import { listen } from '../support/listen.js';
import { needTools, said } from '../support/outside-tools.js';
import { expectContainer, levelOfPdf } from '../support/signed-files.js';
import { Browser } from '../support/site.js';

describe('Signing on the example site', function () {
  this.timeout(30_000);
  let simulator: Simulator;
  let folder: string;
  const sites: { close(): Promise<void> }[] = [];

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    folder = mkdtempSync(path.join(tmpdir(), 'signed-'));
  });
  after(async () => {
    for (const site of sites) await site.close();
    await simulator.close();
    rmSync(folder, { recursive: true });
  });

  async function browserOf(timestampAuthority: Site['timestampAuthority']): Promise<Browser> {
    const { environment, relyingPartyUUID, relyingPartyName, trustAnchors } = simulator;
    const smartId = { environment, relyingPartyUUID, relyingPartyName, trustAnchors };
    const app = express();
    const site = await listen(app);
    sites.push(site);
    app.use(createApp({ smartId, timestampAuthority, origin: site.origin, sessionSecret: 'test' }));
    return new Browser(site.origin);
  }

  /** What a person gets who scans the QR code, signs and downloads the file. */
  async function signed(browser: Browser, reference: string, documentNumber?: string): Promise<Buffer> {
    const { body: view } = await browser.post('/sign/start', { reference });
    await simulator.phone.confirm(view, { documentNumber });
    await browser.settled(view.id, '/sign/status', 10_000);
    expect((await browser.post('/sign/finish', { id: view.id })).status).to.equal(302);
    const [, address = ''] =
      /href="(signed-document\?[^"]+)"/.exec((await browser.get(`/sign/signed?id=${view.id}`)).body) ?? [];
    const { name, content } = await fileAt(browser, address);
    expect(name).to.equal(reference);
    return content;
  }

  /** What the link of a page leads to, by its address in the folder of the page. */
  async function fileAt(browser: Browser, address: string): Promise<{ name?: string; content: Buffer }> {
    const response = await fetch(`${browser.origin}/sign/${address}`, { headers: { cookie: await browser.cookies() } });
    const [, name] = /filename=(\S+)$/.exec(response.headers.get('content-disposition') ?? '') ?? [];
    return { name, content: Buffer.from(await response.arrayBuffer()) };
  }

  /** What the page shows before. */
  async function shown(browser: Browser, reference: string): Promise<{ name?: string; content: Buffer }> {
    const { body } = await browser.get(`/sign/?reference=${reference}`);
    const [, address = ''] = /href="(document\?[^"]+)"/.exec(body) ?? [];
    return fileAt(browser, address.replaceAll('&#38;', '&'));
  }

  const timestampAuthority = () => ({
    url: simulator.timestampUrl,
    trustAnchors: simulator.timestampTrustAnchors,
  });

  it('gives a PDF of level LT, which pdfsig finds valid and which shows who has signed', async function () {
    needTools(this, 'pdfsig', 'certutil', 'pdftotext');
    const pdf = await signed(await browserOf(timestampAuthority()), 'contract.pdf', 'PNOLV-040404-10003-DEMO-Q');
    const judgement = judgePdf(folder, pdf, trustingDatabase(folder, simulator));
    expect(judgement).to.contain('Signature Type: ETSI.CAdES.detached');
    expect(judgement).to.contain('Signature Validation: Signature is Valid.');
    expect(levelOfPdf(pdf)).to.equal('LT');
    const text = said('pdftotext', [written(folder, 'shown.pdf', pdf), '-']);
    expect(text).to.match(/Signed with Smart-ID by\s+ŅEMAINĪGA TESTNUMBER\s+\d{4}-\d\d-\d\d \d\d:\d\d UTC/);
  });

  it('shows before what is signed then, to the byte', async function () {
    needTools(this, 'unzip');
    const browser = await browserOf(undefined);
    const before = await shown(browser, 'contract.pdf');
    const pdf = await signed(browser, 'contract.pdf');
    expect(before.name).to.equal('contract.pdf');
    expect(pdf.subarray(0, before.content.length).equals(before.content)).to.equal(true);
    const { name = '', content } = await shown(browser, 'contract.asice');
    const container = written(folder, 'shown.asice', await signed(browser, 'contract.asice'));
    expect(said('unzip', ['-p', container, name])).to.equal(content.toString());
  });

  it('gives a container of level LT, signed with RSASSA-PSS', async function () {
    needTools(this, 'unzip');
    const container = await signed(await browserOf(timestampAuthority()), 'contract.asice');
    await expectContainer(folder, container, 'LT');
  });

  it('gives files of level B where nobody is asked for timestamps', async function () {
    needTools(this, 'unzip');
    const browser = await browserOf(undefined);
    await expectContainer(folder, await signed(browser, 'contract.asice'), 'B');
    expect(levelOfPdf(await signed(await browserOf(undefined), 'contract.pdf'))).to.equal('B');
  });

  it('asks nobody to sign while the timestamp authority is out of reach', async () => {
    const browser = await browserOf({ ...timestampAuthority(), url: 'http://127.0.0.1:9/tsa' });
    const { error } = console;
    const told: unknown[] = [];
    console.error = (problem: unknown) => void told.push(problem);
    try {
      const { body: view } = await browser.post('/sign/start', { reference: 'contract.pdf' });
      await simulator.phone.confirm(view);
      // The first answer after the choice of the account is the error page.
      await browser.settled(view.id, '/sign/status', 10_000);
      const { state, code } = await browser.settled(view.id, '/sign/status', 10_000);
      expect({ state, code }).to.deep.equal({ state: 'failed', code: 'not_begun' });
      expect(String(told)).to.contain('The timestamp authority cannot be reached');
    } finally {
      console.error = error;
    }
  });
});
