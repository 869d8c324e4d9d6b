import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { type Simulator, startSimulator, type UserCertificateOverrides } from '../../lib/simulator/index.js';
import { extendedKeyUsage, type QcStatement, qcStatement } from '../../lib/simulator/pki/extensions.js';
import { parseCertificate } from '../../lib/trust/certificate.js';
import {
  authenticationLevel,
  hasStrongKey,
  hasStrongRsaKey,
  isForAuthentication,
  isForOcspSigning,
  isForSignatures,
  signatureLevel,
} from '../../lib/trust/certificate-profile.js';
import { certificateWith } from '../support/certificates.js';

const smartId = { qualified: '1.3.6.1.4.1.10015.17.2', advanced: '1.3.6.1.4.1.10015.17.1' };
const demo = { qualified: '1.3.6.1.4.1.10015.3.17.2', advanced: '1.3.6.1.4.1.10015.3.17.1' };
const etsi = { qualified: '0.4.0.2042.1.2', advanced: '0.4.0.2042.1.1', signature: '0.4.0.194112.1.2' };

describe('The profile of an authentication certificate', () => {
  let simulator: Simulator;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  after(() => simulator.close());

  const certificate = (overrides: UserCertificateOverrides = {}) =>
    parseCertificate(simulator.pki.issueUserCertificate(overrides).certificate);
  const levelOf = (certificatePolicies: string[], acceptDemoPolicies = false) =>
    authenticationLevel(certificate({ certificatePolicies }), { acceptDemoPolicies });

  it('states the level by two policies, which must both be there', () => {
    expect(levelOf([smartId.qualified, etsi.qualified])).to.equal('QUALIFIED');
    expect(levelOf([etsi.advanced, smartId.advanced])).to.equal('ADVANCED');
    for (const policies of [
      [smartId.qualified],
      [etsi.qualified],
      [smartId.qualified, etsi.advanced],
      [smartId.advanced, etsi.qualified],
      [smartId.qualified, etsi.signature],
      ['2.5.29.32.0'],
    ]) {
      expect(levelOf(policies), policies.join(' ')).to.equal(undefined);
    }
  });

  it("takes the policies of the demo environment's 2016 CA in the demo environment only", () => {
    for (const accept of [true, false]) {
      expect(levelOf([demo.qualified, etsi.qualified], accept)).to.equal(accept ? 'QUALIFIED' : undefined);
      expect(levelOf([demo.advanced, etsi.advanced], accept)).to.equal(accept ? 'ADVANCED' : undefined);
    }
  });

  it('states the purpose in the newer or the older way', () => {
    const newer = '1.3.6.1.4.1.62306.5.7.0';
    const older = '1.3.6.1.5.5.7.3.2';
    const cases: [boolean, UserCertificateOverrides][] = [
      [true, { keyUsage: ['digitalSignature'], extendedKeyUsage: [newer] }],
      [true, { keyUsage: ['digitalSignature', 'keyEncipherment', 'dataEncipherment'], extendedKeyUsage: [older] }],
      [false, { keyUsage: ['digitalSignature'], extendedKeyUsage: [older] }],
      [false, { keyUsage: ['digitalSignature', 'keyEncipherment'], extendedKeyUsage: [older] }],
      [false, { keyUsage: ['nonRepudiation'], extendedKeyUsage: [newer] }],
      [false, { keyUsage: ['digitalSignature'], extendedKeyUsage: [] }],
      [false, { keyUsage: [], extendedKeyUsage: [newer] }],
      [false, { keyUsage: ['nonRepudiation'], extendedKeyUsage: [] }],
    ];
    for (const [expected, overrides] of cases) {
      expect(isForAuthentication(certificate(overrides)), JSON.stringify(overrides)).to.equal(expected);
    }
  });

  it('is that of no certificate of ours where it says nothing', () => {
    const silent = certificateWith(simulator, {});
    expect(authenticationLevel(silent, { acceptDemoPolicies: true })).to.equal(undefined);
    expect(isForAuthentication(silent)).to.equal(false);
    expect(isForOcspSigning(silent)).to.equal(false);
    expect(signatureLevel(silent, { acceptDemoPolicies: true })).to.equal(undefined);
    expect(isForSignatures(silent)).to.equal(false);
  });

  it('is that of an OCSP responder by key usage and purpose', () => {
    const ocspSigning = '1.3.6.1.5.5.7.3.9';
    const usage = { keyUsage: ['digitalSignature'], extendedKeyUsage: [ocspSigning] } as const;
    expect(isForOcspSigning(certificate(usage))).to.equal(true);
    expect(isForOcspSigning(certificate({ ...usage, keyUsage: ['keyCertSign'] }))).to.equal(false);
    expect(isForOcspSigning(certificate({ ...usage, extendedKeyUsage: ['2.5.29.37.0'] }))).to.equal(false);
    const withoutUsage = certificateWith(simulator, { extensions: [extendedKeyUsage([ocspSigning])] });
    expect(isForOcspSigning(withoutUsage)).to.equal(true);
    expect(isForAuthentication(certificate(usage))).to.equal(false);
  });

  it('needs an RSA key of 2048 bits at least, give or take one', () => {
    const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength }).privateKey;
    expect(hasStrongRsaKey(certificate({ privateKey: rsa(2048) }))).to.equal(true);
    expect(hasStrongRsaKey(certificate({ privateKey: rsa(2047) }))).to.equal(true);
    expect(hasStrongRsaKey(certificate({ privateKey: rsa(2046) }))).to.equal(false);
    expect(hasStrongRsaKey(certificate({ privateKey: rsa(1024) }))).to.equal(false);
    for (const { privateKey } of [
      generateKeyPairSync('ec', { namedCurve: 'P-384' }),
      generateKeyPairSync('rsa-pss', { modulusLength: 2048 }),
    ]) {
      expect(hasStrongRsaKey(certificate({ privateKey })), privateKey.asymmetricKeyType).to.equal(false);
    }
  });

  it('has for responders an RSA key of that size too, or one of a curve that is in use', () => {
    const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength }).privateKey;
    const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey;
    for (const privateKey of [rsa(2048), ec('P-256'), ec('P-384'), ec('P-521')]) {
      expect(hasStrongKey(certificate({ privateKey }))).to.equal(true);
    }
    for (const privateKey of [rsa(1024), ec('secp224r1'), ec('secp256k1')]) {
      expect(hasStrongKey(certificate({ privateKey }))).to.equal(false);
    }
  });
});

