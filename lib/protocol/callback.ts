/** The way back to the site in same-device flows (section "Callback URLs"). */

import { createHash } from 'node:crypto';
import { SmartIdInputError } from '../shared/errors.js';
import { decodeBase64 } from './base64.js';
import { nameOfCharacter } from './characters.js';
import { foreignCharacter } from './uri.js';

const maxUrlLength = 1800;
const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Which callback URLs are taken besides those with https. */
export interface CallbackUrlRules {
  /**
   * Also take `http` when the host is this very machine: for development with a simulator, never with the live or the
   * demo service, which refuse it.
   */
  allowLoopbackHttp?: boolean;
}

/**
 * The callback URL as it is sent (section "Callback URLs"), with parameters of the session in its query.
 * @param parameters at least one must be unpredictable and unique to the session.
 * @throws SmartIdInputError when the URL breaks a rule of the protocol.
 * @example
 * ```ts
 * createCallbackUrl('https://rp.example.com/callback', { value: '5Pq0' });
 * // 'https://rp.example.com/callback?value=5Pq0'
 * ```
 */
export function createCallbackUrl(base: string, parameters: Record<string, string>, rules?: CallbackUrlRules): string {
  checkCallbackUrl(base, 'callbackURL', rules);
  const query = new URLSearchParams(parameters).toString();
  return checkCallbackUrl(`${base}${base.includes('?') ? '&' : '?'}${query}`, 'callbackURL', rules);
}

/** @throws SmartIdInputError when it is not an https URI (RFC 3986) of at most 1800 characters without `|` and `#`. */
export function checkCallbackUrl(
  url: string,
  field: string,
  { allowLoopbackHttp = false }: CallbackUrlRules = {},
): string {
  if (typeof url !== 'string' || url === '') throw new SmartIdInputError(field, 'must be a URL that is not empty.');
  if (url.includes('#')) {
    throw new SmartIdInputError(field, 'must not contain "#": the app adds parameters at its end.');
  }
  const character = foreignCharacter(url);
  if (character !== undefined) {
    // Percent signs are no letters of a host's name, which has a spelling in ASCII of its own.
    const isOfName = character > '\x7f' && /^https?:\/\/[^/?]*$/.test(url.slice(0, url.indexOf(character)));
    const advice = isOfName ? 'write the name of the host in ASCII, as "xn--...".' : 'write it percent-encoded.';
    throw new SmartIdInputError(field, `must not contain ${nameOfCharacter(character)}: ${advice}`);
  }
  if (url.length > maxUrlLength) throw new SmartIdInputError(field, `must have at most ${maxUrlLength} characters.`);
  const host = hostOf(url);
  if (host !== '' && url.startsWith('https://')) return url;
  const isLoopback = url.startsWith('http://') && loopbackHosts.has(host);
  if (isLoopback && allowLoopbackHttp) return url;
  throw new SmartIdInputError(
    field,
    isLoopback
      ? "must be an https URL with the live and the demo service: use an https address that leads to this machine, such as a tunnel's, or the simulator as the environment."
      : 'must be an https URL.',
  );
}

/** Empty where there is none: `URL` would take the first part of the path for it. */
function hostOf(url: string): string {
  return URL.canParse(url) && /^[a-z]+:\/\/[^/?]/.test(url) ? new URL(url).hostname : '';
}

/**
 * What `sessionSecretDigest` of the callback must be (section "Callback URLs"): B64URL(SHA-256(decoded sessionSecret)).
 * @param sessionSecret Base64, as the session-creation response gave it.
 * @throws SmartIdInputError when the secret is not Base64.
 * @example
 * ```ts
 * sessionSecretDigest('c2Vzc2lvbiBzZWNyZXQgb2YgMjQgYnl0ZXM='); // '5lUcNQeN9Y3Og1dGSaeTnnvAHhViRY7jZ-Q3VTGFOmc'
 * ```
 */
export function sessionSecretDigest(sessionSecret: string): string {
  return createHash('sha256').update(sessionSecretBytes(sessionSecret)).digest('base64url');
}

/**
 * What `signature.userChallenge` must be (section "Callback URLs"): B64URL(SHA-256(the verifier as the text it is)).
 * @example
 * ```ts
 * userChallenge('kLc0u4zkYzS6zYXpfJqv'); // 'NCmQvi1AgFdfI0rukArpPCKDM9fGbAuUOOX3V31sVOQ'
 * ```
 */
export function userChallenge(userChallengeVerifier: string): string {
  return createHash('sha256').update(userChallengeVerifier).digest('base64url');
}

/** @throws SmartIdInputError when the secret is not Base64. */
export function sessionSecretBytes(sessionSecret: string): Buffer {
  const bytes = typeof sessionSecret === 'string' ? decodeBase64(sessionSecret) : undefined;
  if (!bytes?.length) throw new SmartIdInputError('sessionSecret', 'must be Base64.');
  return bytes;
}
