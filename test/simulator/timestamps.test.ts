/** The timestamp authority of the simulator, as others see it. */

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type Simulator, startSimulator, type TimestampFault } from '../../lib/simulator/index.js';
import { toPem } from '../../lib/simulator/pki/certificate.js';
import { parseCertificate } from '../../lib/trust/certificate.js';
import { needTools, said } from '../support/outside-tools.js';

const run = promisify(execFile);

describe('The timestamp authority of the simulator', () => {
  let simulator: Simulator;
  let folder: string;
  const file = (name: string) => path.join(folder, name);
  before(async function () {
    needTools(this, 'openssl');
    simulator = await startSimulator({ port: 0 });
    folder = await mkdtemp(path.join(tmpdir(), 'tsa-'));
    await writeFile(file('ca.pem'), simulator.rootCertificate + simulator.timestampTrustAnchors);
    await writeFile(file('data'), randomBytes(100));
  });
  after(async () => {
    await simulator?.close();
    if (folder) await rm(folder, { recursive: true });
  });
  afterEach(() => {
    simulator.timestamps.fault = undefined;
  });

  const openssl = (...args: string[]) => said('openssl', ['ts', ...args], folder);
  const verify = (...args: string[]) => openssl('-verify', '-in', 'reply', '-CAfile', 'ca.pem', ...args);

  /** What the authority answers to a query of openssl's, which is in the files `query` and `reply`. */
  async function reply(...options: string[]): Promise<Response> {
    openssl('-query', '-data', 'data', '-out', 'query', ...options);
    return post(await readFile(file('query')));
  }

  async function post(body: Uint8Array, contentType = 'application/timestamp-query'): Promise<Response> {
    const headers = { 'content-type': contentType };
    const response = await fetch(simulator.timestampUrl, { method: 'POST', headers, body: new Uint8Array(body) });
    await writeFile(file('reply'), new Uint8Array(await response.arrayBuffer()));
    return response;
  }
  const text = () => openssl('-reply', '-in', 'reply', '-text');

  for (const options of [
    ['-sha256', '-cert'],
    ['-sha384', '-cert'],
    ['-sha512', '-cert'],
    ['-sha512', '-cert', '-no_nonce'],
  ]) {
    it(`convinces openssl: ${options.join(' ')}`, async () => {
      const response = await reply(...options);
      expect(response.headers.get('content-type')).to.equal('application/timestamp-reply');
      expect(verify('-queryfile', 'query')).to.contain('Verification: OK');
      expect(verify('-data', 'data')).to.contain('Verification: OK');
      await writeFile(file('other'), 'other data');
      expect(verify('-data', 'other')).to.contain('Verification: FAILED');
    });
  }

  it('says what the demo environment says: its policy, one second of accuracy, and its name', async () => {
    await reply('-sha512', '-cert');
    expect(text())
      .to.contain('Status: Granted.')
      .and.contain('Policy OID: 0.4.0.2023.1.1')
      .and.contain('Accuracy: 0x01 seconds')
      .and.contain('TSA: DirName:/CN=Simulated TIMESTAMPING UNIT 2025E');
  });

  it('sends its certificate to who asks for it only', async () => {
    await reply('-sha512');
    expect(verify('-queryfile', 'query')).to.contain('Verification: FAILED');
    await writeFile(file('unit.pem'), toPem(simulator.pki.timestampUnit.certificate));
    expect(verify('-queryfile', 'query', '-untrusted', 'unit.pem')).to.contain('Verification: OK');
  });

  it('refuses what it cannot do, in the words of the protocol', async () => {
    await reply('-sha1', '-cert');
    expect(text()).to.contain('Status: Rejected.').and.contain('unrecognized or unsupported algorithm');
    await reply('-sha512', '-tspolicy', '1.2.3.4');
    expect(text()).to.contain('the requested TSA policy is not supported');
    await post(Buffer.from('no query'));
    expect(text()).to.contain('transaction not permitted or supported');
    await post(Buffer.alloc(0), 'text/plain');
    expect(text()).to.contain('transaction not permitted or supported');
  });

  for (const fault of [
    'wrong-imprint',
    'wrong-nonce',
    'wrong-signer',
    'other-ca',
    'not-for-timestamps',
    'expired-unit',
    'rejected',
    'garbage',
    'no-certificate',
  ] as const satisfies TimestampFault[]) {
    it(`does not convince openssl with the fault ${fault}`, async () => {
      simulator.timestamps.fault = fault;
      await reply('-sha512', '-cert');
      expect(verify('-queryfile', 'query')).to.contain('Verification: FAILED');
    });
  }

  it('counts requests, and takes its time where a test asks for it', async () => {
    const { timestamps } = simulator;
    const before = timestamps.requests;
    timestamps.delayMs = 100;
    const since = performance.now();
    await reply('-sha512');
    timestamps.delayMs = 0;
    expect(performance.now() - since).to.be.at.least(95);
    expect(timestamps.requests).to.equal(before + 1);
  });

  it('has a CA of its own, which issues no certificate of a person, below the root', async () => {
    const { pki, trustAnchors, timestampTrustAnchors } = simulator;
    expect(trustAnchors).to.not.contain(timestampTrustAnchors.trim());
    const ca = parseCertificate(pki.timestampAuthority.certificate);
    const unit = parseCertificate(pki.timestampUnit.certificate);
    expect(ca.isSignedBy(parseCertificate(pki.root.certificate))).to.equal(true);
    expect(unit.isSignedBy(ca)).to.equal(true);
    expect(unit.extendedKeyUsage).to.deep.equal(['1.3.6.1.5.5.7.3.8']);
    const served = await fetch(new URL('/timestamp-trust-anchors.pem', simulator.baseUrl));
    expect(await served.text()).to.equal(timestampTrustAnchors);
    const certificate = await fetch(pki.timestampAuthority.caIssuersUrl);
    expect(new Uint8Array(await certificate.arrayBuffer())).to.deep.equal(ca.der);
  });

  it('is answered for by OCSP and by a list, which may call its unit revoked', async () => {
    const { pki, revocation } = simulator;
    await writeFile(file('unit.pem'), toPem(pki.timestampUnit.certificate));
    await writeFile(file('tsa.pem'), simulator.timestampTrustAnchors);
    // Not by `said`, which would keep the simulator of this process from answering.
    const ocsp = async () => {
      const about = ['-issuer', 'tsa.pem', '-cert', 'unit.pem', '-url', pki.timestampAuthority.ocspUrl];
      const { stdout, stderr } = await run('openssl', ['ocsp', ...about, '-CAfile', 'ca.pem'], { cwd: folder });
      return stdout + stderr;
    };
    const list = async () => {
      await writeFile(file('list'), new Uint8Array(await (await fetch(pki.timestampAuthority.crlUrl)).arrayBuffer()));
      return said('openssl', ['crl', '-in', 'list', '-inform', 'DER', '-noout', '-text', '-CAfile', 'ca.pem'], folder);
    };
    expect(await ocsp())
      .to.contain('Response verify OK')
      .and.contain('unit.pem: good');
    expect(await list()).to.contain('No Revoked Certificates');
    revocation.timestampUnitStatus = 'revoked';
    const serialNumber = Buffer.from(parseCertificate(pki.timestampUnit.certificate).serialNumber).toString('hex');
    expect(await ocsp()).to.contain('unit.pem: revoked');
    expect((await list()).toLowerCase()).to.contain(serialNumber);
    revocation.timestampUnitStatus = 'good';
  });
});
