/** The certificates that the site trusts to issue Smart-ID certificates: only those, never the system's store. */

import { SmartIdInputError } from '../shared/errors.js';
import type { Certificate } from './certificate.js';
import { keyUsageFlags, unknownCriticalExtension } from './extensions.js';
import { type PublishedAnchor, publishedAnchors } from './published-anchors.js';
import { type CertificateSource, readCertificates } from './read-certificates.js';

/** PEM text, a DER certificate, the path of a file or of a folder of such files, or a list of these. */
export type TrustAnchorSource = CertificateSource | readonly CertificateSource[];

/** Made by `loadTrustAnchors`. An issuing CA is an anchor by itself; it need not come with its root. */
export interface TrustAnchors {
  /** Each once. */
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
    found.set(certificate.fingerprint, certificate);
  }
  if (found.size === 0) throw new SmartIdInputError(field, 'must hold at least one CA certificate.');
  return { certificates: [...found.values()] };
}

/**
 * Refuses anchors of the one service with the other one: nobody could log in, or a real site would trust the
 * certificates of test persons. Anchors that are not published, such as those of a simulator, go with any service.
 * @param environment `other` is a simulator or a gateway, which may stand for either.
 * @throws SmartIdInputError naming the certificate and what to change.
 */
export function checkAnchorsFit(
  { certificates }: TrustAnchors,
  environment: 'live' | 'demo' | 'other',
  published: Record<'live' | 'demo', readonly PublishedAnchor[]> = publishedAnchors,
): void {
  if (environment === 'other') return;
  const wrong = environment === 'live' ? 'demo' : 'live';
  for (const { fingerprint } of certificates) {
    const anchor = published[wrong].find((one) => one.fingerprint === fingerprint);
    if (!anchor) continue;
    throw new SmartIdInputError(
      field,
      `holds "${anchor.commonName}", an anchor of the ${wrong} service, while the environment is the ${environment} ` +
        `service: leave it out and give the anchors of the ${environment} service, or change the environment.`,
    );
  }
}

function checkAnchor(certificate: Certificate, now: number): void {
  const { isCa, keyUsage = 0 } = certificate;
  const name = nameOf(certificate);
  if (!isCa) throw new SmartIdInputError(field, `must hold CA certificates only; ${name} is not one.`);
  if ((keyUsage & keyUsageFlags.keyCertSign) === 0) {
    throw new SmartIdInputError(field, `must hold CA certificates only; ${name} may not sign certificates.`);
  }
  checkUsable(certificate, field, now);
}

/** @throws SmartIdInputError naming the field when the certificate cannot be trusted now, whatever it is for. */
export function checkUsable(certificate: Certificate, field: string, now: number): void {
  const { validity } = certificate;
  const name = nameOf(certificate);
  const unknown = unknownCriticalExtension(certificate.extensions);
  if (unknown) {
    throw new SmartIdInputError(field, `holds ${name}, whose critical extension ${unknown} is not understood.`);
  }
  if (now > validity.to) throw new SmartIdInputError(field, `holds ${name}, which expired on ${dateOf(validity.to)}.`);
  if (now < validity.from) {
    throw new SmartIdInputError(field, `holds ${name}, which is valid from ${dateOf(validity.from)} only.`);
  }
}

/** In one line and in quotes, as messages have it. */
export function nameOf({ node }: Certificate): string {
  return `"${node.subject.replaceAll('\n', ', ')}"`;
}

function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
