/** What documents of either format are prepared with, and what of it is wrong. */

import { X509Certificate } from 'node:crypto';
import {
  checkSignatureChoice,
  hashAlgorithmOf,
  type SignatureAlgorithm,
  type SignatureChoice,
} from '../protocol/algorithms.js';
import { SmartIdInputError } from '../shared/errors.js';
import { type Certificate, parseCertificate } from '../trust/certificate.js';
import { hasStrongRsaKey, isForSignatures } from '../trust/certificate-profile.js';
import type { DocumentHashAlgorithm, DraftFields, SignatureLevel } from './draft.js';

/** What both formats are told of a signature. */
export interface DocumentOptions {
  /** The signer's verified signing certificate, as `prepare` is told it: an object of Node or DER. */
  certificate: X509Certificate | Uint8Array;
  /**
   * How long the signature can be verified (ETSI EN 319 142-1 and 319 132-1, section 6).
   * @default `'LT'`
   */
  level?: SignatureLevel;
  /**
   * What the app signs with. The PKCS#1 v1.5 algorithms are for programs that know nothing else.
   * @default `'rsassa-pss'`
   */
  signatureAlgorithm?: SignatureAlgorithm;
  /**
   * What the app signs is a hash of this kind.
   * @default `'SHA-512'`, or the hash that `signatureAlgorithm` names
   */
  hashAlgorithm?: DocumentHashAlgorithm;
  /**
   * When the signer says that they sign: milliseconds since the epoch.
   * @default `Date.now()`
   */
  signedAt?: number;
  /**
   * For how many milliseconds the draft may get its signature.
   * @default `3_600_000`, an hour
   */
  expiresInMs?: number;
}

/** What a draft says of how it is signed, and with which certificate. */
export interface ResolvedOptions {
  certificate: Certificate;
  fields: Omit<DraftFields, 'data'>;
}

/** From the one that can be verified for the shortest time. */
export const signatureLevels = ['B', 'T', 'LT'] as const satisfies SignatureLevel[];
export const documentHashAlgorithms = ['SHA-256', 'SHA-384', 'SHA-512'] as const satisfies DocumentHashAlgorithm[];
const defaultExpiresInMs = 60 * 60 * 1000;

/**
 * @param earliest of the times that the format can write, milliseconds since the epoch.
 * @param latest of them.
 * @throws SmartIdInputError naming the option that breaks a rule.
 */
export function resolveOptions(options: DocumentOptions, earliest: number, latest: number): ResolvedOptions {
  const { level = 'LT', signatureAlgorithm = 'rsassa-pss', signedAt = Date.now(), expiresInMs } = options;
  if (!signatureLevels.includes(level)) {
    throw new SmartIdInputError('level', `must be one of ${signatureLevels.join(', ')}.`);
  }
  if (!(Number.isSafeInteger(signedAt) && signedAt >= earliest && signedAt <= latest)) {
    const [from, to] = [earliest, latest].map((time) => new Date(time).getUTCFullYear());
    throw new SmartIdInputError('signedAt', `must be milliseconds since the epoch, in the years ${from} to ${to}.`);
  }
  const certificate = checkCertificate(options.certificate, signedAt);
  return {
    certificate,
    fields: {
      level,
      signatureAlgorithm,
      hashAlgorithm: resolveHash(signatureAlgorithm, options.hashAlgorithm),
      certificate: Buffer.from(certificate.der).toString('base64'),
      signedAt,
      expiresAt: Date.now() + resolveExpiry(expiresInMs),
    },
  };
}

/** What the app is asked for: PKCS#1 v1.5 algorithms name their hash themselves. */
export function choiceOf({
  signatureAlgorithm,
  hashAlgorithm,
}: Pick<DraftFields, 'signatureAlgorithm' | 'hashAlgorithm'>): SignatureChoice & {
  hashAlgorithm?: DocumentHashAlgorithm;
} {
  return signatureAlgorithm === 'rsassa-pss' ? { signatureAlgorithm, hashAlgorithm } : { signatureAlgorithm };
}

function resolveHash(
  signatureAlgorithm: SignatureAlgorithm,
  given: DocumentHashAlgorithm | undefined,
): DocumentHashAlgorithm {
  if (given !== undefined && !documentHashAlgorithms.includes(given)) {
    throw new SmartIdInputError('hashAlgorithm', `must be one of ${documentHashAlgorithms.join(', ')}.`);
  }
  const choice = choiceOf({ signatureAlgorithm, hashAlgorithm: given ?? 'SHA-512' });
  checkSignatureChoice(choice);
  const hashAlgorithm = hashAlgorithmOf(choice) as DocumentHashAlgorithm;
  if (given === undefined || given === hashAlgorithm) return hashAlgorithm;
  throw new SmartIdInputError('hashAlgorithm', `must be ${hashAlgorithm} with ${signatureAlgorithm}, or left out.`);
}

function resolveExpiry(expiresInMs = defaultExpiresInMs): number {
  if (Number.isSafeInteger(expiresInMs) && expiresInMs > 0) return expiresInMs;
  throw new SmartIdInputError('expiresInMs', 'must be a positive number of milliseconds.');
}

/** A signature that no validator would accept is not worth asking a person for. */
function checkCertificate(given: unknown, signedAt: number): Certificate {
  if (!(given instanceof X509Certificate || given instanceof Uint8Array)) {
    throw new SmartIdInputError('certificate', 'must be an X509Certificate or the bytes of one (DER).');
  }
  let certificate: Certificate;
  let validity: Certificate['validity'];
  try {
    certificate = parseCertificate(given instanceof X509Certificate ? given.raw : given);
    // With all that is read of it later, so that what is malformed is told here.
    hasStrongRsaKey(certificate);
    void [certificate.keyUsage, certificate.subject];
    validity = certificate.validity;
  } catch (cause) {
    throw new SmartIdInputError('certificate', 'must be an X.509 certificate (DER).', { cause });
  }
  if (!isForSignatures(certificate)) {
    throw new SmartIdInputError('certificate', 'must be one for signatures (key usage nonRepudiation).');
  }
  if (!hasStrongRsaKey(certificate)) {
    throw new SmartIdInputError('certificate', 'must have an RSA key of 2048 bits or more.');
  }
  if (signedAt < validity.from || signedAt > validity.to) {
    const time = new Date(signedAt).toISOString();
    throw new SmartIdInputError('certificate', `must be valid at ${time}, when it signs.`);
  }
  return certificate;
}
