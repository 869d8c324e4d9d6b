import 'reflect-metadata';
import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  CertificatePolicyExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate as ParsedCertificate,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
} from '@peculiar/x509';
import { type ObjectIdentifier, OctetString, type PrintableString, Sequence } from 'asn1js';
import { expect } from 'chai';
import { CertificateRevocationList, QCStatements } from 'pkijs';
import { qcStatement, type Simulator, simulatedAccounts, startSimulator } from '../../lib/simulator/index.js';
import { createAnonymous, deviceLink, sessionStatus, startQuickSimulator, usePhone } from './support.js';

const oid = {
  commonName: '2.5.4.3',
  surname: '2.5.4.4',
  serialNumber: '2.5.4.5',
  country: '2.5.4.6',
  organizationalUnit: '2.5.4.11',
  givenName: '2.5.4.42',
  authorityInformationAccess: '1.3.6.1.5.5.7.1.1',
  qcStatements: '1.3.6.1.5.5.7.1.3',
  subjectDirectoryAttributes: '2.5.29.9',
  subjectAlternativeName: '2.5.29.17',
  crlDistributionPoints: '2.5.29.31',
};

describe('The certificates of the simulator', () => {
  let sim: Simulator;
  before(async () => {
    sim = await startQuickSimulator();
  });
  after(() => sim.close());

  const issue = (overrides: Parameters<Simulator['pki']['issueUserCertificate']>[0] = {}) =>
    new ParsedCertificate(new Uint8Array(sim.pki.issueUserCertificate(overrides).certificate));
  const subjectTypes = (certificate: ParsedCertificate) =>
    certificate.subjectName.toJSON().flatMap((attribute) => Object.keys(attribute));
  const isSignedBy = (certificate: Buffer, issuer: Buffer) =>
    new X509Certificate(certificate).verify(new X509Certificate(issuer).publicKey);
  const bytes = (certificate: ParsedCertificate, extension: string) =>
    Buffer.from(certificate.getExtension(extension)?.value ?? new ArrayBuffer());

  describe('of the authorities', () => {
    it('are three trust anchors, all issuing, signed by the root, which is none', () => {
      const anchors = sim.trustAnchors.match(/-----BEGIN[\s\S]*?END CERTIFICATE-----/g) ?? [];
      const names = anchors.map((pem) => /CN=.*/.exec(new X509Certificate(pem).subject)?.[0]);
      expect(names).to.deep.equal([
        'CN=Simulated EID-Q 2024E',
        'CN=Simulated EID-Q 2024R',
        'CN=Simulated EID-NQ 2021E',
      ]);
      for (const pem of anchors) expect(isSignedBy(Buffer.from(pem), sim.pki.root.certificate)).to.equal(true);
      expect(isSignedBy(sim.pki.root.certificate, sim.pki.root.certificate)).to.equal(true);
    });

    it('have the key types of the real ones', () => {
      const type = ({ certificate }: { certificate: Buffer }) => {
        const { asymmetricKeyType, asymmetricKeyDetails } = new X509Certificate(certificate).publicKey;
        return asymmetricKeyDetails?.namedCurve ?? asymmetricKeyType;
      };
      const { qualified, qualifiedRsa, nonQualified } = sim.pki.authorities;
      expect([qualified, qualifiedRsa, nonQualified].map(type)).to.deep.equal(['secp384r1', 'rsa', 'secp384r1']);
    });

    it('may sign certificates and CRLs, and have no authority below them', () => {
      const certificate = new ParsedCertificate(new Uint8Array(sim.pki.authorities.qualified.certificate));
      const constraints = certificate.getExtension(BasicConstraintsExtension);
      expect(constraints).to.include({ ca: true, pathLength: 0, critical: true });
      const usage = certificate.getExtension(KeyUsagesExtension);
      expect(usage).to.include({ usages: KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, critical: true });
    });

    it('can be fetched where user certificates say they are', async () => {
      for (const { caIssuersUrl, certificate } of [sim.pki.root, ...Object.values(sim.pki.authorities)]) {
        const response = await fetch(caIssuersUrl);
        expect(response.headers.get('content-type')).to.equal('application/pkix-cert');
        expect(Buffer.from(await response.arrayBuffer()).equals(certificate)).to.equal(true);
      }
    });

    it('can be fetched as PEM', async () => {
      const response = await fetch(new URL('/trust-anchors.pem', sim.baseUrl));
      expect(await response.text()).to.equal(sim.trustAnchors);
    });

    it('have a root that can be fetched as PEM, and that each of them points to', async () => {
      const response = await fetch(new URL('/root.pem', sim.baseUrl));
      expect(await response.text()).to.equal(sim.rootCertificate);
      const { root } = sim.pki;
      expect(new X509Certificate(sim.rootCertificate).raw.equals(root.certificate)).to.equal(true);
      for (const { certificate } of Object.values(sim.pki.authorities)) {
        const { infoAccess } = new X509Certificate(certificate);
        expect(infoAccess).to.contain(root.caIssuersUrl).and.contain(root.ocspUrl);
        expect(certificate.includes(root.crlUrl)).to.equal(true);
      }
    });
  });

  describe('of people, current profile', () => {
    it('name the person in the order of the real ones', () => {
      const certificate = issue();
      expect(certificate.subjectName.toJSON()).to.deep.equal([
        { C: ['EE'] },
        { CN: ['TESTNUMBER,OK'] },
        { SN: ['TESTNUMBER'] },
        { G: ['OK'] },
        { '2.5.4.5': ['PNOEE-40404040009'] },
      ]);
      expect(certificate.subjectName.getField(oid.surname)).to.deep.equal(['TESTNUMBER']);
      expect(certificate.subjectName.getField(oid.serialNumber)).to.deep.equal(['PNOEE-40404040009']);
    });

    it('keep letters outside ASCII and inner hyphens', () => {
      const { subjectName } = issue({ account: 'PNOLV-010111-22341-MOCK-Q' });
      expect(subjectName.getField(oid.givenName)).to.deep.equal(['BĒRNS']);
      expect(subjectName.getField(oid.serialNumber)).to.deep.equal(['PNOLV-010111-22341']);
    });

    it('are for authentication and for nothing else', () => {
      const certificate = issue();
      expect(certificate.getExtension(BasicConstraintsExtension)?.ca).to.equal(false);
      expect(certificate.getExtension(KeyUsagesExtension)).to.include({
        usages: KeyUsageFlags.digitalSignature,
        critical: true,
      });
      expect(certificate.getExtension(ExtendedKeyUsageExtension)?.usages).to.deep.equal(['1.3.6.1.4.1.62306.5.7.0']);
    });

    it('have the policies of their level', () => {
      expect(issue().getExtension(CertificatePolicyExtension)?.policies).to.deep.equal([
        '1.3.6.1.4.1.10015.17.2',
        '0.4.0.2042.1.2',
      ]);
      expect(
        issue({ account: 'PNOLT-61101019988-MOCK-NQ' }).getExtension(CertificatePolicyExtension)?.policies,
      ).to.deep.equal(['1.3.6.1.4.1.10015.17.1', '0.4.0.2042.1.1']);
    });

    it('have a practice statement on the first policy', () => {
      const cps = `${new URL(sim.baseUrl).origin}/practice-statement`;
      expect(bytes(issue(), '2.5.29.32').includes(cps)).to.equal(true);
    });

    it('have the document number as alternative name', () => {
      const names = issue().getExtension(SubjectAlternativeNameExtension)?.names.toJSON();
      expect(names).to.deep.equal([{ type: 'dn', value: 'CN=PNOEE-40404040009-MOCK-Q' }]);
    });

    it('point to their authority, its OCSP responder and its CRL', () => {
      const certificate = issue();
      const { qualified } = sim.pki.authorities;
      expect(certificate.getExtension(AuthorityKeyIdentifierExtension)?.keyId).to.equal(
        qualified.keyIdentifier.toString('hex'),
      );
      const access = bytes(certificate, oid.authorityInformationAccess);
      expect(access.includes(qualified.caIssuersUrl) && access.includes(qualified.ocspUrl)).to.equal(true);
      expect(bytes(certificate, oid.crlDistributionPoints).includes(qualified.crlUrl)).to.equal(true);
      expect(new X509Certificate(Buffer.from(certificate.rawData)).infoAccess?.trim()).to.equal(
        `CA Issuers - URI:${qualified.caIssuersUrl}\nOCSP - URI:${qualified.ocspUrl}`,
      );
    });

    it('have the key identifier that others would calculate', async () => {
      const certificate = issue();
      const calculated = Buffer.from(await certificate.publicKey.getKeyIdentifier()).toString('hex');
      expect(certificate.getExtension(SubjectKeyIdentifierExtension)?.keyId).to.equal(calculated);
    });

    it('state the date of birth where the account has one', () => {
      expect(bytes(issue(), oid.subjectDirectoryAttributes).includes('19040404120000Z')).to.equal(true);
      const withDate = issue({ account: 'PNOLV-329999-99901-MOCK-Q' });
      expect(bytes(withDate, oid.subjectDirectoryAttributes).includes('19900301120000Z')).to.equal(true);
      const without = issue({ account: 'PNOLV-329999-99709-MOCK-Q' });
      expect(without.getExtension(oid.subjectDirectoryAttributes)).to.equal(null);
    });

    it('have no QC statements, whatever their level', () => {
      expect(issue().getExtension(oid.qcStatements)).to.equal(null);
      expect(issue({ account: 'PNOLT-61101019988-MOCK-NQ' }).getExtension(oid.qcStatements)).to.equal(null);
    });

    it('are valid for three years less a second, from yesterday', () => {
      const { notBefore, notAfter } = issue();
      expect(notAfter.getTime() - notBefore.getTime()).to.equal(3 * 365 * 86_400_000 - 1000);
      expect(Date.now() - notBefore.getTime()).to.be.within(86_400_000, 86_460_000);
    });

    it('are signed by the authority of their level', () => {
      for (const { documentNumber, level, certificateProfile } of simulatedAccounts) {
        const { certificate } = sim.pki.issueUserCertificate({ account: documentNumber });
        const { qualified, qualifiedRsa, nonQualified } = sim.pki.authorities;
        const ofLevel = level === 'ADVANCED' ? nonQualified : qualified;
        const issuer = certificateProfile === 'older' ? qualifiedRsa : ofLevel;
        expect(isSignedBy(certificate, issuer.certificate), documentNumber).to.equal(true);
        expect(
          new X509Certificate(certificate).checkIssued(new X509Certificate(issuer.certificate)),
          documentNumber,
        ).to.equal(true);
      }
    });
  });

  it('of the older profile have another order, the code in the common name and no alternative name', () => {
    const certificate = issue({ account: 'PNOLV-040404-10003-DEMO-Q' });
    expect(subjectTypes(certificate)).to.deep.equal(['2.5.4.5', 'G', 'SN', 'CN', 'OU', 'C']);
    expect(certificate.subjectName.getField(oid.commonName)).to.deep.equal(['TESTNUMBER,ŅEMAINĪGA,PNOLV-040404-10003']);
    expect(certificate.subjectName.getField(oid.organizationalUnit)).to.deep.equal(['AUTHENTICATION']);
    expect(certificate.getExtension(oid.subjectAlternativeName)).to.equal(null);
    expect(certificate.getExtension(KeyUsagesExtension)?.usages).to.equal(
      KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment | KeyUsageFlags.dataEncipherment,
    );
    expect(certificate.getExtension(ExtendedKeyUsageExtension)?.usages).to.deep.equal(['1.3.6.1.5.5.7.3.2']);
    expect(certificate.getExtension(CertificatePolicyExtension)?.policies).to.include('1.3.6.1.4.1.10015.17.2');
  });

  describe('for signatures', () => {
    const forSignature = (account = 'PNOEE-40404040009-MOCK-Q') => issue({ account, purpose: 'signature' });
    const policies = (certificate: ParsedCertificate) => certificate.getExtension(CertificatePolicyExtension)?.policies;
    const accounts = {
      qualified: 'PNOEE-40404040009-MOCK-Q',
      older: 'PNOLV-040404-10003-DEMO-Q',
      advanced: 'PNOLT-61101019988-MOCK-NQ',
    };

    for (const [kind, account] of Object.entries(accounts)) {
      it(`are for signatures and for nothing else: ${kind}`, () => {
        const certificate = forSignature(account);
        expect(certificate.getExtension(KeyUsagesExtension)).to.include({
          usages: KeyUsageFlags.nonRepudiation,
          critical: true,
        });
        expect(certificate.getExtension(ExtendedKeyUsageExtension)).to.equal(null);
      });
    }

    it('have the policies of their level', () => {
      expect(policies(forSignature())).to.deep.equal(['1.3.6.1.4.1.10015.17.2', '0.4.0.194112.1.2']);
      expect(policies(forSignature(accounts.older))).to.deep.equal(['1.3.6.1.4.1.10015.17.2', '0.4.0.194112.1.2']);
      expect(policies(forSignature(accounts.advanced))).to.deep.equal(['1.3.6.1.4.1.10015.17.1', '0.4.0.2042.1.1']);
    });

    it('say what they are qualified for, and where to read under which conditions', () => {
      const conditions = ['0.4.0.1862.1.5', `${new URL(sim.baseUrl).origin}/conditions-for-use`, 'en'];
      expect(statementsOf(forSignature())).to.deep.equal([
        ['1.3.6.1.5.5.7.11.2', '0.4.0.194121.1.1'],
        ['0.4.0.1862.1.1'],
        ['0.4.0.1862.1.4'],
        ['0.4.0.1862.1.6', '0.4.0.1862.1.6.1'],
        conditions,
      ]);
      expect(statementsOf(forSignature('PNOEE-00000000010-SIMU-Q'))).to.deep.equal([
        ['1.3.6.1.5.5.7.11.2', '0.4.0.194121.1.1'],
        ['0.4.0.1862.1.1'],
        ['0.4.0.1862.1.6', '0.4.0.1862.1.6.1'],
        conditions,
      ]);
      expect(forSignature(accounts.advanced).getExtension(oid.qcStatements)).to.equal(null);
    });

    it('name the person, the document and the authority as the others do', () => {
      for (const account of Object.values(accounts)) {
        const [one, other] = [issue({ account, dateOfBirth: null }), forSignature(account)];
        expect(other.issuer).to.equal(one.issuer);
        expect(bytes(other, oid.subjectAlternativeName).equals(bytes(one, oid.subjectAlternativeName))).to.equal(true);
        expect(other.subject).to.equal(one.subject.replace('AUTHENTICATION', 'SIGNATURE'));
      }
      expect(forSignature(accounts.older).subjectName.getField(oid.organizationalUnit)).to.deep.equal(['SIGNATURE']);
    });

    it('can have other statements, or none', () => {
      const { qcCompliance, qcSscd } = qcStatement;
      const withSeal = [qcCompliance, qcSscd, { id: '0.4.0.1862.1.6', info: ['0.4.0.1862.1.6.2', '0.4.0.1862.1.6.3'] }];
      expect(statementsOf(issue({ purpose: 'signature', qcStatements: withSeal }))).to.deep.equal([
        ['0.4.0.1862.1.1'],
        ['0.4.0.1862.1.4'],
        ['0.4.0.1862.1.6', '0.4.0.1862.1.6.2', '0.4.0.1862.1.6.3'],
      ]);
      const without = issue({ purpose: 'signature', qcStatements: [] });
      expect(without.getExtension(oid.qcStatements)).to.equal(null);
    });

    it('are revoked with the account, as the list of revoked certificates says', async () => {
      const revoked = 'PNOEE-00000000008-SIMU-Q';
      const serialNumbers = (['authentication', 'signature'] as const).map((purpose) => {
        const key = sim.pki.issueUserCertificate({ account: revoked, purpose });
        sim.useCertificate(revoked, key, purpose);
        return new X509Certificate(key.certificate).serialNumber;
      });
      const list = await fetch(sim.pki.authorities.qualified.crlUrl);
      const { revokedCertificates = [] } = CertificateRevocationList.fromBER(await list.arrayBuffer());
      const listed = revokedCertificates.map(({ userCertificate }) =>
        Buffer.from(userCertificate.valueBlock.valueHexView).toString('hex').toUpperCase(),
      );
      expect(listed).to.include.members(serialNumbers);
    });

    /** Each statement's identifier, then what it lists. */
    function statementsOf(certificate: ParsedCertificate): string[][] {
      const { values } = QCStatements.fromBER(new Uint8Array(bytes(certificate, oid.qcStatements)));
      return values.map(({ id, type }) => [
        id,
        ...(type?.valueBlock.value ?? []).flatMap((item: ObjectIdentifier | Sequence) =>
          item instanceof Sequence
            ? (item.valueBlock.value as PrintableString[]).map((text) => text.valueBlock.value)
            : item.valueBlock.toString(),
        ),
      ]);
    }
  });

  describe('made to deviate', () => {
    it('can have any subject, document number and date of birth', () => {
      const certificate = issue({
        subject: [
          ['commonName', 'NOBODY'],
          ['country', 'LT'],
        ],
        documentNumber: 'PNOEE-1-MOCK-Q',
        dateOfBirth: '2001-02-03',
      });
      expect(certificate.subject).to.equal('CN=NOBODY, C=LT');
      expect(bytes(certificate, oid.subjectAlternativeName).includes('PNOEE-1-MOCK-Q')).to.equal(true);
      expect(bytes(certificate, oid.subjectDirectoryAttributes).includes('20010203120000Z')).to.equal(true);
    });

    it('can lack what can be absent', () => {
      const certificate = issue({
        documentNumber: null,
        dateOfBirth: null,
        extendedKeyUsage: [],
        caIssuersUrl: null,
        ocspUrl: null,
        crlUrl: null,
      });
      const left = certificate.extensions.map(({ type }) => type);
      expect(left).to.have.members(['2.5.29.19', '2.5.29.35', '2.5.29.32', '2.5.29.14', '2.5.29.15']);
    });

    it('can have any policies, purposes, validity and constraints', () => {
      const notBefore = new Date('2020-01-01T00:00:00Z');
      const notAfter = new Date('2055-01-01T00:00:00Z');
      const certificate = issue({
        certificatePolicies: ['1.2.3'],
        keyUsage: ['nonRepudiation', 'keyCertSign'],
        extendedKeyUsage: ['1.2.3.4'],
        basicConstraints: { ca: true, pathLength: 3 },
        notBefore,
        notAfter,
      });
      expect(certificate.getExtension(CertificatePolicyExtension)?.policies).to.deep.equal(['1.2.3']);
      expect(certificate.getExtension(KeyUsagesExtension)?.usages).to.equal(
        KeyUsageFlags.nonRepudiation | KeyUsageFlags.keyCertSign,
      );
      expect(certificate.getExtension(ExtendedKeyUsageExtension)?.usages).to.deep.equal(['1.2.3.4']);
      expect(certificate.getExtension(BasicConstraintsExtension)).to.include({ ca: true, pathLength: 3 });
      expect([certificate.notBefore, certificate.notAfter]).to.deep.equal([notBefore, notAfter]);
    });

    it('can have a critical extension that nobody knows', () => {
      const value = Buffer.from(new OctetString({ valueHex: Buffer.from('x') }).toBER());
      const certificate = issue({ extraExtensions: [{ oid: '1.2.3.4.5', critical: true, value }] });
      expect(certificate.getExtension('1.2.3.4.5')?.critical).to.equal(true);
      expect(bytes(certificate, '1.2.3.4.5').equals(value)).to.equal(true);
    });

    it('can be signed with another hash', () => {
      const hashOf = (signatureHash: 'sha1' | 'sha512') => issue({ signatureHash }).signatureAlgorithm.hash.name;
      expect([hashOf('sha1'), hashOf('sha512')]).to.deep.equal(['SHA-1', 'SHA-512']);
    });

    it('can come from an authority that nobody trusts, or one under the same root', () => {
      const stranger = sim.pki.issueAuthority();
      expect(isSignedBy(sim.pki.issueUserCertificate({ issuer: stranger }).certificate, stranger.certificate)).to.equal(
        true,
      );
      const sibling = sim.pki.issueAuthority({ issuer: sim.pki.root });
      expect(isSignedBy(sibling.certificate, sim.pki.root.certificate)).to.equal(true);
    });

    it('can come from somebody with the right name and key identifier but another key', () => {
      const { qualified } = sim.pki.authorities;
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
      const { certificate } = sim.pki.issueUserCertificate({ issuer: { ...qualified, privateKey } });
      const parsed = new X509Certificate(certificate);
      expect(parsed.issuer).to.equal(new X509Certificate(qualified.certificate).subject);
      expect(isSignedBy(certificate, qualified.certificate)).to.equal(false);
      expect(parsed.verify(createPublicKey(privateKey))).to.equal(true);
    });

    it('can come from another user certificate', () => {
      const user = sim.pki.issueUserCertificate({ account: 'PNOLT-40404040009-MOCK-Q' });
      const { certificate } = sim.pki.issueUserCertificate({ issuer: user });
      expect(isSignedBy(certificate, user.certificate)).to.equal(true);
      expect(new X509Certificate(certificate).issuer).to.equal(new X509Certificate(user.certificate).subject);
    });

    it('cannot start from an account that does not exist', () => {
      expect(() => issue({ account: 'PNOEE-1-MOCK-Q' })).to.throw('no account');
    });
  });

  it('have keys of the size that was asked for, one for each account, made once', async () => {
    const other = await startSimulator({ port: 0, keySize: 3072, notificationDelayMs: 0 });
    try {
      const certificates: string[] = [];
      for (const documentNumber of ['PNOEE-40404040009-MOCK-Q', 'PNOEE-40404040009-MOCK-Q']) {
        const session = await createAnonymous(other);
        await usePhone(other, { documentNumber, deviceLink: deviceLink(session, 'QR') });
        certificates.push((await sessionStatus(other, session.response.sessionID)).body.cert.value);
      }
      expect(certificates[0]).to.equal(certificates[1]);
      const { publicKey } = new X509Certificate(Buffer.from(certificates[0] ?? '', 'base64'));
      expect(publicKey.asymmetricKeyDetails?.modulusLength).to.equal(3072);
    } finally {
      await other.close();
    }
  });
});
