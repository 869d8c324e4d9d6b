/** The first program of docs/documents.md, by its commands and its code, word for word: it ends with a signed PDF of level LT. */

import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { contractPdf } from '../../example-app/contract.js';
import { findOnPath } from '../support/find-on-path.js';
import { said } from '../support/outside-tools.js';
import { scanQrCode } from '../support/phone.js';
import { listens, RunningCommand, requireFree } from '../support/running-command.js';
import { levelOfPdf } from '../support/signed-files.js';
import { Browser } from '../support/site.js';
import { documentsProgram } from './documentation.js';
import { installHere } from './installed-here.js';

const { program, file, simulatorCommand, siteCommand, packages, ports } = documentsProgram;
const maxLines = 30;

describe('The program of docs/documents.md', function () {
  this.timeout(120_000);
  let folder = '';
  let contract: Uint8Array;
  const running: RunningCommand[] = [];
  const start = (line: string) => {
    const command = new RunningCommand(line, folder, { npm_config_offline: 'true' });
    running.push(command);
    return command;
  };

  before(async () => {
    await requireFree(Object.values(ports));
    folder = installHere(packages);
    contract = await contractPdf({ title: 'A contract', text: 'It holds.' });
    writeFileSync(path.join(folder, 'contract.pdf'), contract);
    writeFileSync(path.join(folder, file), program);
  });
  after(async () => {
    await Promise.all(running.map((command) => command.stop()));
    if (folder) rmSync(folder, { recursive: true });
  });

  it(`has at most ${maxLines} lines of code`, () => {
    const lines = program.split('\n').filter((line) => line.trim() !== '');
    expect(lines.length).to.be.within(1, maxLines);
  });

  it('gives the person a signed PDF of level LT, and nobody else', async () => {
    const simulator = start(simulatorCommand);
    await simulator.isTrue(() => simulator.output.includes('Ctrl+C'));
    const [, mockUrl = ''] = /mock phone +(\S+)/.exec(simulator.output) ?? [];
    const site = start(siteCommand);
    await site.isTrue(() => listens(ports.site));

    const browser = new Browser(`http://localhost:${ports.site}`);
    const { body: page } = await browser.get('/sign/');
    const [, link = ''] = /<a href="(document\?[^"]*)"[^>]*>contract\.pdf<\/a>/.exec(page) ?? [];
    const shown = await fetch(`${browser.origin}/sign/${link}`, { headers: { cookie: await browser.cookies() } });
    expect(shown.headers.get('content-disposition')).to.equal('inline; filename=contract.pdf');
    expect(Buffer.from(await shown.arrayBuffer()).equals(contract)).to.equal(true);
    const { body: started } = await browser.post('/sign/start');
    await scanQrCode({ mockUrl }, { deviceLink: started.qrLink });
    const { status } = await browser.post('/sign/finish', { id: started.id });
    expect(status, site.output).to.equal(302);
    const { body: signedPage } = await browser.get(`/sign/signed?id=${started.id}`);
    const [, download = ''] = /href="(signed-document\?[^"]*)">Download signed\.pdf<\/a>/.exec(signedPage) ?? [];
    expect(signedPage).to.contain('href="/">Continue</a>');

    const response = await fetch(`${browser.origin}/sign/${download}`, {
      headers: { cookie: await browser.cookies() },
    });
    expect(response.headers.get('content-disposition')).to.equal('attachment; filename=signed.pdf');
    const pdf = Buffer.from(await response.arrayBuffer());
    expect(response.headers.get('content-type')).to.equal('application/pdf');
    expect(pdf.subarray(0, contract.length).equals(contract)).to.equal(true);
    expect(levelOfPdf(pdf)).to.equal('LT');
    if (findOnPath('pdfsig')) {
      writeFileSync(path.join(folder, 'signed.pdf'), pdf);
      expect(said('pdfsig', ['-nocert', 'signed.pdf'], folder)).to.contain('Signature Validation: Signature is Valid.');
    }
    expect((await new Browser(browser.origin).get(`/sign/${download}`)).status).to.equal(404);
  });
});
