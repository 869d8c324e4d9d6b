/** A request for a timestamp (RFC 3161, section 2.4.1): about the hash of some bytes, with a fresh nonce. */

import { createHash, randomBytes } from 'node:crypto';
import { nodeHashName } from '../../protocol/algorithms.js';
import { SmartIdInputError } from '../../shared/errors.js';
import { type Bytes, tags } from '../../trust/der.js';
import { encodeDer, encodeObjectIdentifier } from '../../trust/encode-der.js';
import type { DocumentHashAlgorithm } from '../draft.js';
import { encodeHashAlgorithm } from './hash-types.js';

/** What a timestamp must be about. */
export interface Imprint {
  hashAlgorithm: DocumentHashAlgorithm;
  hash: Buffer;
}

export interface TimestampRequest {
  /** To be posted. */
  der: Buffer<ArrayBuffer>;
  imprint: Imprint;
  /** Octets of an INTEGER. */
  nonce: Bytes;
  /** Object identifier of the only policy that will do; undefined where any will. */
  policy?: string;
}

const version1 = Buffer.from([1]);
const isTrue = Buffer.from([0xff]);
const nonceBytes = 8;

/** @throws SmartIdInputError when the policy is no object identifier. */
export function createTimestampRequest(imprint: Imprint, policy?: string): TimestampRequest {
  const nonce = randomNonce();
  const { sequence, octetString, integer, boolean } = tags;
  const der = encodeDer(
    sequence,
    encodeDer(integer, version1),
    encodeDer(sequence, encodeHashAlgorithm(imprint.hashAlgorithm), encodeDer(octetString, imprint.hash)),
    policy === undefined ? Buffer.alloc(0) : encodePolicy(policy),
    encodeDer(integer, nonce),
    // The certificate of the unit goes into the file, so that it can be verified by itself.
    encodeDer(boolean, isTrue),
  );
  return { der, imprint, nonce, policy };
}

export function imprintOf(bytes: Uint8Array, hashAlgorithm: DocumentHashAlgorithm): Imprint {
  return { hashAlgorithm, hash: createHash(nodeHashName(hashAlgorithm)).update(bytes).digest() };
}

/** Positive, and an INTEGER in its one spelling: the first octet is neither zero nor has its highest bit set. */
function randomNonce(): Bytes {
  const nonce = randomBytes(nonceBytes);
  nonce[0] = ((nonce[0] as number) & 0x3f) | 0x40;
  return nonce;
}

function encodePolicy(policy: string): Buffer<ArrayBuffer> {
  if (!/^(?:[01]\.[1-3]?\d|2\.\d{1,9})(?:\.(?:0|[1-9]\d{0,9})){1,12}$/.test(policy)) {
    throw new SmartIdInputError('policy', 'must be an object identifier, such as 0.4.0.2023.1.1.');
  }
  return encodeObjectIdentifier(policy);
}
