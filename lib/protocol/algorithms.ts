/**
 * The signature and hash algorithms of the RP API (section "Signature protocols"), with node:crypto's names for them.
 */

import { SmartIdInputError } from '../shared/errors.js';

export const hashAlgorithms = ['SHA-256', 'SHA-384', 'SHA-512', 'SHA3-256', 'SHA3-384', 'SHA3-512'] as const;
/**
 * The hash that goes with `rsassa-pss`, by the name of the RP API.
 * @useDeclaredType
 */
export type HashAlgorithm = (typeof hashAlgorithms)[number];

export const signatureAlgorithms = [
  'rsassa-pss',
  'sha256WithRSAEncryption',
  'sha384WithRSAEncryption',
  'sha512WithRSAEncryption',
] as const;
/**
 * `rsassa-pss`, or one of the deprecated PKCS#1 v1.5 algorithms, which name their hash themselves.
 * @useDeclaredType
 */
export type SignatureAlgorithm = (typeof signatureAlgorithms)[number];

export const certificateLevels = ['ADVANCED', 'QUALIFIED', 'QSCD'] as const;
/**
 * `ADVANCED` < `QUALIFIED` <= `QSCD`; an authentication knows the first two only.
 * @useDeclaredType
 */
export type CertificateLevel = (typeof certificateLevels)[number];
/** The level of an account that may log in: `QUALIFIED` has been identified as for qualified signatures. */
export type AuthenticationCertificateLevel = 'ADVANCED' | 'QUALIFIED';

/** @throws SmartIdInputError when it is none of those allowed. */
export function checkCertificateLevel(level: CertificateLevel, allowed: readonly CertificateLevel[]): void {
  if (allowed.includes(level)) return;
  throw new SmartIdInputError('certificateLevel', `must be one of ${allowed.join(', ')}.`);
}

const hashes: Record<HashAlgorithm, { nodeName: string; octets: number }> = {
  'SHA-256': { nodeName: 'sha256', octets: 32 },
  'SHA-384': { nodeName: 'sha384', octets: 48 },
  'SHA-512': { nodeName: 'sha512', octets: 64 },
  'SHA3-256': { nodeName: 'sha3-256', octets: 32 },
  'SHA3-384': { nodeName: 'sha3-384', octets: 48 },
  'SHA3-512': { nodeName: 'sha3-512', octets: 64 },
};

/** node:crypto's name of the hash. */
export function nodeHashName(hashAlgorithm: HashAlgorithm): string {
  return hashes[hashAlgorithm].nodeName;
}

/** Length of the hash in octets, which is the PSS salt length too. */
export function hashOctets(hashAlgorithm: HashAlgorithm): number {
  return hashes[hashAlgorithm].octets;
}

const impliedHashes: Record<SignatureAlgorithm, HashAlgorithm | undefined> = {
  'rsassa-pss': undefined,
  sha256WithRSAEncryption: 'SHA-256',
  sha384WithRSAEncryption: 'SHA-384',
  sha512WithRSAEncryption: 'SHA-512',
};

/** The hash that a deprecated PKCS#1 v1.5 algorithm names, or undefined for `rsassa-pss`. */
export function impliedHashAlgorithm(signatureAlgorithm: SignatureAlgorithm): HashAlgorithm | undefined {
  return impliedHashes[signatureAlgorithm];
}

/** The hash that is signed: the one that goes with `rsassa-pss`, or the one that the algorithm names. */
export function hashAlgorithmOf({ signatureAlgorithm, hashAlgorithm }: SignatureChoice): HashAlgorithm {
  const hash = impliedHashAlgorithm(signatureAlgorithm) ?? hashAlgorithm;
  if (hash === undefined) throw new SmartIdInputError('hashAlgorithm', `must be given with ${signatureAlgorithm}.`);
  return hash;
}

/** What a request asks the app to sign with: `hashAlgorithm` belongs to `rsassa-pss` and to it alone. */
export interface SignatureChoice {
  /** `rsassa-pss` unless there is a reason. */
  signatureAlgorithm: SignatureAlgorithm;
  /** With `rsassa-pss` it must be given, with others it must not. */
  hashAlgorithm?: HashAlgorithm;
}

/** @throws SmartIdInputError when the algorithm is unknown or the hash does not go with it. */
export function checkSignatureChoice({ signatureAlgorithm, hashAlgorithm }: SignatureChoice): void {
  if (!signatureAlgorithms.includes(signatureAlgorithm)) {
    throw new SmartIdInputError('signatureAlgorithm', `must be one of ${signatureAlgorithms.join(', ')}.`);
  }
  if (signatureAlgorithm !== 'rsassa-pss') {
    if (hashAlgorithm === undefined) return;
    throw new SmartIdInputError('hashAlgorithm', `must be left out with ${signatureAlgorithm}, which names its own.`);
  }
  if (!hashAlgorithms.includes(hashAlgorithm as HashAlgorithm)) {
    throw new SmartIdInputError('hashAlgorithm', `must be one of ${hashAlgorithms.join(', ')}.`);
  }
}
