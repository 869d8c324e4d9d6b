/** Signatures of certificates and of what is said of their revocation: which are strong enough, and whether they hold. */

import { type KeyObject, verify } from 'node:crypto';
import type { BitString } from 'asn1js';

interface Algorithm {
  keyType: 'rsa' | 'ec';
  /** node:crypto's name. */
  hash: string;
}

/** Those with a hash of at least 256 bits: RSA PKCS#1 v1.5 and ECDSA with SHA-2. */
const strongAlgorithms = new Map<string, Algorithm>([
  ['1.2.840.113549.1.1.11', { keyType: 'rsa', hash: 'sha256' }],
  ['1.2.840.113549.1.1.12', { keyType: 'rsa', hash: 'sha384' }],
  ['1.2.840.113549.1.1.13', { keyType: 'rsa', hash: 'sha512' }],
  ['1.2.840.10045.4.3.2', { keyType: 'ec', hash: 'sha256' }],
  ['1.2.840.10045.4.3.3', { keyType: 'ec', hash: 'sha384' }],
  ['1.2.840.10045.4.3.4', { keyType: 'ec', hash: 'sha512' }],
]);

export interface AlgorithmName {
  /** Object identifier. */
  algorithmId: string;
}

export function isStrong({ algorithmId }: AlgorithmName): boolean {
  return strongAlgorithms.has(algorithmId);
}

/** Whether this is a strong signature of the bytes with this key. */
export function isSignedWith(
  publicKey: KeyObject,
  bytes: Uint8Array,
  { algorithmId }: AlgorithmName,
  { valueBlock: { valueHexView, unusedBits } }: BitString,
): boolean {
  const algorithm = strongAlgorithms.get(algorithmId);
  if (!algorithm || publicKey.asymmetricKeyType !== algorithm.keyType || unusedBits !== 0) return false;
  return verify(algorithm.hash, bytes, publicKey, valueHexView);
}
