/** The first program of the README, as somebody tries it who has nothing but the README: its commands and its code, word for word. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { pathOf, usePhone } from '../support/phone.js';
import { Browser } from '../support/site.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const origin = 'http://localhost:3000';
const ports = { site: 3000, simulator: 5080 };

const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const [, section = ''] = /## The shortest useful program\n([\s\S]*?)\n## /.exec(readme) ?? [];
const blocksOf = (text: string, language: string) =>
  [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, of]) => of === language)
    .map(([, , block = '']) => block);
const [program = ''] = blocksOf(readme, 'ts');
const [installCommand = '', simulatorCommand = '', siteCommand = ''] = blocksOf(section, 'sh').map((sh) => sh.trim());

/** Settings of who runs the tests would be settings that the README does not tell of. */
const { PATH, HOME } = process.env;
const environment = { PATH, HOME, npm_config_offline: 'true', npm_config_update_notifier: 'false' };

describe('The shortest program of the README', function () {
  this.timeout(60_000);
  let folder = '';
  const running: Command[] = [];

  class Command {
    output = '';
    readonly exit: Promise<number | null>;
    private readonly child: ChildProcess;

    constructor(line: string, more: NodeJS.ProcessEnv = {}) {
      // A group of its own: npx starts further processes, which must end with it.
      this.child = spawn('sh', ['-c', line], { cwd: folder, env: { ...environment, ...more }, detached: true });
      for (const stream of [this.child.stdout, this.child.stderr]) {
        stream?.on('data', (chunk) => {
          this.output += chunk;
        });
      }
      this.exit = once(this.child, 'close').then(([code]) => code as number | null);
      running.push(this);
    }

    async isTrue(condition: () => unknown): Promise<void> {
      for (let tries = 0; tries < 600; tries++) {
        if (await condition()) return;
        if (this.hasEnded) break;
        await wait(50);
      }
      throw new Error(`The command has said:\n${this.output}`);
    }

    get hasEnded(): boolean {
      return this.child.exitCode !== null || this.child.signalCode !== null;
    }

    async stop(): Promise<void> {
      if (!this.hasEnded && this.child.pid !== undefined) process.kill(-this.child.pid, 'SIGKILL');
      await this.exit;
    }
  }

  const listens = (port: number) =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, 'localhost');
      socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });

  /** As `npm install` would lay it out, but without the registry. */
  function install(): void {
    folder = mkdtempSync(path.join(tmpdir(), 'shortest-program-'));
    const modules = path.join(folder, 'node_modules');
    mkdirSync(path.join(modules, '.bin'), { recursive: true });
    for (const name of installCommand.replace(/^npm install /, '').split(' ')) {
      const installed = name === 'passport-smart-id' ? root : path.join(root, 'node_modules', name);
      symlinkSync(installed, path.join(modules, name));
      const { bin = {} } = JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8'));
      for (const [command, file] of Object.entries<string>(typeof bin === 'string' ? { [name]: bin } : bin)) {
        const script = `#!/bin/sh\nexec node '${path.join(installed, file)}' "$@"\n`;
        writeFileSync(path.join(modules, '.bin', command), script, { mode: 0o755 });
      }
    }
    writeFileSync(path.join(folder, 'package.json'), '{}');
    writeFileSync(path.join(folder, siteCommand.split(' ').at(-1) ?? ''), program);
  }

  before(async () => {
    expect(section).to.contain(program);
    expect(installCommand).to.match(/^npm install passport-smart-id /);
    expect(simulatorCommand).to.match(/^npx smart-id-simulator /);
    expect(siteCommand).to.match(/ npx tsx \S+\.ts$/);
    for (const port of Object.values(ports)) {
      if (await listens(port)) throw new Error(`Port ${port}, which the program needs, is in use.`);
    }
    install();
  });
  after(async () => {
    await Promise.all(running.map((command) => command.stop()));
    if (folder) rmSync(folder, { recursive: true });
  });

  let simulator: Command;
  let site: Command;
  const simulatorUrls = () => {
    const [, mockUrl = ''] = /mock phone +(\S+)/.exec(simulator.output) ?? [];
    return { mockUrl };
  };

  it('starts with two commands', async () => {
    simulator = new Command(simulatorCommand);
    await simulator.isTrue(() => simulator.output.includes('Ctrl+C'));
    site = new Command(siteCommand);
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
    await usePhone(simulatorUrls(), { deviceLink: body.qrLink, flowType: 'QR' });
    expect((await browser.post('/login/finish', { id: body.id })).status).to.equal(302);
    expect((await browser.get('/private')).body).to.equal('Only for those who are logged in.');
  });

  it('logs in on the same device, at the callback URL of the program', async () => {
    const browser = new Browser(origin);
    const { body } = await browser.post('/login/start');
    const use = { deviceLink: body.web2AppLink, flowType: 'Web2App' } as const;
    const { callbackUrl = '' } = await usePhone(simulatorUrls(), { ...use, browserCookie: 'none=1' });
    expect(callbackUrl).to.match(/^http:\/\/localhost:3000\/login\/callback\?/);
    expect((await browser.get(pathOf(callbackUrl))).status).to.equal(302);
    expect((await browser.get('/private')).body).to.equal('Only for those who are logged in.');
  });

  it('serves nobody without SESSION_SECRET', async () => {
    await site.stop();
    site = new Command(siteCommand.replace(/^SESSION_SECRET=\S+ /, ''));
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
      site = new Command(siteCommand, { ...live, SITE_URL });
      expect(await site.exit).to.equal(1);
      expect(site.output).to.contain('callbackURL must be an https URL');
    }
  });

  it('sends its cookie by https alone where it has an https address', async () => {
    site = new Command(siteCommand, { SITE_URL: 'https://www.example.com' });
    await site.isTrue(() => listens(ports.site));
    const response = await fetch(`${origin}/login/start`, { method: 'POST' });
    expect([response.status, response.headers.getSetCookie()]).to.deep.equal([500, []]);
    await site.isTrue(() => site.output.includes('The session cookie is Secure'));
  });
});