describe('The profile of a signing certificate', () => {
  let simulator: Simulator;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  after(() => simulator.close());

  const { semanticsIdentifier, qcCompliance, qcSscd, qcTypeEsign } = qcStatement;
  const certificate = (overrides: UserCertificateOverrides = {}) =>
    parseCertificate(simulator.pki.issueUserCertificate({ purpose: 'signature', ...overrides }).certificate);
  const levelOf = (overrides: UserCertificateOverrides, acceptDemoPolicies = false) =>
    signatureLevel(certificate(overrides), { acceptDemoPolicies });
  const type = (...info: string[]): QcStatement => ({ id: qcTypeEsign.id, info });
  const [esign, eseal, website] = ['0.4.0.1862.1.6.1', '0.4.0.1862.1.6.2', '0.4.0.1862.1.6.3'] as const;

  it('states the level by two policies, which must both be there', () => {
    expect(levelOf({ certificatePolicies: [smartId.qualified, etsi.signature] })).to.equal('QSCD');
    expect(levelOf({ certificatePolicies: [etsi.advanced, smartId.advanced] })).to.equal('ADVANCED');
    for (const certificatePolicies of [
      [smartId.qualified],
      [etsi.signature],
      [smartId.qualified, etsi.qualified],
      [smartId.qualified, etsi.advanced],
      [smartId.advanced, etsi.signature],
      [smartId.advanced, etsi.qualified],
      ['2.5.29.32.0'],
    ]) {
      expect(levelOf({ certificatePolicies }), certificatePolicies.join(' ')).to.equal(undefined);
    }
  });

  it('is of the higher level where it states two', () => {
    const certificatePolicies = [smartId.advanced, etsi.advanced, smartId.qualified, etsi.signature];
    expect(levelOf({ certificatePolicies })).to.equal('QSCD');
    // A certificate whose policies claim more than its statements is none, not one of the lower level.
    expect(levelOf({ certificatePolicies, qcStatements: [qcSscd] })).to.equal(undefined);
  });

  it("takes the policies of the demo environment's 2016 CA in the demo environment only", () => {
    for (const accept of [true, false]) {
      const qualified = levelOf({ certificatePolicies: [demo.qualified, etsi.signature] }, accept);
      const advanced = levelOf({ certificatePolicies: [demo.advanced, etsi.advanced] }, accept);
      expect([qualified, advanced]).to.deep.equal(accept ? ['QSCD', 'ADVANCED'] : [undefined, undefined]);
    }
  });

  it('states in its statements that it is for signatures, and whether the key is in a qualified device', () => {
    const cases: [level: string | undefined, statements: QcStatement[]][] = [
      ['QSCD', [semanticsIdentifier, qcCompliance, qcSscd, qcTypeEsign]],
      ['QSCD', [qcTypeEsign, qcSscd]],
      ['QSCD', [qcSscd, type(eseal, esign)]],
      ['QUALIFIED', [semanticsIdentifier, qcCompliance, qcTypeEsign]],
      ['QUALIFIED', [qcTypeEsign]],
      [undefined, []],
      [undefined, [semanticsIdentifier, qcCompliance, qcSscd]],
      [undefined, [qcSscd, type(eseal)]],
      [undefined, [qcSscd, type(website)]],
      [undefined, [qcSscd, type(eseal, website)]],
      [undefined, [qcSscd, type()]],
      [undefined, [qcSscd, { id: qcTypeEsign.id }]],
      [undefined, [qcSscd, { id: esign }]],
      [undefined, [qcSscd, { id: semanticsIdentifier.id, info: [qcTypeEsign.id, esign] }]],
    ];
    for (const [level, qcStatements] of cases) {
      expect(levelOf({ qcStatements }), JSON.stringify(qcStatements)).to.equal(level);
    }
  });

  it('needs no statements where it is not qualified, and is not more by them', () => {
    const certificatePolicies = [smartId.advanced, etsi.advanced];
    for (const qcStatements of [[], [type(eseal)], [qcSscd, qcTypeEsign]]) {
      expect(levelOf({ certificatePolicies, qcStatements })).to.equal('ADVANCED');
    }
  });

  it('is no profile where the statements cannot be read', () => {
    const oid = '1.3.6.1.5.5.7.1.3';
    for (const hex of ['', '05', '0500', '3003020101', '300a3008060604008e46010600']) {
      const broken = { oid, critical: false, value: Buffer.from(hex, 'hex') };
      let level: unknown;
      try {
        level = levelOf({ qcStatements: [], extraExtensions: [broken] });
      } catch (error) {
        expect(error).to.be.an('error');
      }
      expect(level, hex).to.equal(undefined);
    }
  });

  it('states the purpose by its key usage', () => {
    for (const [expected, keyUsage] of [
      [true, ['nonRepudiation']],
      [true, ['digitalSignature', 'nonRepudiation']],
      [false, ['digitalSignature']],
      [false, ['keyCertSign', 'cRLSign', 'keyAgreement', 'keyEncipherment', 'dataEncipherment']],
      [false, []],
    ] as const) {
      expect(isForSignatures(certificate({ keyUsage })), keyUsage.join(' ')).to.equal(expected);
    }
  });

  it('is not that of an authentication certificate, nor the other way round', () => {
    const authentication = parseCertificate(simulator.pki.issueUserCertificate().certificate);
    const rules = { acceptDemoPolicies: true };
    expect(isForSignatures(authentication)).to.equal(false);
    expect(signatureLevel(authentication, rules)).to.equal(undefined);
    expect(isForAuthentication(certificate())).to.equal(false);
    expect(authenticationLevel(certificate(), rules)).to.equal(undefined);
  });
});
