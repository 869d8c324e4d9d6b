/** A certificate revocation list of one authority (RFC 5280, section 5). */
import type { KeyObject } from 'node:crypto';
import { Integer } from 'asn1js';
import { Certificate, CertificateRevocationList, RevokedCertificate, Time } from 'pkijs';
import { cryptoKeyOf, signatureHash } from './crypto-key.js';

export interface CrlContents {
  /** DER of the authority whose list it is. */
  issuer: Uint8Array;
  privateKey: KeyObject;
  /** Serial numbers, hexadecimal. */
  revoked: readonly string[];
  thisUpdate: Date;
  nextUpdate: Date;
}

export async function createCrl(contents: CrlContents): Promise<Buffer> {
  const { issuer, privateKey, revoked, thisUpdate, nextUpdate } = contents;
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
  await crl.sign(await cryptoKeyOf(privateKey), signatureHash);
  return Buffer.from(crl.toSchema(true).toBER(false));
}
