/** TLS connections to the RP API: kept alive, validated as usual, and held against the pinned keys (section "TLS"). */

import { createHash, type KeyObject, X509Certificate } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { decodeBase64 } from '../protocol/base64.js';
import { SmartIdInputError } from '../shared/errors.js';
import { pinMismatchCode } from '../shared/tls-failure.js';
import { warnOnce } from '../shared/warnings.js';

/** An agent for the base URL; with pins, a server whose key is none of them is refused before anything is sent. */
export function createAgent(baseUrl: string, pinnedKeys?: readonly string[]): http.Agent {
  if (baseUrl.startsWith('http:')) return new http.Agent({ keepAlive: true });
  // Said although it is the default: NODE_TLS_REJECT_UNAUTHORIZED=0 would turn validation and pins off together.
  const validating = { keepAlive: true, rejectUnauthorized: true };
  if (!pinnedKeys) return new https.Agent(validating);
  return new https.Agent({
    ...validating,
    // A resumed TLS session shows no certificate, so there would be nothing to hold against the pins.
    maxCachedSessions: 0,
    checkServerIdentity: (host, certificate) =>
      checkServerIdentity(host, certificate) ?? checkPin(certificate, pinnedKeys),
  });
}

/** @throws SmartIdInputError when the list is empty or holds what is not the Base64 of a SHA-256. */
export function checkPinnedKeys(pinnedKeys: readonly string[]): void {
  if (!Array.isArray(pinnedKeys) || pinnedKeys.length === 0) {
    throw new SmartIdInputError('pinnedKeys', 'must be a list of at least one pin.');
  }
  pinnedKeys.forEach((pin, index) => {
    if (typeof pin !== 'string' || decodeBase64(pin)?.length !== 32) {
      throw new SmartIdInputError(`pinnedKeys[${index}]`, 'must be the Base64 SHA-256 of a SubjectPublicKeyInfo.');
    }
  });
}

/** Base64 SHA-256 of the key's SubjectPublicKeyInfo. */
export function pinOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
}

/** Says once in a process that the live service is asked without pins. */
export function warnOfMissingPins(): void {
  warnOnce('SMART_ID_NO_PINNED_KEYS', 'The live Smart-ID service is used without pinnedKeys.', {
    type: 'SmartIdWarning',
    detail:
      'Anybody who gets a certificate for its host from a public CA could impersonate it. Set pinnedKeys; `npx smart-id-trust live --pins` shows the key that is in use.',
  });
}

/** The error is all that a site's log gets to see, so it says which key came and what to do about it. */
function checkPin({ raw }: PeerCertificate, pinnedKeys: readonly string[]): Error | undefined {
  const { publicKey, validFrom } = new X509Certificate(raw);
  const pin = pinOf(publicKey);
  if (pinnedKeys.includes(pin)) return undefined;
  const since = new Date(validFrom).toISOString().slice(0, 10);
  const message = `Its server has a key that is not among pinnedKeys, so nothing was sent. The key that came: ${pin}, in a valid certificate from ${since}; pinned: ${pinnedKeys.join(', ')}. ${advice}`;
  return Object.assign(new Error(message), { code: pinMismatchCode });
}

const advice =
  'If the operator of the service has announced that key, add it to pinnedKeys beside the old one until the change is over (`npx smart-id-trust live --pins` shows the key in use); if not, somebody may be intercepting the connection.';
