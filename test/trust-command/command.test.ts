import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { loadTrustAnchors } from '../../lib/trust/anchors.js';
import { needSharedFiles, sharedFiles } from '../support/shared-files.js';

const command = new URL('../../lib/trust-command/command.ts', import.meta.url).pathname;

function run(...args: string[]): Promise<{ status: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', command, ...args], (error, stdout, stderr) =>
      resolve({ status: error ? error.code : 0, stdout, stderr }),
    );
  });
}

describe('The command smart-id-trust', () => {
  let simulator: Simulator;
  let folder: string;
  let output: string;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    folder = await mkdtemp(path.join(tmpdir(), 'smart-id-trust-'));
    output = path.join(folder, 'anchors.pem');
  });
  after(async () => {
    await rm(folder, { recursive: true });
    await simulator.close();
  });

  async function save(name: string, content: string | Uint8Array): Promise<string> {
    const file = path.join(folder, name);
    await writeFile(file, content);
    return file;
  }

  it('refuses a CA whose fingerprint is not published, and writes nothing', async () => {
    const file = await save('other.pem', simulator.trustAnchors);
    const { status, stdout } = await run('live', file, '--output', output);
    expect(status).to.equal(1);
    expect(stdout).to.contain('its fingerprint is not among the published ones').and.to.contain('not written');
    expect(existsSync(output)).to.equal(false);
  });

  it('refuses what it downloads in the same way', async () => {
    const file = await save('user.crt', simulator.pki.issueUserCertificate().certificate);
    const { status, stdout } = await run('demo', '--download', file, '--output', output);
    expect(status).to.equal(1);
    expect(stdout).to.contain(simulator.pki.authorities.qualified.caIssuersUrl);
    expect(existsSync(output)).to.equal(false);
  });

  it('shows the pin in a certificate of the server and when it expires', async () => {
    const file = await save('server.crt', simulator.pki.issueAuthority().certificate);
    const { status, stdout } = await run('live', '--server-certificate', file);
    expect(status).to.equal(0);
    expect(stdout).to.match(
      /^pin {14}[A-Za-z0-9+/]{43}=\n.*\n +certificate expires on \d{4}-\d\d-\d\d, in \d+ days\n\n/,
    );
  });

  it('says with each pin when the key changes and that the old one and the next one belong together', async () => {
    const file = await save('next.crt', simulator.pki.issueAuthority().certificate);
    const { stdout } = await run('live', '--server-certificate', file, '--server-certificate', file);
    expect(stdout.match(/^pin /gm)).to.have.length(2);
    expect(stdout).to.match(
      /about once a year and announces that a few weeks ahead\. Put the next key into pinnedKeys\nbeside/,
    );
    expect(stdout.trimEnd(), 'once, at the end').to.match(/\nthat the operator of the service has not announced\.$/);
  });

  for (const [what, args, advice] of [
    ['no environment', [], 'live or demo'],
    ['another environment', ['test', 'x.pem'], 'live or demo'],
    ['nothing to do', ['live'], 'name the certificates'],
    ['a bundle of nothing', ['live', '--output', 'x.pem', '--pins'], 'name the certificates'],
    ['a file that is not there', ['live', 'nowhere.pem'], 'nowhere.pem'],
    ['an unknown option', ['live', '--nothing'], '--nothing'],
  ] as const) {
    it(`says what is wrong with ${what}`, async () => {
      const { status, stdout, stderr } = await run(...args);
      expect([status, stdout]).to.deep.equal([2, '']);
      expect(stderr).to.contain(advice).and.to.contain('--help');
    });
  }

  it('explains itself', async () => {
    const { status, stdout } = await run('--help');
    expect(status).to.equal(0);
    expect(stdout).to.match(/^Usage: smart-id-trust /);
  });

  describe('with the real CA certificates', () => {
    before(function () {
      needSharedFiles(this, 'certificates');
    });

    for (const [environment, folders] of [
      ['live', ['live']],
      ['demo', ['demo', 'demo-more']],
    ] as const) {
      it(`makes one bundle of those of ${environment}`, async () => {
        const bundle = path.join(folder, `${environment}.pem`);
        const files = folders
          .map((name) => path.join(sharedFiles.certificates, name))
          .flatMap((one) => readdirSync(one).map((name) => path.join(one, name)));
        const { status, stdout } = await run(environment, ...files, '--output', bundle);
        expect(status, stdout).to.equal(0);
        expect(stdout.match(/^trust anchor /gm)).to.have.length(files.length);
        expect(stdout.match(/expires on \d{4}-\d\d-\d\d, in \d+ days/g)).to.have.length(files.length);
        expect(stdout).to.contain(`${files.length} of ${files.length} ${environment} CAs`);
        const { certificates } = loadTrustAnchors(await readFile(bundle, 'utf8'), Date.now());
        expect(certificates).to.have.length(files.length);
      });
    }

    it('says which are missing', async () => {
      const { status, stdout } = await run(
        'demo',
        path.join(sharedFiles.certificates, 'demo', 'TEST_EID-NQ_2021E.pem'),
      );
      expect(status).to.equal(0);
      expect(stdout).to.match(
        /^not among them {3}TEST of SK ID Solutions EID-Q 2024E, TEST of SK ID Solutions EID-Q 2021E$/m,
      );
    });

    it('refuses those of the other environment, and writes nothing of a mixed folder', async () => {
      const { status, stdout } = await run(
        'live',
        path.join(sharedFiles.certificates, 'live'),
        path.join(sharedFiles.certificates, 'demo'),
        '--output',
        output,
      );
      expect(status).to.equal(1);
      expect(stdout.match(/^no trust anchor /gm)).to.have.length(2);
      expect(existsSync(output)).to.equal(false);
    });
  });
});
