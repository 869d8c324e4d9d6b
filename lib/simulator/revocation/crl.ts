/**
 * A certificate revocation list of one authority (RFC 5280, section 5), in the shape of the demo environment's: with
 * its number and the authority's key identifier, and with a reason for some certificates.
 */
import { type KeyObject, sign } from 'node:crypto';
import { BitString, Enumerated, Integer } from 'asn1js';
import { Certificate, CertificateRevocationList, Extension, Extensions, RevokedCertificate, Time } from 'pkijs';
import { type SignatureHash, signatureAlgorithm } from '../pki/certificate.js';
import { authorityKeyIdentifier } from '../pki/extensions.js';

/** A certificate on the list. */
export interface RevokedEntry {
  /** Hexadecimal. */
  serialNumber: string;
  revokedAt: Date;
  /** Default: none is given. */
  reason?: RevocationReason;
}

export type RevocationReason = keyof typeof reasons;

/** CRLReason, of which the demo environment gives these (RFC 5280, section 5.3.1). */
const reasons = { keyCompromise: 1, superseded: 4 };

export interface CrlContents {
  /** DER of the authority whose list it is. */
  issuer: Uint8Array;
  privateKey: KeyObject;
  keyIdentifier: Buffer;
  revoked: readonly RevokedEntry[];
  /** Greater than that of the list before. */
  crlNumber: number;
  thisUpdate: Date;
  nextUpdate: Date;
  signatureHash: SignatureHash;
  /** An extension, not critical, by which the list speaks of some certificates only; an object identifier. */
  extension?: string;
}

export function createCrl(contents: CrlContents): Buffer {
  const { issuer, privateKey, revoked, thisUpdate, nextUpdate, signatureHash } = contents;
  const algorithm = signatureAlgorithm(privateKey, signatureHash);
  const crl = new CertificateRevocationList({
    version: 1,
    signature: algorithm,
    signatureAlgorithm: algorithm,
    issuer: Certificate.fromBER(new Uint8Array(issuer)).subject,
    thisUpdate: new Time({ type: 0, value: thisUpdate }),
    nextUpdate: new Time({ type: 0, value: nextUpdate }),
    // RFC 5280, section 5.1.2.6: it must be absent where no certificate is revoked.
    revokedCertificates: revoked.length === 0 ? undefined : revoked.map(entryOf),
    crlExtensions: new Extensions({ extensions: extensionsOf(contents) }),
  });
  const [tbsCertList] = crl.toSchema(true).valueBlock.value;
  const toBeSigned = Buffer.from(tbsCertList?.toBER() ?? []);
  crl.signatureValue = new BitString({ valueHex: new Uint8Array(sign(signatureHash, toBeSigned, privateKey)) });
  return Buffer.from(crl.toSchema(true).toBER());
}

function entryOf({ serialNumber, revokedAt, reason }: RevokedEntry): RevokedCertificate {
  const extnValue = reason && new Enumerated({ value: reasons[reason] }).toBER();
  return new RevokedCertificate({
    userCertificate: new Integer({ valueHex: new Uint8Array(Buffer.from(serialNumber, 'hex')) }),
    revocationDate: new Time({ type: 0, value: revokedAt }),
    ...(extnValue && {
      crlEntryExtensions: new Extensions({ extensions: [new Extension({ extnID: '2.5.29.21', extnValue })] }),
    }),
  });
}

function extensionsOf({ keyIdentifier, crlNumber, extension }: CrlContents): Extension[] {
  const { oid, value } = authorityKeyIdentifier(keyIdentifier);
  return [
    new Extension({ extnID: oid, extnValue: new Uint8Array(value).buffer }),
    new Extension({ extnID: '2.5.29.20', extnValue: new Integer({ value: crlNumber }).toBER() }),
    ...(extension === undefined
      ? []
      : [new Extension({ extnID: extension, extnValue: new Integer({ value: 1 }).toBER() })]),
  ];
}
