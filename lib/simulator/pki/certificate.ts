/** Assembles and signs an X.509 version 3 certificate (RFC 5280, section 4.1) from parts that somebody else chose. */
import { createHash, createPublicKey, type KeyObject, randomBytes, randomInt, sign } from 'node:crypto';
import { BitString, Integer, Null } from 'asn1js';
import {
  AlgorithmIdentifier,
  Certificate,
  Extension,
  PublicKeyInfo,
  RelativeDistinguishedNames,
  Time,
  TimeType,
} from 'pkijs';
import type { CertificateExtension } from './extensions.js';
import { type DistinguishedName, encodeName } from './names.js';
import { PemConverter } from './x509.js';

/** A certificate with what is needed to issue others below it. */
export interface IssuedCertificate {
  /** DER. */
  certificate: Buffer;
  /** The key that the certificate is for. */
  privateKey: KeyObject;
  /** Whose it is. */
  subject: DistinguishedName;
  /** What certificates issued below it carry as authority key identifier. */
  keyIdentifier: Buffer;
}

/** Who signs a certificate; an `IssuedCertificate` is one. */
export type Issuer = Pick<IssuedCertificate, 'privateKey' | 'subject' | 'keyIdentifier'>;

/** The hash in a signature of a certificate. */
export type SignatureHash = 'sha1' | 'sha256' | 'sha384' | 'sha512';

export interface CertificateContents {
  subject: DistinguishedName;
  privateKey: KeyObject;
  notBefore: Date;
  notAfter: Date;
  extensions: readonly CertificateExtension[];
  /** 16 otherwise. */
  serialNumberBytes?: number;
}

const signatureAlgorithms = {
  ec: {
    sha1: '1.2.840.10045.4.1',
    sha256: '1.2.840.10045.4.3.2',
    sha384: '1.2.840.10045.4.3.3',
    sha512: '1.2.840.10045.4.3.4',
  },
  rsa: {
    sha1: '1.2.840.113549.1.1.5',
    sha256: '1.2.840.113549.1.1.11',
    sha384: '1.2.840.113549.1.1.12',
    sha512: '1.2.840.113549.1.1.13',
  },
} as const;

export function issueCertificate(
  contents: CertificateContents,
  issuer: Issuer,
  hash: SignatureHash,
): IssuedCertificate {
  const algorithm = signatureAlgorithm(issuer.privateKey, hash);
  const certificate = new Certificate({
    version: 2,
    serialNumber: new Integer({ valueHex: randomSerialNumber(contents.serialNumberBytes ?? 16) }),
    signature: algorithm,
    signatureAlgorithm: algorithm,
    issuer: RelativeDistinguishedNames.fromBER(encodeName(issuer.subject)),
    notBefore: certificateTime(contents.notBefore),
    notAfter: certificateTime(contents.notAfter),
    subject: RelativeDistinguishedNames.fromBER(encodeName(contents.subject)),
    subjectPublicKeyInfo: publicKeyInfo(contents.privateKey),
    extensions: contents.extensions.map(
      ({ oid, critical, value }) => new Extension({ extnID: oid, critical, extnValue: new Uint8Array(value).buffer }),
    ),
  });
  // pkijs can sign only with keys of Web Crypto, which does everything later; this is wanted at once.
  const toBeSigned = Buffer.from(certificate.encodeTBS().toBER());
  certificate.signatureValue = new BitString({ valueHex: new Uint8Array(sign(hash, toBeSigned, issuer.privateKey)) });
  return {
    certificate: Buffer.from(certificate.toSchema(true).toBER()),
    privateKey: contents.privateKey,
    subject: contents.subject,
    keyIdentifier: keyIdentifier(contents.privateKey),
  };
}

/** Positive, and of exactly so many octets, as DER has it only if the first of them is not zero. */
function randomSerialNumber(bytes: number): Buffer {
  const serialNumber = randomBytes(bytes);
  serialNumber[0] = randomInt(1, 0x80);
  return serialNumber;
}

export const dayMs = 24 * 60 * 60 * 1000;

/** Years of 365 days, less the second that is notAfter itself (RFC 5280, section 4.1.2.5). */
export function validUntil(notBefore: Date, years: number): Date {
  return new Date(notBefore.getTime() + years * 365 * dayMs - 1000);
}

/** RFC 5280, 4.1.2.5: UTCTime through the year 2049, GeneralizedTime from 2050. No fractions of a second. */
function certificateTime(time: Date): Time {
  const value = new Date(time);
  value.setUTCMilliseconds(0);
  return new Time({ type: time.getUTCFullYear() < 2050 ? TimeType.UTCTime : TimeType.GeneralizedTime, value });
}

/** RFC 5280, 4.2.1.2, method 1: the SHA-1 of the public key's bits. */
export function keyIdentifier(privateKey: KeyObject): Buffer {
  const bits = publicKeyInfo(privateKey).subjectPublicKey.valueBlock.valueHexView;
  return createHash('sha1').update(bits).digest();
}

export function toPem(certificate: Buffer): string {
  return `${PemConverter.encode(new Uint8Array(certificate), PemConverter.CertificateTag)}\n`;
}

function publicKeyInfo(privateKey: KeyObject): PublicKeyInfo {
  return PublicKeyInfo.fromBER(new Uint8Array(createPublicKey(privateKey).export({ type: 'spki', format: 'der' })));
}

export function signatureAlgorithm(privateKey: KeyObject, hash: SignatureHash): AlgorithmIdentifier {
  return privateKey.asymmetricKeyType === 'ec'
    ? new AlgorithmIdentifier({ algorithmId: signatureAlgorithms.ec[hash] })
    : new AlgorithmIdentifier({ algorithmId: signatureAlgorithms.rsa[hash], algorithmParams: new Null() });
}
