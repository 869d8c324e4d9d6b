/** The certificates that the site trusts for timestamps: nobody who issues certificates of people is meant by them. */

import { SmartIdInputError } from '../../shared/errors.js';
import { checkUsable, nameOf, type TrustAnchorSource, type TrustAnchors } from '../../trust/anchors.js';
import type { Certificate } from '../../trust/certificate.js';
import { isForTimestamps } from '../../trust/certificate-profile.js';
import { keyUsageFlags } from '../../trust/extensions.js';
import { readCertificates } from '../../trust/read-certificates.js';

const field = 'timestampTrustAnchors';

/**
 * Reads and checks the anchors, files included (synchronously: it happens once, when the site starts): CAs that issue
 * certificates of timestamp units, or such certificates themselves, as trusted lists have them.
 * @param now milliseconds since the epoch.
 * @throws SmartIdInputError when there is none, one cannot be read, is neither of the two or is not valid now.
 */
export function loadTimestampAnchors(source: TrustAnchorSource, now: number): TrustAnchors {
  const sources: readonly unknown[] = Array.isArray(source) ? source : [source];
  const found = new Map<string, Certificate>();
  for (const certificate of sources.flatMap((one) => readCertificates(one, field))) {
    checkAnchor(certificate, now);
    found.set(certificate.fingerprint, certificate);
  }
  if (found.size === 0) throw new SmartIdInputError(field, 'must hold at least one certificate.');
  return { certificates: [...found.values()] };
}

function checkAnchor(certificate: Certificate, now: number): void {
  const { isCa, keyUsage = 0 } = certificate;
  const maySign = isCa ? (keyUsage & keyUsageFlags.keyCertSign) !== 0 : isForTimestamps(certificate);
  if (!maySign) {
    const name = nameOf(certificate);
    throw new SmartIdInputError(field, `must hold CAs of timestamp units, or units themselves; ${name} is neither.`);
  }
  checkUsable(certificate, field, now);
}
