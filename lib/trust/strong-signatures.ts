/** Signature algorithms that certificates and what is said of their revocation may be signed with. */

/** Those with a hash of at least 256 bits: RSA PKCS#1 v1.5 and ECDSA with SHA-2. */
const strongSignatures = new Set([
  '1.2.840.113549.1.1.11',
  '1.2.840.113549.1.1.12',
  '1.2.840.113549.1.1.13',
  '1.2.840.10045.4.3.2',
  '1.2.840.10045.4.3.3',
  '1.2.840.10045.4.3.4',
]);

export function isStrongSignature({ algorithmId }: { algorithmId: string }): boolean {
  return strongSignatures.has(algorithmId);
}
