/** The signature in an answer: the algorithm and parameters it names, and the value (section "Signature protocols"). */

import { constants, type KeyObject, verify } from 'node:crypto';
import { hashAlgorithmOf, hashOctets, nodeHashName, type SignatureChoice } from '../protocol/algorithms.js';
import { decodeBase64 } from '../protocol/base64.js';
import { digestBytes } from '../protocol/digest.js';
import type { SignatureAlgorithmParameters } from '../rp-api/responses.js';
import { hasLengthOfModulus, isPkcs1SignatureOf, isPssSignatureOf } from './rsa-digest.js';

export interface AnsweredAlgorithm {
  signatureAlgorithm?: string;
  signatureAlgorithmParameters?: SignatureAlgorithmParameters;
}

/** Why the algorithm of an answer is not the one that was asked for, every parameter included, or undefined. */
export function refuseAlgorithm(answered: AnsweredAlgorithm, asked: SignatureChoice): string | undefined {
  const { signatureAlgorithm, signatureAlgorithmParameters: parameters } = answered;
  if (signatureAlgorithm !== asked.signatureAlgorithm) return 'signatureAlgorithm is not the one asked for';
  // A PKCS#1 v1.5 algorithm names its hash itself: parameters beside it mean nothing, whatever they are.
  if (signatureAlgorithm !== 'rsassa-pss') return undefined;
  if (!parameters) return 'signatureAlgorithmParameters are missing';
  const hash = asked.hashAlgorithm;
  if (!hash || parameters.hashAlgorithm !== hash) return 'hashAlgorithm is not the one asked for';
  if (parameters.maskGenAlgorithm.algorithm !== 'id-mgf1') return 'maskGenAlgorithm is not id-mgf1';
  if (parameters.maskGenAlgorithm.parameters.hashAlgorithm !== hash) return 'the hash of MGF1 is not the one asked for';
  if (parameters.saltLength !== hashOctets(hash)) return 'saltLength is not the length of the hash';
  if (parameters.trailerField !== '0xbc') return 'trailerField is not 0xbc';
  return undefined;
}

/**
 * Whether `value` (Base64) is the signature of the message with the algorithm that was asked for.
 * For PSS the salt has exactly the length of the hash, and MGF1 uses the same hash.
 */
export function isSignatureOf(
  message: Uint8Array,
  value: string | undefined,
  publicKey: KeyObject,
  choice: SignatureChoice,
): boolean {
  const signature = decodeBase64(value ?? '');
  if (!signature || !hasLengthOfModulus(signature, publicKey)) return false;
  const hash = hashAlgorithmOf(choice);
  const padding =
    choice.signatureAlgorithm === 'rsassa-pss'
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: hashOctets(hash) }
      : { padding: constants.RSA_PKCS1_PADDING };
  return verify(nodeHashName(hash), message, { key: publicKey, ...padding }, signature);
}

/** The same where only the message's digest is known (Base64). */
export function isSignatureOfDigest(
  digest: string,
  value: string | undefined,
  publicKey: KeyObject,
  choice: SignatureChoice,
): boolean {
  const signature = decodeBase64(value ?? '');
  if (!signature) return false;
  const hash = hashAlgorithmOf(choice);
  const isSignature = choice.signatureAlgorithm === 'rsassa-pss' ? isPssSignatureOf : isPkcs1SignatureOf;
  return isSignature(digestBytes(digest, hash), signature, publicKey, hash);
}
