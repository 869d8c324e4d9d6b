import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { resolveCommonOptions } from '../../lib/attempt/options.js';
import type { Environment } from '../../lib/rp-api/environment.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { basicConstraints } from '../../lib/simulator/pki/extensions.js';
import { checkAnchorsFit, loadTrustAnchors, type TrustAnchorSource } from '../../lib/trust/anchors.js';
import { certificateWith } from '../support/certificates.js';
import { inputError } from '../support/errors.js';
import { caExtensions, extension, extensionsOf, handmadeAuthority, newKeys } from '../support/handmade.js';
import { needSharedFiles, sharedFiles } from '../support/shared-files.js';

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
    writeFileSync(path.join(folder, 'old.pem.txt'), 'not a certificate either');
    writeFileSync(path.join(folder, 'B.PEM'), pems[2] ?? '');
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
    expect(count(folder)).to.equal(3);
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
      [block('CERTIFICATE', 'AAAA'), /the given text holds no X\.509 certificate/],
      [block('PUBLIC KEY', 'AAAA'), /the given text holds a PUBLIC KEY/],
      // Headers, which some readers of PEM take an exponential time for.
      [block('CERTIFICATE', ' a: b\n'.repeat(100)), /not PEM/],
      ['-----BEGIN CERTIFICATE-----'.repeat(20_000), /not PEM/],
      [Buffer.from('hello'), /a given buffer holds no X\.509 certificate/],
      [path.join(folder, 'notes.txt'), /notes\.txt" holds no X\.509 certificate/],
      [block('CERTIFICATE', 'AAAA').replaceAll('E', 'e'), /no X\.509|existing file/],
      [`${'x'.repeat(300)}`, /: "x{200}"\.$/],
      [user, /"C=EE, CN=.*" is not one/],
    ];
    for (const [source, reason] of cases) {
      expect(() => count(source), String(reason)).to.throw(...inputError('trustAnchors'));
      expect(() => count(source)).to.throw(reason);
    }
  });

  it('are refused when they are expired or not valid yet', () => {
    expect(() => loadTrustAnchors(simulator.trustAnchors, now + 50 * 365 * 86_400_000)).to.throw(/expired on \d{4}-/);
    expect(() => loadTrustAnchors(simulator.trustAnchors, 0)).to.throw(/valid from \d{4}-\d\d-\d\d only\.$/);
    expect(() => loadTrustAnchors(simulator.trustAnchors, 2 ** 42)).to.throw(/expired on \d{4}-\d\d-\d\d\.$/);
  });

  it('count from their first moment to their last', () => {
    const { validFrom, validTo } = new X509Certificate(pems[0] ?? '');
    for (const moment of [validFrom, validTo]) {
      expect(loadTrustAnchors(pems[0] ?? '', Date.parse(moment)).certificates).to.have.length(1);
    }
  });

  it('keep the reason why a file cannot be read', () => {
    expect(() => loadTrustAnchors(Buffer.from('hello'), now))
      .to.throw()
      .with.property('cause')
      .that.is.an('error');
  });

  it('are refused with a critical extension that nobody understands', () => {
    const extensions = extensionsOf(...caExtensions, extension('06022a03', '0500', true));
    expect(() => loadTrustAnchors(handmadeAuthority(newKeys(), { extensions }), now)).to.throw(
      ...inputError('trustAnchors'),
    );
    expect(() => loadTrustAnchors(handmadeAuthority(newKeys(), { extensions }), now)).to.throw(
      /"CN=CA", whose critical extension 1\.2\.3 is not understood/,
    );
  });

  it('are no CAs where they say nothing', () => {
    const { der } = certificateWith(simulator, {});
    expect(() => loadTrustAnchors(der, now)).to.throw(/is not one/);
    const { der: unused } = certificateWith(simulator, { extensions: [basicConstraints({ ca: true })] });
    expect(() => loadTrustAnchors(unused, now)).to.throw(/may not sign certificates/);
  });
});

describe('Trust anchors of one service', () => {
  let simulator: Simulator;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  after(() => simulator.close());

  /** As if the last CA of the simulator were a published one. */
  const published = (of: 'live' | 'demo') => {
    const anchors = loadTrustAnchors(simulator.trustAnchors, now);
    const { fingerprint = '' } = anchors.certificates.at(-1) ?? {};
    return { anchors, lists: { live: [], demo: [], [of]: [{ commonName: 'Published CA', fingerprint }] } };
  };

  for (const [of, other] of [
    ['demo', 'live'],
    ['live', 'demo'],
  ] as const) {
    it(`are refused with the ${other} service where they are published for ${of}, by name and with what to change`, () => {
      const { anchors, lists } = published(of);
      const check = () => checkAnchorsFit(anchors, other, lists);
      expect(check).to.throw(...inputError('trustAnchors'));
      expect(check).to.throw(
        `holds "Published CA", an anchor of the ${of} service, while the environment is the ${other} service: ` +
          `leave it out and give the anchors of the ${other} service`,
      );
    });

    it(`go with the ${of} service, and with a simulator or a gateway, where they are published for ${of}`, () => {
      const { anchors, lists } = published(of);
      for (const environment of [of, 'other'] as const) checkAnchorsFit(anchors, environment, lists);
    });
  }
});

describe('The real trust anchors', () => {
  before(function () {
    needSharedFiles(this, 'certificates');
  });

  for (const environment of ['live', 'demo', 'demo-more']) {
    it(`of ${environment} load as a folder and one by one`, () => {
      const folder = path.join(sharedFiles.certificates, environment);
      const files = readdirSync(folder);
      expect(loadTrustAnchors(folder, now).certificates).to.have.length(files.length);
      for (const file of files) loadTrustAnchors(readFileSync(path.join(folder, file), 'utf8'), now);
    });
  }

  for (const [folder, fitting, others] of [
    [
      'live',
      ['live', { baseUrl: 'https://RP-API.smart-id.com:443/v3/', schemeName: 'smart-id' }],
      ['demo', { baseUrl: 'https://sid.demo.sk.ee/smart-id-rp/v3', schemeName: 'smart-id-demo' }],
    ],
    [
      'demo',
      ['demo', { baseUrl: 'https://SID.demo.sk.ee:443/smart-id-rp/v3/', schemeName: 'smart-id-demo' }],
      ['live', { baseUrl: 'https://rp-api.smart-id.com/v3', schemeName: 'smart-id' }],
    ],
    [
      'demo-more',
      ['demo', { baseUrl: 'https://SID.demo.sk.ee:443/smart-id-rp/v3/', schemeName: 'smart-id-demo' }],
      ['live', { baseUrl: 'https://rp-api.smart-id.com/v3', schemeName: 'smart-id' }],
    ],
  ] as const) {
    it(`of ${folder} go with their own service or one of another address, and with no other`, () => {
      const anchors = path.join(sharedFiles.certificates, folder);
      const options = (environment: Environment, trustAnchors: TrustAnchorSource) => ({
        environment,
        trustAnchors,
        relyingPartyUUID: '00000000-0000-4000-8000-000000000000',
        relyingPartyName: 'DEMO',
        fetch,
      });
      const gateway = { baseUrl: 'https://gateway.example.com/v3', schemeName: 'smart-id' };
      for (const environment of [...fitting, gateway]) {
        resolveCommonOptions(options(environment, anchors), 'Log in to');
      }
      for (const environment of others) {
        for (const file of readdirSync(anchors)) {
          const one = path.join(anchors, file);
          expect(() => resolveCommonOptions(options(environment, one), 'Log in to')).to.throw(
            ...inputError('trustAnchors'),
          );
        }
      }
    });
  }
});
