/**
 * The certificate path from a user certificate to a configured anchor (RFC 5280, section 6).
 * pkijs builds and validates it; what pkijs leaves open is checked here, on every certificate of the path.
 */

import { CertificateChainValidationEngine } from 'pkijs';
import type { TrustAnchors } from './anchors.js';
import type { Certificate } from './certificate.js';
import { isStrong } from './signatures.js';
import { BasicConstraintsExtension } from './x509.js';

export type PathResult = { path: [leaf: Certificate, anchor: Certificate] } | { refusal: string };

/** Extensions whose meaning is checked here, by pkijs or by the Smart-ID profile; a critical one beside them refuses. */
const understoodExtensions = new Set([
  '2.5.29.15', // keyUsage
  '2.5.29.17', // subjectAltName
  '2.5.29.19', // basicConstraints
  '2.5.29.32', // certificatePolicies
  '2.5.29.37', // extKeyUsage
]);

/**
 * The path, or why there is none.
 * @param now milliseconds since the epoch; every certificate of the path, the anchor included, must be valid then.
 */
export async function buildPath(leaf: Certificate, anchors: TrustAnchors, now: number): Promise<PathResult> {
  const refusal = judgeLeaf(leaf);
  if (refusal) return { refusal };
  const engine = new CertificateChainValidationEngine({
    trustedCerts: anchors.certificates.map(({ pkijs }) => pkijs),
    certs: [leaf.pkijs],
    checkDate: new Date(now),
  });
  const { result, resultMessage, certificatePath = [] } = await engine.verify();
  if (!result) return { refusal: resultMessage || 'there is no path to a trust anchor' };
  // Only the anchors were given to the engine, so what comes after the leaf is one; the path need not go on from there.
  const anchor = anchors.certificates.find(({ pkijs }) => pkijs === certificatePath[1]);
  // A second opinion, of node:crypto: pkijs does not mind bytes that follow the signature in its own field.
  if (!anchor || !leaf.node.verify(anchor.publicKey)) return { refusal: 'it is not signed by a trust anchor' };
  return { path: [leaf, anchor] };
}

function judgeLeaf({ x509, pkijs }: Certificate): string | undefined {
  if (!isStrong(pkijs.signatureAlgorithm)) return 'it is signed with an algorithm that is not strong enough';
  if (!pkijs.signature.isEqual(pkijs.signatureAlgorithm)) return 'its two signature algorithms differ';
  if (x509.getExtension(BasicConstraintsExtension)?.ca) return 'it is the certificate of a CA';
  const unknown = x509.extensions.find(({ critical, type }) => critical && !understoodExtensions.has(type));
  if (unknown) return `its critical extension ${unknown.type} is unknown`;
  const types = x509.extensions.map(({ type }) => type);
  if (new Set(types).size !== types.length) return 'it has an extension twice';
  return undefined;
}
