/** The cookie by which a browser is told apart from others while it logs in: a random secret, and nothing else. */

import { randomBytes } from 'node:crypto';

/** `__Host-`: browsers take it only from this very host and by https, so that no other subdomain can plant one. */
const secureName = '__Host-smart-id-login';
/** Where there is no https, which is on the developer's own machine. */
const plainName = 'smart-id-login';

/** Of what the browser has sent. Undefined where it has none, a malformed one, or several, of which one may be planted. */
export function browserSecretIn(cookieHeader: string | null, isSecure: boolean): string | undefined {
  const start = `${isSecure ? secureName : plainName}=`;
  const values = (cookieHeader ?? '')
    .split(/; */)
    .filter((pair) => pair.startsWith(start))
    .map((pair) => pair.slice(start.length));
  return values.length === 1 && /^[A-Za-z0-9_-]{43}$/.test(values[0] ?? '') ? values[0] : undefined;
}

/** 256 random bits. */
export function generateBrowserSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** The value of Set-Cookie. It goes with the browser's session; `Lax`, since the app comes back by a link from outside. */
export function browserCookie(secret: string, isSecure: boolean): string {
  const common = 'Path=/; HttpOnly; SameSite=Lax';
  return isSecure ? `${secureName}=${secret}; ${common}; Secure` : `${plainName}=${secret}; ${common}`;
}
