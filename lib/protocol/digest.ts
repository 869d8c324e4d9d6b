/**
 * The digest that a signature session is about (section "RAW_DIGEST_SIGNATURE"): hashed once, here or by the site, and
 * signed as it is.
 */

import { createHash } from 'node:crypto';
import { SmartIdInputError } from '../shared/errors.js';
import { type HashAlgorithm, hashOctets, nodeHashName } from './algorithms.js';
import { decodeBase64 } from './base64.js';

/**
 * Base64 of the hash of what is to be signed (section "RAW_DIGEST_SIGNATURE").
 * @throws SmartIdInputError when the data are not bytes.
 * @example
 * ```ts
 * calculateDigest(Buffer.from('To be signed'), 'SHA-256'); // 'wEOyh1BgjVC4m151CBwyAiN1eo7ymDLyyihcja6d3u0='
 * ```
 */
export function calculateDigest(data: Uint8Array, hashAlgorithm: HashAlgorithm): string {
  if (!(data instanceof Uint8Array)) throw new SmartIdInputError('data', 'must be bytes.');
  return createHash(nodeHashName(hashAlgorithm)).update(data).digest('base64');
}

/**
 * The raw bytes of a digest.
 * @throws SmartIdInputError when it is not padded Base64 of exactly the length that the hash has.
 */
export function digestBytes(digest: string, hashAlgorithm: HashAlgorithm): Buffer {
  const bytes = typeof digest === 'string' ? decodeBase64(digest) : undefined;
  if (bytes?.length !== hashOctets(hashAlgorithm)) {
    throw new SmartIdInputError(
      'digest',
      `must be Base64 of the ${hashOctets(hashAlgorithm)} bytes of ${hashAlgorithm}.`,
    );
  }
  return bytes;
}
