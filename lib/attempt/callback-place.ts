/**
 * Whether the callback URL leads back to where the visitor is, told in the site's log when a login or signing begins:
 * otherwise a person hears at the end of it that their browser is another one.
 */

import type { IncomingHttpHeaders } from 'node:http';
import { warnOnce } from '../shared/warnings.js';

/**
 * Cookies are for one host: who begins at `www.example.com` or `127.0.0.1` has none at `example.com` or `localhost`. No
 * error, since a proxy may change the host without a word.
 */
export function checkCallbackHost(headers: IncomingHttpHeaders, callbackURL: string | undefined): void {
  if (callbackURL === undefined) return;
  const { hostname } = new URL(callbackURL);
  const hosts = [headers.host, headers['x-forwarded-host']].flatMap((value) => `${value ?? ''}`.split(','));
  const names = hosts.map(hostnameOf).filter((name) => name !== undefined);
  if (names.length === 0 || names.includes(hostname)) return;
  warnOnce(
    'SMART_ID_CALLBACK_HOST',
    `A visitor begins at ${names[0]}, and the Smart-ID app would return to ${hostname}, where the browser sends no cookie of ${names[0]}: lead all visitors to one of them, and use it in callbackURL.`,
  );
}

function hostnameOf(host: string): string | undefined {
  const address = `http://${host.trim()}`;
  return URL.canParse(address) ? new URL(address).hostname : undefined;
}

/**
 * The return must come to the page. No error, since a proxy may change paths.
 * @param path of a request that has come to the page: `/login/start`.
 * @param route what of it is the page's own: `/start`.
 */
export function checkCallbackPath(path: string, route: string, callbackURL: string | undefined): void {
  if (callbackURL === undefined || !path.endsWith(route)) return;
  const { pathname } = new URL(callbackURL);
  const expected = `${path.slice(0, -route.length)}/callback`;
  if (pathname.replace(/\/$/, '') === expected) return;
  warnOnce(
    'SMART_ID_CALLBACK_PATH',
    `The Smart-ID app would return to ${pathname}, and the page takes returns at ${expected}: unless a proxy changes paths, set callbackURL to it.`,
  );
}
