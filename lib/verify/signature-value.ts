/** The signature in an answer: the algorithm and parameters it names, and the value (section "Signature protocols"). */

import { constants, type KeyObject, verify } from 'node:crypto';
import { hashAlgorithmOf, hashOctets, nodeHashName, type SignatureChoice } from '../protocol/algorithms.js';
import { decodeBase64 } from '../protocol/base64.js';
import { digestBytes } from '../protocol/digest.js';
import type { SignatureAlgorithmParameters } from '../rp-api/responses.js';
import { fail } from './check.js';
import { hasLengthOfModulus, isPkcs1SignatureOf, isPssSignatureOf } from './rsa-digest.js';

export interface AnsweredAlgorithm {
  signatureAlgorithm?: string;
  signatureAlgorithmParameters?: SignatureAlgorithmParameters;
}

/** The algorithm of an answer is the one that was asked for, every parameter included. */
export function checkAlgorithm(answered: AnsweredAlgorithm, asked: SignatureChoice): void {
  const { signatureAlgorithm, signatureAlgorithmParameters: parameters } = answered;
  if (signatureAlgorithm !== asked.signatureAlgorithm) fail('signatureAlgorithm is not the one asked for');
  // A PKCS#1 v1.5 algorithm names its hash itself: parameters beside it mean nothing, whatever they are.
  if (signatureAlgorithm !== 'rsassa-pss') return;
  if (!parameters) fail('signatureAlgorithmParameters are missing');
  const { hashAlgorithm: hash } = asked;
  const { maskGenAlgorithm } = parameters;
  if (!hash || parameters.hashAlgorithm !== hash) fail('hashAlgorithm is not the one asked for');
  if (maskGenAlgorithm.algorithm !== 'id-mgf1') fail('maskGenAlgorithm is not id-mgf1');
  if (maskGenAlgorithm.parameters.hashAlgorithm !== hash) fail('the hash of MGF1 is not the one asked for');
  if (parameters.saltLength !== hashOctets(hash)) fail('saltLength is not the length of the hash');
  if (parameters.trailerField !== '0xbc') fail('trailerField is not 0xbc');
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
