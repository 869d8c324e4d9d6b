import { type ChildProcess, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { SmartIdStrategy, type SmartIdStrategyOptions } from '../../lib/index.js';
import { toPem } from '../../lib/simulator/pki/certificate.js';
import { deviceLinkRequest, post, startQuickSimulator } from './support.js';

describe('The command smart-id-simulator', () => {
  const command = fileURLToPath(new URL('../../lib/simulator/command.ts', import.meta.url));
  // The commands run in other folders too.
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const running: ChildProcess[] = [];
  const folders: string[] = [];
  after(() => {
    for (const child of running) child.kill('SIGKILL');
  });

  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
  });

  async function createFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'simulator-'));
    folders.push(folder);
    return folder;
  }

  function run(options: string[], cwd = process.cwd()) {
    const child = spawn(process.execPath, ['--import', tsx, command, ...options], { cwd });
    running.push(child);
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      output.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output.stderr += chunk;
    });
    const exit = once(child, 'exit').then(([code]) => code as number | null);
    const isUp = async () => {
      while (!output.stdout.includes('Ctrl+C')) await once(child.stdout, 'data');
    };
    const stop = () => {
      child.kill('SIGTERM');
      return exit;
    };
    return { output, exit, isUp, stop };
  }

  it('says where everything is, serves it, and stops on a signal', async () => {
    const folder = await createFolder();
    const [file = '', timestampsFile = '', rootFile = ''] = ['anchors', 'timestamps', 'root'].map((name) =>
      join(folder, `${name}.pem`),
    );
    const files = ['--trust-anchors', file, '--timestamp-anchors', timestampsFile, '--root', rootFile];
    const { output, isUp, stop } = run(['--port', '0', ...files]);
    await isUp();
    const phonePage = /play the phone +(\S+)/.exec(output.stdout)?.[1] ?? '';
    expect((await fetch(phonePage)).status).to.equal(200);
    const anchors = await (await fetch(new URL('/trust-anchors.pem', phonePage))).text();
    expect(await readFile(file, 'utf8')).to.equal(anchors);
    const timestampAnchors = await (await fetch(new URL('/timestamp-trust-anchors.pem', phonePage))).text();
    expect(await readFile(timestampsFile, 'utf8')).to.equal(timestampAnchors);
    expect(output.stdout).to.contain(`/timestamp-trust-anchors.pem, written to ${timestampsFile}`);
    const root = await (await fetch(new URL('/root.pem', phonePage))).text();
    expect(await readFile(rootFile, 'utf8')).to.equal(root);
    expect(new X509Certificate(anchors).checkIssued(new X509Certificate(root))).to.equal(true);
    expect(output.stdout).to.contain(`their root      ${new URL('/root.pem', phonePage).href}, written to ${rootFile}`);
    expect(output.stdout).to.contain(`${new URL(phonePage).origin}/v3`);
    expect(await stop()).to.equal(0);
    expect(output.stderr).to.equal('');
  });

  for (const [option, expected] of [
    [undefined, 403],
    ['--advanced', 200],
  ] as const) {
    it(`answers a request for the level ADVANCED with ${expected}: ${option ?? 'no option'}`, async () => {
      const { output, isUp, stop } = run(['--port', '0', ...(option ? [option] : [])]);
      await isUp();
      const baseUrl = /RP API +(\S+)/.exec(output.stdout)?.[1] ?? '';
      const request = deviceLinkRequest({ certificateLevel: 'ADVANCED' });
      const { status } = await post(`${baseUrl}/authentication/device-link/anonymous`, request);
      expect(status).to.equal(expected);
      await stop();
    });
  }

  /** As somebody pastes them who writes a site. */
  async function optionsIn(stdout: string): Promise<SmartIdStrategyOptions> {
    const [lines] = /(?: {4}\w+: .+,\n)+/.exec(stdout) ?? [];
    const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
    return AsyncFunction(`return {\n${lines}}`)();
  }

  for (const [typed, printed] of [
    ['anchors.pem', './anchors.pem'],
    ["it's.pem", "./it's.pem"],
    ['./anchors.pem', './anchors.pem'],
    [undefined, undefined],
  ] as const) {
    it(`says what a strategy is made with: ${typed ?? 'without a file'}`, async () => {
      const folder = await createFolder();
      const file = typed === undefined ? [] : ['--trust-anchors', typed];
      const { output, isUp, stop } = run(['--port', '0', ...file], folder);
      await isUp();
      const options = await optionsIn(output.stdout);
      expect(options).to.have.all.keys(
        'environment',
        'relyingPartyUUID',
        'relyingPartyName',
        'trustAnchors',
        'callbackURL',
      );
      if (printed !== undefined) {
        expect(options.trustAnchors).to.equal(printed);
        options.trustAnchors = join(folder, printed);
      }
      expect(() => new SmartIdStrategy(options, async () => false)).not.to.throw();
      await stop();
    });
  }

  for (const option of ['--trust-anchors', '--timestamp-anchors']) {
    it(`replaces what a simulator before it has written: ${option}`, async () => {
      const file = join(await createFolder(), 'anchors.pem');
      await writeFile(file, '');
      const written: string[] = [];
      for (let count = 0; count < 2; count++) {
        const { isUp, stop } = run(['--port', '0', option, file]);
        await isUp();
        await stop();
        written.push(await readFile(file, 'utf8'));
      }
      expect(written[0]).to.match(/^-----BEGIN CERTIFICATE-----/);
      expect(written[1])
        .to.match(/^-----BEGIN CERTIFICATE-----/)
        .and.not.equal(written[0]);
    });
  }

  it('leaves alone a file that no simulator has written, and ends', async () => {
    const folder = await createFolder();
    const simulator = await startQuickSimulator();
    const { trustAnchors: own, pki } = simulator;
    const other = pki.issueAuthority({ subject: [['commonName', 'Another authority']] });
    await simulator.close();
    const others: Record<string, string> = {
      text: 'a text\n',
      mixed: `${own}${toPem(other.certificate)}`,
      remark: `${own}kept for later\n`,
      broken: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    };
    await Promise.all(
      Object.entries(others).map(async ([name, text]) => {
        const file = join(folder, name);
        await writeFile(file, text);
        for (const option of name === 'text'
          ? ['--trust-anchors', '--timestamp-anchors', '--root']
          : ['--trust-anchors']) {
          const { output, exit } = run(['--port', '0', option, file]);
          expect(await exit, name).to.equal(2);
          expect(output.stderr).to.contain(`${file} is not one that a simulator has written`);
          expect(output.stdout).to.equal('');
          expect(await readFile(file, 'utf8')).to.equal(text);
        }
      }),
    );
  });

  it('says why a file cannot be written, and ends', async () => {
    const folder = await createFolder();
    for (const [option, file] of [
      ['--trust-anchors', folder],
      ['--trust-anchors', join(folder, 'missing', 'anchors.pem')],
      ['--root', join(folder, 'missing', 'root.pem')],
    ] as const) {
      const { output, exit } = run(['--port', '0', option, file]);
      expect(await exit).to.equal(2);
      expect(output.stderr)
        .to.match(/ cannot be written: (?:EISDIR|ENOENT)/)
        .and.contain(file);
      expect(output.stderr).not.to.contain('    at ');
    }
  });

  it('says what to do when the port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const { output, exit } = run(['--port', String(port)]);
    expect(await exit).to.equal(2);
    expect(output.stderr).to.contain(`port ${port} is in use: choose another one with --port`);
    expect(output.stderr).not.to.contain('    at ');
    other.close();
  });

  it('says which option is wrong', async () => {
    const wrong = [
      { options: ['--port', 'many'], says: '--port must be a whole number from 0 to 65535' },
      { options: ['--key-size', '512'], says: '--key-size must be a whole number from 2048 to 16384' },
      { options: ['--notification', 'never'], says: '--notification must be automatic or phone' },
      {
        options: ['--trust-anchors', './one.pem', '--root', 'one.pem'],
        says: '--trust-anchors and --root must be two different files',
      },
      {
        options: ['--trust-anchors', 'one.pem', '--timestamp-anchors', 'one.pem'],
        says: '--trust-anchors and --timestamp-anchors must be two different files',
      },
      { options: ['--colour', 'blue'], says: "Unknown option '--colour'" },
    ];
    await Promise.all(
      wrong.map(async ({ options, says }) => {
        const { output, exit } = run(options);
        expect(await exit).to.equal(2);
        expect(output.stderr).to.contain(says);
        expect(output.stderr).not.to.contain('    at ');
      }),
    );
  });

  it('explains itself', async () => {
    const { output, exit } = run(['--help']);
    expect(await exit).to.equal(0);
    expect(output.stdout)
      .to.match(/^Usage: smart-id-simulator/)
      .and.contain('smart-id-simulator --trust-anchors anchors.pem')
      .and.contain('--timestamp-anchors FILE')
      .and.contain('--root FILE');
  });
});
