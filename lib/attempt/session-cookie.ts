/**
 * Mistakes of a site's session cookie, told when a login or signing begins: who begins must not hear at the end that
 * there is nothing to finish, because the browser did not send the cookie back.
 */

import { SmartIdSessionError } from '../shared/errors.js';
import { warnOnce } from '../shared/warnings.js';
import { attemptLifetimeMs } from './attempt.js';
import { requireWebSession } from './framework-session.js';
import type { SiteRequest } from './site-request.js';

/**
 * @param returnsByLink whether the person comes back by a link from outside, which `SameSite=Strict` would not
 * recognise.
 * @throws SmartIdSessionError saying what to change.
 */
export function checkSessionCookie(req: SiteRequest, returnsByLink: boolean): void {
  const session = requireWebSession(req);
  const { sameSite, secure, originalMaxAge } = session.data.cookie ?? {};
  if (returnsByLink && (sameSite === true || isNamed(sameSite, 'strict'))) {
    throw new SmartIdSessionError(
      'session_same_site_strict',
      "The session cookie is SameSite=Strict, so a return from the Smart-ID app would not be recognised: use sameSite: 'lax'.",
    );
  }
  if (isNamed(sameSite, 'none') && !secure) {
    throw new SmartIdSessionError(
      'session_same_site_none',
      "The session cookie is SameSite=None without Secure, which browsers refuse: use sameSite: 'lax', or secure: true.",
    );
  }
  if (typeof originalMaxAge === 'number' && originalMaxAge < attemptLifetimeMs) {
    warnOnce(
      'SMART_ID_SESSION_TOO_SHORT',
      // Some sessions count it back from when it ends, and a millisecond has passed since.
      `The session cookie lasts for ${(originalMaxAge / 1000).toFixed(1)} s, and a Smart-ID login for up to ${attemptLifetimeMs / 1000} s: set a longer maxAge, which is in milliseconds.`,
    );
  }
  // The browser has sent it.
  if (session.wasStored) return;
  checkDomain(req);
  if (!secure || secure === 'auto' || isHttps(req)) return;
  if (isForwardedFromHttps(req)) {
    // No error: express-session itself may have been told to trust the proxy, which cannot be seen from here.
    warnOnce(
      'SMART_ID_TRUST_PROXY',
      "A Smart-ID login begins behind a proxy that uses https and that the site does not trust. Unless express-session has proxy: true, it does not send its Secure cookie, and nobody can finish: set app.set('trust proxy', 1), or with Fastify the option trustProxy.",
    );
    return;
  }
  throw new SmartIdSessionError(
    'session_cookie_not_sent',
    "The session cookie is Secure, so it is not sent: this request came over http. Use https; behind a proxy that uses https, set app.set('trust proxy', 1), or with Fastify the option trustProxy; or cookie: { secure: 'auto' }.",
  );
}

/** Browsers ignore a cookie for another host. */
function checkDomain(req: SiteRequest): void {
  const { domain } = requireWebSession(req).data.cookie ?? {};
  const host = hostOf(req);
  const site = domain?.replace(/^\./, '').toLowerCase();
  if (site && host && host !== site && !host.endsWith(`.${site}`)) {
    warnOnce(
      'SMART_ID_SESSION_DOMAIN',
      `The session cookie is for the domain ${site}, and the visitor is at ${host}: the browser will not keep it, and nobody can finish a Smart-ID login there.`,
    );
  }
}

function hostOf({ hostname, headers }: SiteRequest): string | undefined {
  const host = hostname ?? headers.host;
  return host?.replace(/:\d+$/, '').toLowerCase();
}

function isNamed(value: unknown, name: string): boolean {
  return typeof value === 'string' && value.toLowerCase() === name;
}

/** By what the framework says, which knows whether a proxy is trusted; without one, by the connection. */
function isHttps({ protocol, socket }: SiteRequest): boolean {
  return protocol === undefined ? 'encrypted' in socket && Boolean(socket.encrypted) : protocol === 'https';
}

function isForwardedFromHttps({ headers }: SiteRequest): boolean {
  const forwarded = String(headers['x-forwarded-proto'] ?? '');
  return forwarded.split(',')[0]?.trim().toLowerCase() === 'https';
}
