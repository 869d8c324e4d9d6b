/**
 * Which of some certificates are trust anchors of an environment: those whose fingerprints are published, and no
 * others.
 */

import type { Certificate } from '../trust/certificate.js';
import { authorityInfoAccess, decodeAccessUrls } from '../trust/extensions.js';
import type { PublishedAnchor } from '../trust/published-anchors.js';
import { readCertificates } from '../trust/read-certificates.js';

/** The bytes at an address; rejects when there are none. */
export type Download = (url: string) => Promise<Uint8Array>;

export interface Judgement {
  certificate: Certificate;
  /** The file or address that it came from. */
  from: string;
  /** Why it is no trust anchor; absent when it is one. */
  refusal?: string;
}

/** @param now milliseconds since the epoch. */
export function judge(
  certificate: Certificate,
  from: string,
  published: readonly PublishedAnchor[],
  now: number,
): Judgement {
  const isPublished = published.some(({ fingerprint }) => fingerprint === certificate.fingerprint);
  if (!isPublished) return { certificate, from, refusal: 'its fingerprint is not among the published ones' };
  if (now > certificate.validity.to) return { certificate, from, refusal: 'it has expired' };
  return { certificate, from };
}

/** The addresses of its issuer's certificate, as the certificate itself names them. */
function issuerUrls(certificate: Certificate): string[] {
  return certificate.decode(authorityInfoAccess, (value) => decodeAccessUrls(value, 'caIssuers')) ?? [];
}

/**
 * The issuers' certificates, from the addresses that the given certificates name; each address once.
 * An address that gives none is told by `onFailure` and passed over.
 */
export async function downloadIssuers(
  certificates: readonly Certificate[],
  download: Download,
  onFailure: (url: string, error: Error) => void,
): Promise<{ certificate: Certificate; from: string }[]> {
  const found = [];
  for (const url of new Set(certificates.flatMap(issuerUrls))) {
    try {
      const read = readCertificates(await download(url), url);
      found.push(...read.map((certificate) => ({ certificate, from: url })));
    } catch (error) {
      onFailure(url, error as Error);
    }
  }
  return found;
}
