/** The first program of the README, as somebody tries it who has nothing but the README: its commands and its code, word for word. */

import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { callbackByPhonePage, pathOf, scanQrCode } from '../support/phone.js';
import { listens, RunningCommand, requireFree } from '../support/running-command.js';
import { Browser } from '../support/site.js';
import { shortestProgram } from './documentation.js';
import { installHere } from './installed-here.js';

const origin = 'http://localhost:3000';
const { program, file, installCommand, simulatorCommand, siteCommand, packages, ports } = shortestProgram;

describe('The shortest program of the README', function () {
  this.timeout(120_000);
  let folder = '';
  const running: RunningCommand[] = [];
  const start = (line: string, environment: NodeJS.ProcessEnv = {}) => {
    const command = new RunningCommand(line, folder, { npm_config_offline: 'true', ...environment });
    running.push(command);
    return command;
  };

  before(async () => {
    expect(program).to.contain('smartIdRouter(');
    expect(installCommand).to.match(/^npm install passport-smart-id /);
    expect(simulatorCommand).to.match(/^npx smart-id-simulator /);
    expect(siteCommand).to.match(/ npx tsx \S+\.ts$/);
    await requireFree(Object.values(ports));
    folder = installHere(packages);
    writeFileSync(path.join(folder, file), program);
  });
  after(async () => {
    await Promise.all(running.map((command) => command.stop()));
    if (folder) rmSync(folder, { recursive: true });
  });

  let simulator: RunningCommand;
  let site: RunningCommand;
  const simulatorUrls = () => {
    const [, mockUrl = ''] = /mock phone +(\S+)/.exec(simulator.output) ?? [];
    const [, phoneUrl = ''] = /play the phone +(\S+)/.exec(simulator.output) ?? [];
    return { mockUrl, phoneUrl };
  };

  it('starts with two commands', async () => {
    simulator = start(simulatorCommand);
    await simulator.isTrue(() => simulator.output.includes('Ctrl+C'));
    site = start(siteCommand);
    await site.isTrue(() => listens(ports.site));
  });

  it('says the same of the simulator as the simulator', () => {
    for (const [, value = ''] of simulator.output.matchAll(/^ {4}\w+: (.+),$/gm)) {
      if (value === "'http://localhost:3000/login/callback'") continue;
      expect(program).to.contain(value);
    }
  });

  it('shows the login page to who is not logged in', async () => {
    const response = await fetch(`${origin}/private`);
    expect(response.url).to.equal(`${origin}/login/`);
    expect(await response.text()).to.contain('Smart-ID');
  });

  it('logs in by QR code', async () => {
    const browser = new Browser(origin);
    const { body } = await browser.post('/login/start');
    await scanQrCode(simulatorUrls(), { deviceLink: body.qrLink });
    expect((await browser.post('/login/finish', { id: body.id })).status).to.equal(302);
    expect((await browser.get('/private')).body).to.equal('Only for those who are logged in.');
  });

  it('logs in on the same device, at the callback URL of the program', async () => {
    const browser = new Browser(origin);
    const { body } = await browser.post('/login/start');
    const callbackUrl = await callbackByPhonePage(simulatorUrls().phoneUrl, body.web2AppLink);
    expect(callbackUrl).to.match(/^http:\/\/localhost:3000\/login\/callback\?/);
    expect((await browser.get(pathOf(callbackUrl))).status).to.equal(302);
    expect((await browser.get('/private')).body).to.equal('Only for those who are logged in.');
  });

  it('serves nobody without SESSION_SECRET', async () => {
    await site.stop();
    site = start(siteCommand.replace(/^SESSION_SECRET=\S+ /, ''));
    await site.isTrue(() => listens(ports.site));
    for (const [address, method] of [
      ['/login/start', 'POST'],
      ['/private', 'GET'],
    ]) {
      expect((await fetch(origin + address, { method })).status).to.equal(500);
    }
    await site.stop();
  });

  it('does not start with the live service and an address that is not https', async () => {
    const live = { SMART_ID_UUID: '6f2c1c3e-7d1c-4b59-9d0e-0f6c6a3f1a11', SMART_ID_NAME: 'Shop' };
    for (const SITE_URL of [undefined, 'http://localhost:3000', 'http://www.example.com']) {
      site = start(siteCommand, { ...live, SITE_URL });
      expect(await site.exit).to.equal(1);
      expect(site.output).to.contain('callbackURL must be an https URL');
    }
  });

  it('sends its cookie by https alone where it has an https address', async () => {
    site = start(siteCommand, { SITE_URL: 'https://www.example.com' });
    await site.isTrue(() => listens(ports.site));
    const response = await fetch(`${origin}/login/start`, { method: 'POST' });
    expect([response.status, response.headers.getSetCookie()]).to.deep.equal([500, []]);
    await site.isTrue(() => site.output.includes('The session cookie is Secure'));
  });
});
