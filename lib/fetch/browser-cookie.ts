/** The cookie by which a browser is told apart from others while it logs in: a random secret, and nothing else. */

import { randomBytes } from 'node:crypto';
import { onlyCookieNamed } from '../web/cookies.js';

/** `__Host-`: browsers take it only from this very host and by https, so that no other subdomain can plant one. */
const secureName = '__Host-smart-id-login';
/** Where there is no https, which is on the developer's own machine. */
const plainName = 'smart-id-login';

/** Of what the browser has sent. Undefined where it has none, a malformed one, or several. */
export function browserSecretIn(cookieHeader: string | null, isSecure: boolean): string | undefined {
  const value = onlyCookieNamed(isSecure ? secureName : plainName, cookieHeader ?? '');
  return value !== undefined && /^[A-Za-z0-9_-]{43}$/.test(value) ? value : undefined;
}

/** 256 random bits. */
export function generateBrowserSecret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * The value of Set-Cookie. It goes with the browser's session; `Lax`, since the app comes back by a link from outside.
 */
export function browserCookie(secret: string, isSecure: boolean): string {
  const common = 'Path=/; HttpOnly; SameSite=Lax';
  return isSecure ? `${secureName}=${secret}; ${common}; Secure` : `${plainName}=${secret}; ${common}`;
}
