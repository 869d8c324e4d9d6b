/** A certificate revocation list of one authority (RFC 5280, section 5). */
import type { KeyObject } from 'node:crypto';
import { Integer } from 'asn1js';
import { Certificate, CertificateRevocationList, Extension, Extensions, RevokedCertificate, Time } from 'pkijs';
import { cryptoKeyOf, type SignatureHash } from './crypto-key.js';

export interface CrlContents {
  /** DER of the authority whose list it is. */
  issuer: Uint8Array;
  privateKey: KeyObject;
  /** Serial numbers, hexadecimal. */
  revoked: readonly string[];
  thisUpdate: Date;
  nextUpdate: Date;
  signatureHash: SignatureHash;
  /** An extension, not critical, by which the list speaks of some certificates only; an object identifier. */
  extension?: string;
}

export async function createCrl(contents: CrlContents): Promise<Buffer> {
  const { issuer, privateKey, revoked, thisUpdate, nextUpdate, signatureHash, extension } = contents;
  const crl = new CertificateRevocationList({
    version: 1,
    issuer: Certificate.fromBER(new Uint8Array(issuer)).subject,
    thisUpdate: new Time({ type: 0, value: thisUpdate }),
    nextUpdate: new Time({ type: 0, value: nextUpdate }),
    revokedCertificates:
      revoked.length === 0
        ? undefined
        : revoked.map(
            (serialNumber) =>
              new RevokedCertificate({
                userCertificate: new Integer({ valueHex: new Uint8Array(Buffer.from(serialNumber, 'hex')) }),
                revocationDate: new Time({ type: 0, value: thisUpdate }),
              }),
          ),
  });
  if (extension !== undefined) {
    const extnValue = new Integer({ value: 1 }).toBER(false);
    crl.crlExtensions = new Extensions({ extensions: [new Extension({ extnID: extension, extnValue })] });
  }
  await crl.sign(await cryptoKeyOf(privateKey, signatureHash), signatureHash);
  return Buffer.from(crl.toSchema(true).toBER(false));
}
