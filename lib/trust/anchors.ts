/** The certificates that the site trusts to issue Smart-ID certificates: only those, never the system's store. */

import { SmartIdInputError } from '../errors.js';
import type { Certificate } from './certificate.js';
import { unknownCriticalExtension } from './path.js';
import { type CertificateSource, readCertificates } from './read-certificates.js';
import { BasicConstraintsExtension, KeyUsageFlags, KeyUsagesExtension } from './x509.js';

/** PEM text, a DER certificate, the path of a file or of a folder of such files, or a list of these. */
export type TrustAnchorSource = CertificateSource | readonly CertificateSource[];

/** Made by `loadTrustAnchors`. An issuing CA is an anchor by itself; it need not come with its root. */
export interface TrustAnchors {
  readonly certificates: readonly Certificate[];
}

const field = 'trustAnchors';

/**
 * Reads and checks the anchors, files included (synchronously: it happens once, when the site starts).
 * @param now milliseconds since the epoch.
 * @throws SmartIdInputError when there is none, one cannot be read, is no CA certificate or is not valid now.
 */
export function loadTrustAnchors(source: TrustAnchorSource, now: number): TrustAnchors {
  const sources: readonly unknown[] = Array.isArray(source) ? source : [source];
  const found = new Map<string, Certificate>();
  for (const certificate of sources.flatMap((one) => readCertificates(one, field))) {
    checkAnchor(certificate, now);
    found.set(certificate.node.fingerprint256, certificate);
  }
  if (found.size === 0) throw new SmartIdInputError(field, 'must hold at least one CA certificate.');
  return { certificates: [...found.values()] };
}

function checkAnchor(certificate: Certificate, now: number): void {
  const { x509 } = certificate;
  const name = `"${x509.subject}"`;
  if (!x509.getExtension(BasicConstraintsExtension)?.ca) {
    throw new SmartIdInputError(field, `must hold CA certificates only; ${name} is none.`);
  }
  const usages = x509.getExtension(KeyUsagesExtension)?.usages ?? 0;
  if ((usages & KeyUsageFlags.keyCertSign) === 0) {
    throw new SmartIdInputError(field, `must hold CA certificates only; ${name} may not sign certificates.`);
  }
  const unknown = unknownCriticalExtension(certificate);
  if (unknown) {
    throw new SmartIdInputError(field, `holds ${name}, whose critical extension ${unknown} is not understood.`);
  }
  if (now > x509.notAfter.getTime()) {
    throw new SmartIdInputError(field, `holds ${name}, which expired on ${x509.notAfter.toISOString().slice(0, 10)}.`);
  }
  if (now < x509.notBefore.getTime()) {
    throw new SmartIdInputError(
      field,
      `holds ${name}, which is valid from ${x509.notBefore.toISOString().slice(0, 10)} only.`,
    );
  }
}
