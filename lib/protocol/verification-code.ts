/** The verification code that the site and the app both show in a notification flow (section "Notification flows"). */

import { createHash } from 'node:crypto';
import { challengeBytes } from './challenge.js';

/**
 * Four digits: the last two bytes of the SHA-256 of the raw challenge, big-endian, modulo 10000.
 * @param rpChallenge the challenge as it was sent, Base64.
 * @throws SmartIdInputError when it is not padded Base64 of 32 to 64 bytes.
 * @example
 * ```ts
 * verificationCode('AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='); // '4317'
 * ```
 */
export function verificationCode(rpChallenge: string): string {
  const digest = createHash('sha256').update(challengeBytes(rpChallenge)).digest();
  return String(digest.readUInt16BE(digest.length - 2) % 10000).padStart(4, '0');
}
