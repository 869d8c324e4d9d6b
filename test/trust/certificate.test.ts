import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import {
  attributes,
  type Certificate,
  parseCertificate,
  subjectAttribute,
  subjectPublicKeyOf,
} from '../../lib/trust/certificate.js';
import { DerError, tags } from '../../lib/trust/der.js';
import {
  type CertificateParts,
  ecdsaWithSha256,
  extension,
  extensionsOf,
  generalized,
  handmadeAuthority,
  handmadeCertificate,
  nameOf,
  newKeys,
  utc,
} from '../support/handmade.js';
import { der, hex, hexOf } from '../support/hex-der.js';

describe('A certificate that is read', () => {
  let simulator: Simulator;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  after(() => simulator.close());

  it('is exactly one', () => {
    const { certificate } = simulator.pki.issueUserCertificate();
    expect(parseCertificate(certificate).der).to.deep.equal(certificate);
    for (const more of [Buffer.of(0), certificate]) {
      expect(() => parseCertificate(Buffer.concat([certificate, more]))).to.throw('there is more than there should be');
    }
  });

  it('has the SHA-256 of its bytes as its fingerprint, as it is published', () => {
    const { certificate } = simulator.pki.issueUserCertificate();
    const expected = createHash('sha256').update(certificate).digest('hex').toUpperCase();
    expect(parseCertificate(certificate).fingerprint).to.equal(expected);
  });
});

