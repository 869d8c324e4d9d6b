import { expect } from 'chai';
import { type Simulator, startSimulator, type UserCertificateOverrides } from '../../lib/simulator/index.js';
import * as profile from '../../lib/simulator/pki/extensions.js';
import { loadTrustAnchors, type TrustAnchors } from '../../lib/trust/anchors.js';
import { type Certificate, parseCertificate } from '../../lib/trust/certificate.js';
import { DerError, tags } from '../../lib/trust/der.js';
import { unknownCriticalExtension } from '../../lib/trust/extensions.js';
import { buildPath, type PathResult } from '../../lib/trust/path.js';
import { badAnchors, badPaths, pathFor } from '../attacks/paths.js';
import { certificateWith } from '../support/certificates.js';
import {
  type CertificateParts,
  caExtensions,
  ecdsaWithSha1,
  extension,
  extensionsOf,
  handmadeAuthority,
  handmadeCertificate,
  nameOf,
  newKeys,
  utc,
} from '../support/handmade.js';
import { der, hex, hexOf } from '../support/hex-der.js';

describe('A certificate path', () => {
  let simulator: Simulator;
  let anchors: TrustAnchors;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    anchors = loadTrustAnchors(simulator.trustAnchors, Date.now());
  });
  after(() => simulator.close());

  const result = (overrides: UserCertificateOverrides = {}): PathResult =>
    pathFor(simulator.pki.issueUserCertificate(overrides), anchors);

  for (const account of ['PNOEE-40404040009-MOCK-Q', 'PNOLV-040404-10003-DEMO-Q', 'PNOLT-61101019988-MOCK-NQ']) {
    it(`leads from the certificate of ${account} to its issuing CA, which is the anchor`, async () => {
      const outcome = await result({ account });
      if (!('path' in outcome)) throw new Error(outcome.refusal);
      expect(outcome.path).to.have.length(2);
      expect(anchors.certificates).to.include(outcome.path[1]);
    });
  }

  it('ends at the issuing CA also where its root is an anchor too', async () => {
    const { root, authorities, issueUserCertificate } = simulator.pki;
    const both = [authorities.qualified.certificate, root.certificate];
    const outcome = await pathFor({ ...issueUserCertificate(), anchors: both }, anchors);
    expect(outcome).to.have.property('path').with.length(2);
  });

  for (const authority of ['qualified', 'qualifiedRsa'] as const) {
    for (const signatureHash of ['sha256', 'sha384', 'sha512'] as const) {
      it(`may be signed with ${signatureHash} by the authority ${authority}`, async () => {
        const issuer = simulator.pki.authorities[authority];
        expect(await result({ issuer, signatureHash })).to.have.property('path');
      });
    }
  }

  it('may hold the extensions of the profile as critical ones, or none', async () => {
    const extensions = [
      profile.basicConstraints({ ca: false }),
      profile.keyUsage(['digitalSignature']),
      profile.extendedKeyUsage(['1.3.6.1.5.5.7.3.2']),
      profile.certificatePolicies(['0.4.0.2042.1.2'], 'https://rp.example.com/'),
      profile.subjectAlternativeName([['commonName', 'PNOEE-30303039914-MOCK-Q']]),
    ].map((one) => ({ ...one, critical: true }));
    for (const some of [extensions, []]) {
      const leaf = certificateWith(simulator, { extensions: some });
      expect(await buildPath(leaf, anchors, Date.now())).to.have.property('path');
    }
  });

  it('may hold an extension that nobody knows if it is not critical', async () => {
    const unknown = { oid: '1.2.3.4.5', critical: false, value: Buffer.from('0500', 'hex') };
    expect(await result({ extraExtensions: [unknown] })).to.have.property('path');
  });

  for (const [what, reason, make] of badPaths) {
    it(`is refused for ${what}`, async () => {
      const outcome = await pathFor(make(simulator.pki), anchors);
      expect(outcome, 'the path must be refused').to.have.property('refusal').that.matches(reason);
    });
  }

  for (const [what, reason, overrides] of badAnchors) {
    it(`cannot begin at an anchor that ${what}`, () => {
      const { certificate } = simulator.pki.issueAuthority(overrides);
      expect(() => loadTrustAnchors(certificate, Date.now())).to.throw(reason);
    });
  }
});

