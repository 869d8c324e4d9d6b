import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { loadTrustAnchors, type TrustAnchorSource } from '../../lib/trust/anchors.js';
import { inputError } from '../support/errors.js';

const now = Date.now();

describe('Trust anchors', () => {
  let simulator: Simulator;
  let folder: string;
  let pems: string[];

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    folder = mkdtempSync(path.join(tmpdir(), 'anchors-'));
    pems = simulator.trustAnchors.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    writeFileSync(path.join(folder, 'a.pem'), pems[0] ?? '');
    writeFileSync(path.join(folder, 'b.crt'), new X509Certificate(pems[1] ?? '').raw);
    writeFileSync(path.join(folder, 'notes.txt'), 'not a certificate');
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await simulator.close();
  });

  const count = (source: TrustAnchorSource) => loadTrustAnchors(source, now).certificates.length;

  it('are read from PEM text, also with several certificates in it', () => {
    expect(pems.length).to.be.greaterThan(1);
    expect(count(simulator.trustAnchors)).to.equal(pems.length);
  });

  it('are read from a list, where one that comes twice counts once', () => {
    expect(count([pems[0] ?? '', pems[0] ?? '', pems[1] ?? ''])).to.equal(2);
  });

  it('are read from a DER buffer', () => {
    expect(count(new X509Certificate(pems[0] ?? '').raw)).to.equal(1);
  });

  it('are read from a file, PEM or DER', () => {
    expect(count(path.join(folder, 'a.pem'))).to.equal(1);
    expect(count(path.join(folder, 'b.crt'))).to.equal(1);
  });

  it('are read from the certificate files of a folder', () => {
    expect(count(folder)).to.equal(2);
  });

  it('are refused when they cannot be used, by the name of the option and the reason', () => {
    const user = simulator.pki.issueUserCertificate().certificate;
    const block = (type: string, content: string) => `-----BEGIN ${type}-----\n${content}\n-----END ${type}-----`;
    const cases: [TrustAnchorSource, RegExp][] = [
      [[], /at least one CA certificate/],
      ['', /PEM text/],
      [42 as never, /PEM text/],
      ['/no/such/file.pem', /existing file or folder/],
      ['-----BEGIN CERTIFICATE-----\nbroken', /not PEM/],
      [`${simulator.trustAnchors}\n-----BEGIN CERTIFICATE-----\n`, /not PEM/],
      [block('CERTIFICATE', 'AAAA'), /no X\.509 certificate/],
      [block('PUBLIC KEY', 'AAAA'), /holds a PUBLIC KEY/],
      // Headers, which some readers of PEM take an exponential time for.
      [block('CERTIFICATE', ' a: b\n'.repeat(100)), /not PEM/],
      ['-----BEGIN CERTIFICATE-----'.repeat(20_000), /not PEM/],
      [Buffer.from('hello'), /no X\.509 certificate/],
      [path.join(folder, 'notes.txt'), /no X\.509 certificate/],
      [user, /is none/],
    ];
    for (const [source, reason] of cases) {
      expect(() => count(source), String(reason)).to.throw(...inputError('trustAnchors'));
      expect(() => count(source)).to.throw(reason);
    }
  });

  it('are refused when they are expired or not valid yet', () => {
    expect(() => loadTrustAnchors(simulator.trustAnchors, now + 50 * 365 * 86_400_000)).to.throw(/expired on \d{4}-/);
    expect(() => loadTrustAnchors(simulator.trustAnchors, 0)).to.throw(/valid from \d{4}-.* only/);
  });
});

const real = new URL('../../../shared/certificates/', import.meta.url).pathname;

(existsSync(real) ? describe : describe.skip)('The real trust anchors', () => {
  for (const environment of ['live', 'demo']) {
    it(`of ${environment} load as a folder and one by one`, () => {
      const folder = path.join(real, environment);
      const files = readdirSync(folder);
      expect(loadTrustAnchors(folder, now).certificates).to.have.length(files.length);
      for (const file of files) loadTrustAnchors(readFileSync(path.join(folder, file), 'utf8'), now);
    });
  }
});
