/** The RP challenge of an authentication (section "ACSP_V2"): fresh for each session and kept on the server. */

import { randomBytes } from 'node:crypto';
import { SmartIdInputError } from '../shared/errors.js';
import { decodeBase64 } from './base64.js';

const minBytes = 32;
const maxBytes = 64;

/** A new challenge (section "ACSP_V2"): Base64 of 64 random bytes, the most that the protocol takes. */
export function generateChallenge(): string {
  return randomBytes(maxBytes).toString('base64');
}

/**
 * The raw bytes of a challenge.
 * @throws SmartIdInputError when it is not padded Base64 of 32 to 64 bytes.
 */
export function challengeBytes(rpChallenge: string): Buffer {
  const bytes = typeof rpChallenge === 'string' ? decodeBase64(rpChallenge) : undefined;
  if (!bytes || bytes.length < minBytes || bytes.length > maxBytes) {
    throw new SmartIdInputError('rpChallenge', `must be Base64 of ${minBytes} to ${maxBytes} bytes.`);
  }
  return bytes;
}