describe('DER of a certificate', () => {
  const { sequence, utf8String } = tags;
  const [caKeys, keys] = [newKeys(), newKeys()];
  const now = Math.floor(Date.now() / 1000) * 1000;
  const make = (parts: CertificateParts = {}) => handmadeCertificate(keys.publicKey, caKeys.privateKey, parts);
  const read = (parts?: CertificateParts) => parseCertificate(make(parts));
  const publicKeyInfo = new Uint8Array(keys.publicKey.export({ type: 'spki', format: 'der' }));

  it('has its fields, of which each is a slice of its bytes', () => {
    const validity = der(sequence, utc(now - 1000), generalized(now + 1000));
    const { fields, signed } = read({ validity, extensions: extensionsOf(extension('06022a03', '0500')) });
    const hexOfFields = Object.entries(fields).map(([name, { bytes }]) => [name, hexOf(bytes)]);
    expect(Object.fromEntries(hexOfFields)).to.deep.equal({
      serialNumber: '020140',
      signature: ecdsaWithSha256,
      issuer: nameOf('CA'),
      validity,
      subject: nameOf('Somebody'),
      subjectPublicKeyInfo: hexOf(publicKeyInfo),
      extensions: der(sequence, extension('06022a03', '0500')),
    });
    expect(hexOf(signed.signatureAlgorithm.bytes)).to.equal(ecdsaWithSha256);
  });

  it('has what they mean', () => {
    const certificate = read({
      serialNumber: '020300ff02',
      validity: der(sequence, utc(now - 1000), generalized(now + 1000)),
      extensions: extensionsOf(
        extension('0603551d13', '30030101ff', true),
        extension('0603551d0f', '03020780'),
        extension('0603551d25', der(sequence, '06022a03')),
        extension('0603551d20', der(sequence, der(sequence, '06022a04'))),
      ),
    });
    expect(hexOf(certificate.serialNumber)).to.equal('00ff02');
    expect(certificate.validity).to.deep.equal({ from: now - 1000, to: now + 1000 });
    expect(certificate.subject).to.deep.equal([{ type: '2.5.4.3', value: 'Somebody' }]);
    expect(certificate.isCa).to.equal(true);
    expect(certificate.keyUsage).to.equal(0x8000);
    expect(certificate.extendedKeyUsage).to.deep.equal(['1.2.3']);
    expect(certificate.certificatePolicies).to.deep.equal(['1.2.4']);
    expect(certificate.extensions.map(({ type, isCritical }) => [type, isCritical])).to.deep.equal([
      ['2.5.29.19', true],
      ['2.5.29.15', false],
      ['2.5.29.37', false],
      ['2.5.29.32', false],
    ]);
    expect(certificate.publicKey.equals(keys.publicKey)).to.equal(true);
    expect(certificate.node.subject).to.equal('CN=Somebody');
  });

  it('without extensions is that of no CA and says nothing of its use', () => {
    const { isCa, keyUsage, extendedKeyUsage, certificatePolicies, extensions } = read();
    expect({ isCa, keyUsage, extendedKeyUsage, certificatePolicies, extensions }).to.deep.equal({
      isCa: false,
      keyUsage: undefined,
      extendedKeyUsage: undefined,
      certificatePolicies: undefined,
      extensions: [],
    });
  });

  it('is decoded once', () => {
    const certificate = read({ extensions: extensionsOf(extension('06022a03', '0500')) });
    for (const name of ['node', 'publicKey', 'validity', 'subject', 'extensions'] as const) {
      expect(certificate[name], name).to.equal(certificate[name]);
    }
  });

  it('is a copy of the bytes that it was read from', () => {
    const bytes = make();
    const certificate = parseCertificate(bytes);
    bytes.fill(0);
    expect(certificate.der[0]).to.equal(0x30);
    expect(certificate.node.subject).to.equal('CN=Somebody');
  });

  for (const [what, parts] of [
    ['of version 1', { version: '' }],
    ['with the identifiers of issuer and subject that nobody uses', { uniqueIds: '8102000182020001' }],
    ['with that of the subject alone', { uniqueIds: '82020001', extensions: extensionsOf() }],
  ] as [string, CertificateParts][]) {
    it(`may be one ${what}`, () => {
      expect(hexOf(read(parts).fields.subject.bytes)).to.equal(nameOf('Somebody'));
    });
  }

  for (const [what, parts] of [
    ['a number of another kind', { serialNumber: '0500' }],
    ['an algorithm of another kind', { signature: '0500' }],
    ['an issuer of another kind', { issuer: '0500' }],
    ['a validity of another kind', { validity: '0500' }],
    ['a subject of another kind', { subject: '0500' }],
    ['a key of another kind', { publicKeyInfo: '0500' }],
    ['identifiers in another order', { uniqueIds: '8202000181020001' }],
    ['extensions that are no SEQUENCE', { extensions: der(0xa3, '0500') }],
    ['two lists of extensions', { extensions: der(0xa3, der(sequence), der(sequence)) }],
    ['no element in place of the extensions', { extensions: der(0xa3) }],
    ['something behind the extensions', { extensions: extensionsOf(), behind: '0500' }],
    ['something in place of the extensions', { behind: der(0xa4, der(sequence)) }],
  ] as [string, CertificateParts][]) {
    it(`is none with ${what}`, () => {
      expect(() => read(parts)).to.throw(DerError);
    });
  }

  it('is none with something behind its signature', () => {
    const { toBeSigned, signatureAlgorithm, signature } = read().signed;
    const parts = [toBeSigned.bytes, signatureAlgorithm.bytes].map(hexOf).join('');
    const bits = der(tags.bitString, '00', hexOf(signature));
    expect(() => parseCertificate(hex(der(sequence, parts, bits)))).to.not.throw();
    expect(() => parseCertificate(hex(der(sequence, parts, bits, '0500')))).to.throw(
      DerError,
      'more than there should',
    );
    expect(() => parseCertificate(hex(der(sequence, parts)))).to.throw(DerError, 'cut off');
  });

  it('may have 16 KB and no more', () => {
    const sizeOf = (padding: number) =>
      make({ serialNumber: '020140', extensions: extensionsOf(extension('06022a03', '00'.repeat(padding))) });
    const some = sizeOf(15_000);
    const fitting = 15_000 + 16 * 1024 - some.length;
    // The signature may be an octet longer or shorter, so the right size is looked for.
    const ofSize = (size: number) => {
      for (let padding = fitting - 4; ; padding = padding > fitting + 4 ? fitting - 4 : padding + 1) {
        const bytes = sizeOf(padding);
        if (bytes.length === size) return bytes;
      }
    };
    expect(() => parseCertificate(ofSize(16 * 1024))).to.not.throw();
    expect(() => parseCertificate(ofSize(16 * 1024 + 1))).to.throw(DerError, 'a certificate is too long');
  });

  for (const [what, times] of [
    ['no time', []],
    ['one time', [utc(now)]],
    ['three times', [utc(now), utc(now), utc(now)]],
    ['a time that is none', [utc(now), '0500']],
  ] as [string, string[]][]) {
    it(`has no validity of ${what}`, () => {
      const certificate = read({ validity: der(sequence, ...times) });
      expect(() => certificate.validity).to.throw(DerError);
    });
  }

  it('has no serial number that is not minimal', () => {
    expect(() => read({ serialNumber: '02020040' }).serialNumber).to.throw(DerError, 'not minimal');
  });

  it('has extensions that can be read, or none of them', () => {
    const certificate = read({ extensions: extensionsOf(extension('0603551d0f', '03020780'), '0500') });
    expect(() => certificate.keyUsage).to.throw(DerError);
    expect(() => read({ extensions: extensionsOf(extension('0603551d0f', '0500')) }).keyUsage).to.throw(DerError);
  });

  it('has a key whose octets alone are what its identifier is made of', () => {
    const expected = hexOf(publicKeyInfo.slice(-65));
    expect(hexOf(subjectPublicKeyOf(read()))).to.equal(expected);
  });

  it('has an attribute of the subject where it is there once, and is not empty', () => {
    const attribute = (type: string, value: string) =>
      der(tags.set, der(sequence, type, der(utf8String, hexOf(Buffer.from(value)))));
    const [country, surname, givenName] = ['0603550406', '0603550404', '060355042a'];
    const certificate = read({
      subject: der(
        sequence,
        attribute(country, 'EE'),
        attribute(surname, 'One'),
        attribute(surname, 'Two'),
        attribute(givenName, ''),
      ),
    });
    expect(subjectAttribute(certificate, attributes.country)).to.equal('EE');
    expect(subjectAttribute(certificate, attributes.surname)).to.equal(undefined);
    expect(subjectAttribute(certificate, attributes.givenName)).to.equal(undefined);
    expect(subjectAttribute(certificate, attributes.serialNumber)).to.equal(undefined);
  });

  describe('carries the signature of an issuer', () => {
    const [caKeys, otherKeys] = [newKeys(), newKeys()];
    const [ca, other] = [caKeys, otherKeys].map((one) => parseCertificate(handmadeAuthority(one)));
    const certificate = () => parseCertificate(handmadeCertificate(newKeys().publicKey, caKeys.privateKey));

    it('of that one and of no other, however often it is asked', () => {
      const asked = certificate();
      for (let times = 0; times < 2; times++) {
        expect(asked.isSignedBy(other as Certificate)).to.equal(false);
        expect(asked.isSignedBy(ca as Certificate)).to.equal(true);
      }
    });

    it('which is verified once', () => {
      let verified = 0;
      const counting = parseCertificate(handmadeAuthority(caKeys));
      const { publicKey } = counting;
      Object.defineProperty(counting, 'publicKey', {
        get() {
          verified += 1;
          return publicKey;
        },
      });
      const asked = certificate();
      for (let times = 0; times < 3; times++) expect(asked.isSignedBy(counting)).to.equal(true);
      expect(verified).to.equal(1);
    });
  });
});
