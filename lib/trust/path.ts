/**
 * The certificate path from a user certificate to a configured anchor (RFC 5280, section 6): an issuing CA is an anchor
 * by itself, so it is one step. The signature is judged first, over the bytes; only then is anything decoded of the
 * certificate. OpenSSL, by node:crypto, judges key identifiers and usage; what it leaves open is checked here.
 */

import type { TrustAnchors } from './anchors.js';
import type { Certificate } from './certificate.js';
import { hasExtensionTwice, unknownCriticalExtension } from './extensions.js';
import { isPublicKeyInDer } from './public-key.js';
import { isStrong } from './signatures.js';

export type PathResult = { path: [leaf: Certificate, anchor: Certificate] } | { refusal: string };

/**
 * The path, or why there is none.
 * @param now milliseconds since the epoch; every certificate of the path, the anchor included, must be valid then.
 * @throws DerError when what the CA has signed is malformed.
 */
export function buildPath(leaf: Certificate, anchors: TrustAnchors, now: number): PathResult {
  const { signed, fields } = leaf;
  if (!isStrong(signed)) return { refusal: 'it is signed with an algorithm that is not strong enough' };
  if (Buffer.compare(fields.signature.bytes, signed.signatureAlgorithm.bytes) !== 0) {
    return { refusal: 'its two signature algorithms differ' };
  }
  const anchor = findIssuer(leaf, anchors);
  if (!anchor) return { refusal: 'it is not signed by a trust anchor' };
  const refusal = judgeLeaf(leaf) ?? judgeDates(leaf, now);
  if (refusal) return { refusal };
  if (!hasReadableKey(leaf)) return { refusal: 'its key cannot be read' };
  if (!leaf.node.checkIssued(anchor.node)) return { refusal: 'its key identifiers or usage do not fit its issuer' };
  const expired = judgeDates(anchor, now);
  return expired ? { refusal: `its issuer is refused: ${expired}` } : { path: [leaf, anchor] };
}

/**
 * The anchor whose strong signature the certificate has, which is told from slices of its bytes alone.
 * @throws DerError when what the anchor has signed is malformed.
 */
export function findIssuer(certificate: Certificate, { certificates }: TrustAnchors): Certificate | undefined {
  // Two anchors may have one name: a CA may have a new key.
  return certificates.find((one) => isSignedByAnchor(certificate, one));
}

/** The bytes of the name first, which is quick. */
function isSignedByAnchor(leaf: Certificate, anchor: Certificate): boolean {
  const isNamed = Buffer.compare(leaf.fields.issuer.bytes, anchor.fields.subject.bytes) === 0;
  return isNamed && anchor.isCa && leaf.isSignedBy(anchor);
}

/** OpenSSL decodes a key only when it is used, which may be long after. */
export function hasReadableKey(certificate: Certificate): boolean {
  try {
    return isPublicKeyInDer(certificate.fields.subjectPublicKeyInfo) && certificate.publicKey.type === 'public';
  } catch {
    return false;
  }
}

function judgeLeaf(certificate: Certificate): string | undefined {
  if (hasExtensionTwice(certificate.extensions)) return 'it has an extension twice';
  if (certificate.isCa) return 'it is the certificate of a CA';
  // Reads the name as well, which not everybody who builds a path looks at.
  if (certificate.subject.length === 0) return 'it names nobody';
  const unknown = unknownCriticalExtension(certificate.extensions);
  return unknown && `its critical extension ${unknown} is unknown`;
}

/** Written so that a date that is none refuses as well. */
export function judgeDates({ validity }: Certificate, now: number): string | undefined {
  if (!(now >= validity.from)) return 'it is not valid yet';
  return now <= validity.to ? undefined : 'it has expired';
}
