/** Certificate revocation lists (RFC 5280, section 5), the fallback where OCSP gives no answer. */

import { type Certificate, CertificateRevocationList } from 'pkijs';
import { refuseDates } from './freshness.js';

export type CrlResult = { crl: CertificateRevocationList; nextUpdate?: Date } | { refusal: string };

/**
 * The list, when it is the issuer's own, whole and of now.
 * @throws Error when the bytes are no list.
 */
export async function readCrl(der: Uint8Array<ArrayBuffer>, issuer: Certificate, now: number): Promise<CrlResult> {
  const crl = CertificateRevocationList.fromBER(der);
  // A critical extension says that the list speaks of some certificates only, or for another issuer.
  const partial = crl.crlExtensions?.extensions.find(({ critical }) => critical);
  if (partial) return { refusal: `its critical extension ${partial.extnID} is unknown` };
  if (!(await crl.verify({ issuerCertificate: issuer }))) return { refusal: 'its signature is not that of the CA' };
  const refusal = refuseDates(crl.thisUpdate.value, crl.nextUpdate?.value, now);
  return refusal ? { refusal } : { crl, nextUpdate: crl.nextUpdate?.value };
}
