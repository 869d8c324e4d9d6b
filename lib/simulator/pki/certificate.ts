/** Assembles and signs an X.509 version 3 certificate (RFC 5280, section 4.1) from parts that somebody else chose. */
import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { bitString, certificateTime, contextConstructed, integer, nothing, objectIdentifier, sequence } from './der.js';
import { type CertificateExtension, encodeExtension } from './extensions.js';
import { type DistinguishedName, encodeName } from './names.js';

/** A certificate with what is needed to issue others below it. */
export interface IssuedCertificate {
  /** DER. */
  certificate: Buffer;
  privateKey: KeyObject;
  subject: DistinguishedName;
  /** What certificates issued below it carry as authority key identifier. */
  keyIdentifier: Buffer;
}

/** Who signs a certificate; an `IssuedCertificate` is one. */
export type Issuer = Pick<IssuedCertificate, 'privateKey' | 'subject' | 'keyIdentifier'>;

export type SignatureHash = 'sha1' | 'sha256' | 'sha384' | 'sha512';

export interface CertificateContents {
  subject: DistinguishedName;
  privateKey: KeyObject;
  notBefore: Date;
  notAfter: Date;
  extensions: readonly CertificateExtension[];
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
  const toBeSigned = sequence(
    contextConstructed(0, integer(2)),
    integer(Buffer.concat([Buffer.from([0x40]), randomBytes(15)])),
    algorithm,
    encodeName(issuer.subject),
    sequence(certificateTime(contents.notBefore), certificateTime(contents.notAfter)),
    encodeName(contents.subject),
    createPublicKey(contents.privateKey).export({ type: 'spki', format: 'der' }),
    contextConstructed(3, sequence(...contents.extensions.map(encodeExtension))),
  );
  return {
    certificate: sequence(toBeSigned, algorithm, bitString(sign(hash, toBeSigned, issuer.privateKey))),
    privateKey: contents.privateKey,
    subject: contents.subject,
    keyIdentifier: keyIdentifier(contents.privateKey),
  };
}

/** RFC 5280, 4.2.1.2, method 1: the SHA-1 of the public key's bits. */
export function keyIdentifier(privateKey: KeyObject): Buffer {
  const { kty, x, y, n, e } = createPublicKey(privateKey).export({ format: 'jwk' });
  const decode = (value = '') => Buffer.from(value, 'base64url');
  const bits =
    kty === 'EC'
      ? Buffer.concat([Buffer.from([0x04]), decode(x), decode(y)])
      : sequence(integer(decode(n)), integer(decode(e)));
  return createHash('sha1').update(bits).digest();
}

export function toPem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function signatureAlgorithm(privateKey: KeyObject, hash: SignatureHash): Buffer {
  return privateKey.asymmetricKeyType === 'ec'
    ? sequence(objectIdentifier(signatureAlgorithms.ec[hash]))
    : sequence(objectIdentifier(signatureAlgorithms.rsa[hash]), nothing());
}
