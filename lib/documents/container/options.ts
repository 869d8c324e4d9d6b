/** What a container is prepared with, and what of it is wrong. */

import { X509Certificate } from 'node:crypto';
import { SmartIdInputError } from '../../errors.js';
import {
  checkSignatureChoice,
  hashAlgorithmOf,
  type SignatureAlgorithm,
  type SignatureChoice,
} from '../../protocol/algorithms.js';
import { type Certificate, parseCertificate } from '../../trust/certificate.js';
import { hasStrongRsaKey, isForSignatures } from '../../trust/profile.js';
import type { DocumentHashAlgorithm, DraftFields, SignatureLevel } from '../draft.js';

/** How a container is prepared. */
export interface ContainerOptions {
  /** The signer's verified signing certificate, as `prepare` is told it: an object of Node or DER. */
  certificate: X509Certificate | Uint8Array;
  /** How long the signature can be verified (ETSI EN 319 132-1, section 6). Default `LT`. */
  level?: SignatureLevel;
  /** What the app signs with. Default `rsassa-pss`. */
  signatureAlgorithm?: SignatureAlgorithm;
  /** Default `SHA-512`, or the hash that `signatureAlgorithm` names. */
  hashAlgorithm?: DocumentHashAlgorithm;
  /** When the signer says that they sign. Default: now. */
  signedAt?: Date;
  /** For how long the draft may be completed, in milliseconds. Default: an hour. */
  expiresInMs?: number;
}

const levels: readonly SignatureLevel[] = ['B', 'T', 'LT'];
export const documentHashAlgorithms = ['SHA-256', 'SHA-384', 'SHA-512'] as const;
/** Milliseconds since the epoch: ZIP files know no time outside of these. */
export const earliestSigning = Date.UTC(1980, 0, 1);
export const latestSigning = Date.UTC(2107, 11, 31);
const defaultExpiresInMs = 60 * 60 * 1000;

/** @throws SmartIdInputError naming the option. */
export function resolveOptions(options: ContainerOptions): Omit<DraftFields, 'data'> {
  const { level = 'LT', signatureAlgorithm = 'rsassa-pss', signedAt = new Date(), expiresInMs } = options;
  if (!levels.includes(level)) throw new SmartIdInputError('level', `must be one of ${levels.join(', ')}.`);
  checkTime(signedAt);
  return {
    level,
    signatureAlgorithm,
    hashAlgorithm: resolveHash(signatureAlgorithm, options.hashAlgorithm),
    certificate: Buffer.from(checkedCertificate(options.certificate, signedAt).der).toString('base64'),
    signedAt: signedAt.getTime(),
    expiresAt: Date.now() + resolveExpiry(expiresInMs),
  };
}

function checkTime(signedAt: Date): void {
  const time = signedAt instanceof Date ? signedAt.getTime() : Number.NaN;
  if (time >= earliestSigning && time <= latestSigning) return;
  throw new SmartIdInputError('signedAt', 'must be a valid Date after 1980.');
}

function resolveHash(
  signatureAlgorithm: SignatureAlgorithm,
  given: DocumentHashAlgorithm | undefined,
): DocumentHashAlgorithm {
  if (given !== undefined && !documentHashAlgorithms.includes(given)) {
    throw new SmartIdInputError('hashAlgorithm', `must be one of ${documentHashAlgorithms.join(', ')}.`);
  }
  const choice = choiceOf(signatureAlgorithm, given ?? 'SHA-512');
  checkSignatureChoice(choice);
  const hashAlgorithm = hashAlgorithmOf(choice) as DocumentHashAlgorithm;
  if (given !== undefined && given !== hashAlgorithm) {
    throw new SmartIdInputError('hashAlgorithm', `must be ${hashAlgorithm} with ${signatureAlgorithm}, or left out.`);
  }
  return hashAlgorithm;
}

/** What the app is asked for: PKCS#1 v1.5 algorithms name their hash themselves. */
export function choiceOf(
  signatureAlgorithm: SignatureAlgorithm,
  hashAlgorithm: DocumentHashAlgorithm,
): SignatureChoice & { hashAlgorithm?: DocumentHashAlgorithm } {
  return signatureAlgorithm === 'rsassa-pss' ? { signatureAlgorithm, hashAlgorithm } : { signatureAlgorithm };
}

function resolveExpiry(expiresInMs = defaultExpiresInMs): number {
  if (Number.isSafeInteger(expiresInMs) && expiresInMs > 0) return expiresInMs;
  throw new SmartIdInputError('expiresInMs', 'must be a positive number of milliseconds.');
}

/** A signature that no validator would accept is not worth asking a person for. */
function checkedCertificate(given: unknown, signedAt: Date): Certificate {
  if (!(given instanceof X509Certificate || given instanceof Uint8Array)) {
    throw new SmartIdInputError('certificate', 'must be an X509Certificate or the bytes of one (DER).');
  }
  try {
    const certificate = parseCertificate(given instanceof X509Certificate ? given.raw : given);
    checkCertificate(certificate, signedAt);
    return certificate;
  } catch (cause) {
    if (cause instanceof SmartIdInputError) throw cause;
    throw new SmartIdInputError('certificate', 'must be an X.509 certificate (DER).', { cause });
  }
}

function checkCertificate(certificate: Certificate, signedAt: Date): void {
  if (!isForSignatures(certificate)) {
    throw new SmartIdInputError('certificate', 'must be one for signatures (key usage nonRepudiation).');
  }
  if (!hasStrongRsaKey(certificate))
    throw new SmartIdInputError('certificate', 'must have an RSA key of 2048 bits or more.');
  const { from, to } = certificate.validity;
  if (signedAt.getTime() < from || signedAt.getTime() > to) {
    throw new SmartIdInputError('certificate', `must be valid at ${signedAt.toISOString()}, when it signs.`);
  }
}
