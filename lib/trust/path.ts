/**
 * The certificate path from a user certificate to a configured anchor (RFC 5280, section 6): an issuing CA is an anchor by itself, so
 * it is one step. OpenSSL, by node:crypto, judges names, key identifiers and signature; what it leaves open is checked here.
 */

import type { TrustAnchors } from './anchors.js';
import { type Certificate, extensionTypes } from './certificate.js';
import { algorithmOf } from './certificate-parts.js';
import { isStrong } from './signatures.js';

export type PathResult = { path: [leaf: Certificate, anchor: Certificate] } | { refusal: string };

/** Extensions whose meaning is checked here or by the Smart-ID profile; a critical one beside them refuses. */
const understoodExtensions = new Set<string>(Object.values(extensionTypes));

/**
 * The path, or why there is none.
 * @param now milliseconds since the epoch; every certificate of the path, the anchor included, must be valid then.
 */
export function buildPath(leaf: Certificate, anchors: TrustAnchors, now: number): PathResult {
  const refusal = judgeLeaf(leaf) ?? judgeDates(leaf, now);
  if (refusal) return { refusal };
  // Two anchors may have one name: a CA may have a new key.
  const anchor = anchors.certificates.find((anchor) => isIssuerOf(anchor, leaf));
  if (!anchor) return { refusal: 'it is not signed by a trust anchor' };
  const expired = judgeDates(anchor, now);
  return expired ? { refusal: `of its issuer: ${expired}` } : { path: [leaf, anchor] };
}

/** The bytes of the name first, which is quick; OpenSSL then says whether key identifiers and usage fit too. */
function isIssuerOf(anchor: Certificate, leaf: Certificate): boolean {
  return (
    Buffer.compare(leaf.parts.issuer, anchor.parts.subject) === 0 &&
    anchor.extension('isCa') === true &&
    leaf.node.checkIssued(anchor.node) &&
    leaf.node.verify(anchor.publicKey)
  );
}

function judgeLeaf(certificate: Certificate): string | undefined {
  const { signature, signatureAlgorithm, extensions } = certificate.parts;
  if (!isStrong({ algorithmId: algorithmOf(signatureAlgorithm) })) {
    return 'it is signed with an algorithm that is not strong enough';
  }
  if (Buffer.compare(signature, signatureAlgorithm) !== 0) return 'its two signature algorithms differ';
  if (certificate.extension('isCa')) return 'it is the certificate of a CA';
  const unknown = unknownCriticalExtension(certificate);
  if (unknown) return `its critical extension ${unknown} is unknown`;
  if (new Set(extensions.map(({ type }) => type)).size !== extensions.length) return 'it has an extension twice';
  return undefined;
}

/** The object identifier of a critical extension that nobody here understands. */
export function unknownCriticalExtension({ parts }: Certificate): string | undefined {
  return parts.extensions.find(({ critical, type }) => critical && !understoodExtensions.has(type))?.type;
}

/** Written so that a date that is none refuses as well. */
function judgeDates({ validity }: Certificate, now: number): string | undefined {
  if (!(now >= validity.from)) return 'it is not valid yet';
  return now <= validity.to ? undefined : 'it has expired';
}