describe('Certificate path of certificates put together by hand', () => {
  const { sequence } = tags;
  const [caKeys, newCaKeys, keys] = [newKeys(), newKeys(), newKeys()];
  const now = Math.floor(Date.now() / 1000) * 1000;
  const day = 86_400_000;
  const validity = (from: number, to: number) => ({ validity: der(sequence, utc(from), utc(to)) });
  const anchor = parseCertificate(handmadeAuthority(caKeys, validity(now - day, now + 2 * day)));
  const leaf = (parts: CertificateParts = {}, issuerKeys = caKeys) =>
    parseCertificate(
      handmadeCertificate(keys.publicKey, issuerKeys.privateKey, { ...validity(now - day, now + day), ...parts }),
    );
  const build = (certificate: Certificate, anchors = [anchor], at = now) =>
    buildPath(certificate, { certificates: anchors }, at);
  const withExtensions = (...extensions: string[]) => ({ extensions: extensionsOf(...extensions) });

  it('is the leaf and the anchor', () => {
    const certificate = leaf();
    const result = build(certificate);
    expect(result).to.have.property('path');
    if ('path' in result) expect(result.path[0] === certificate && result.path[1] === anchor).to.equal(true);
  });

  it('leads to the one of two anchors of one name whose key has signed it', () => {
    const renewed = parseCertificate(handmadeAuthority(newCaKeys, validity(now - day, now + 2 * day)));
    for (const [issuerKeys, expected] of [
      [caKeys, anchor],
      [newCaKeys, renewed],
    ] as const) {
      const result = build(leaf({}, issuerKeys), [anchor, renewed]);
      expect('path' in result && result.path[1] === expected).to.equal(true);
    }
  });

  it('is one from the first second of its dates to the last', () => {
    const certificate = leaf(validity(now, now + 60_000));
    const at = (time: number) => build(certificate, undefined, time);
    expect(at(now - 1)).to.deep.equal({ refusal: 'it is not valid yet' });
    expect(at(now)).to.have.property('path');
    expect(at(now + 60_000)).to.have.property('path');
    expect(at(now + 60_001)).to.deep.equal({ refusal: 'it has expired' });
    expect(at(Number.NaN)).to.deep.equal({ refusal: 'it is not valid yet' });
  });

  it("is one within its issuer's dates too", () => {
    const short = parseCertificate(handmadeAuthority(caKeys, validity(now, now + 60_000)));
    const at = (time: number) => build(leaf(), [short], time);
    expect(at(now - 1)).to.deep.equal({ refusal: 'its issuer is refused: it is not valid yet' });
    expect(at(now)).to.have.property('path');
    expect(at(now + 60_000)).to.have.property('path');
    expect(at(now + 60_001)).to.deep.equal({ refusal: 'its issuer is refused: it has expired' });
  });

  for (const [what, refusal, parts] of [
    ['its two signature algorithms differ', 'its two signature algorithms differ', { signature: ecdsaWithSha1 }],
    ['its issuer has another name', 'it is not signed by a trust anchor', { issuer: nameOf('Other') }],
    [
      'it has an extension twice',
      'it has an extension twice',
      withExtensions(extension('06022a03', '0500'), extension('06022a03', '0500')),
    ],
    ['it says that it is a CA', 'it is the certificate of a CA', withExtensions(extension('0603551d13', '30030101ff'))],
    [
      'it has a critical extension that nobody knows, behind one that is known',
      'its critical extension 1.2.3 is unknown',
      withExtensions(extension('0603551d0f', '03020780', true), extension('06022a03', '0500', true)),
    ],
    [
      'it names another key of its issuer',
      'its key identifiers or usage do not fit its issuer',
      withExtensions(extension('0603551d23', '30068004aabbccdd')),
    ],
  ] as [string, string, CertificateParts][]) {
    it(`is refused where ${what}`, () => {
      const issuer = parseCertificate(
        handmadeAuthority(caKeys, {
          ...validity(now - day, now + 2 * day),
          ...withExtensions(...caExtensions, extension('0603551d0e', '040411223344')),
        }),
      );
      expect(build(leaf(parts), [issuer])).to.deep.equal({ refusal });
      expect(build(leaf(), [issuer])).to.have.property('path');
    });
  }

  it('is none where the anchor of the name and key is no CA', () => {
    const noCa = parseCertificate(handmadeAuthority(caKeys, { extensions: '' }));
    expect(build(leaf(), [noCa])).to.deep.equal({ refusal: 'it is not signed by a trust anchor' });
    expect(build(leaf(), [])).to.deep.equal({ refusal: 'it is not signed by a trust anchor' });
  });

  it('is not looked for where nothing that is signed is strong', () => {
    const { toBeSigned, signature } = leaf({ signature: ecdsaWithSha1 }).signed;
    const weak = der(sequence, hexOf(toBeSigned.bytes), ecdsaWithSha1, der(tags.bitString, '00', hexOf(signature)));
    expect(build(parseCertificate(hex(weak)))).to.deep.equal({
      refusal: 'it is signed with an algorithm that is not strong enough',
    });
  });

  it('of which nothing is decoded that is signed, where the signature is none', () => {
    const broken = { validity: der(sequence), extensions: der(0xa3, der(sequence, '0500')) };
    expect(build(leaf(broken, newCaKeys))).to.deep.equal({ refusal: 'it is not signed by a trust anchor' });
    expect(() => build(leaf(broken))).to.throw(DerError);
  });

  for (const [where, partsWith] of [
    ['an extension that nobody knows', (text) => withExtensions(extension('06032a0304', text))],
    ['a name', (text) => ({ subject: der(sequence, der(tags.set, der(sequence, '060355040b', text))) })],
  ] as [string, (text: string) => CertificateParts][]) {
    it(`is refused where OpenSSL would read another certificate, which stands as PEM in ${where}`, () => {
      const stranger = newKeys();
      const other = handmadeCertificate(stranger.publicKey, stranger.privateKey, {});
      const lines = Buffer.from(other).toString('base64').replace(/.{64}/g, '$&\n');
      const pem = `\n-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
      const tricky = leaf(partsWith(der(tags.utf8String, hexOf(Buffer.from(pem)))));
      expect(() => tricky.node).to.throw(DerError, 'there is another certificate in it');
      expect(build(tricky)).to.deep.equal({ refusal: 'its key cannot be read' });
    });
  }

  it('is refused for a certificate that names nobody', () => {
    expect(build(leaf({ subject: der(sequence) }))).to.deep.equal({ refusal: 'it names nobody' });
  });

  it('of the extensions that are critical and unknown, the first is named', () => {
    const critical = (type: string) => extension(type, '0500', true);
    const unknown = (...extensions: string[]) =>
      unknownCriticalExtension(leaf(withExtensions(...extensions)).extensions);
    expect(unknown(extension('06022a03', '0500'), critical('06022a04'), critical('06022a05'))).to.equal('1.2.4');
    expect(unknown(extension('06022a03', '0500'))).to.equal(undefined);
    const known = ['0603551d0f', '0603551d11', '0603551d13', '0603551d20', '0603551d25'];
    expect(unknown(...known.map(critical))).to.equal(undefined);
  });
});
