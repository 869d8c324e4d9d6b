/** Keeps pages of other sites from starting or finishing a login or a signature in a visitor's browser (CSRF). */

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { mediaTypeOf } from './page-request.js';

/**
 * Refuses with 403 what `Sec-Fetch-Site` or `Origin` says comes from another site; what sends neither header is no
 * browser of today. A page with forms of its own must not have the Referrer-Policy `no-referrer`, with which browsers
 * send `Origin: null`.
 */
export const sameOriginOnly: RequestHandler = (req, res, next) => {
  if (isOfSameOrigin({ headers: req.headers, host: hostAskedFor(req) })) return next();
  const isForm = mediaTypeOf(req.headers) === 'application/x-www-form-urlencoded';
  res.writeHead(403, { 'content-type': `${isForm ? 'text/html' : 'application/json'}; charset=utf-8` });
  res.end(isForm ? refusalPage : JSON.stringify({ error: refusalMessage }));
};

export const refusalMessage = 'This request must come from the page itself.';

/** What a person sees who has sent a form. */
const refusalPage = `<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width">
<title>Please try again</title>
<p>That request did not come from this page, so nothing was done. Go back, load the page again, then try again.</p>
</html>
`;

/** @param request `host` is the host and port that the visitor asked for. */
export function isOfSameOrigin({ headers, host }: { headers: IncomingHttpHeaders; host: string | undefined }): boolean {
  const site = headers['sec-fetch-site'];
  // Behind a proxy that changes the host, and that the site does not trust, only the first of the two headers can tell.
  if (site !== undefined) return site === 'same-origin';
  const { origin } = headers;
  return origin === undefined || (host !== undefined && hostOf(origin) === host);
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** What Express has on a request besides. */
interface OfExpress {
  app?: { get(setting: string): unknown };
}

/** With its port, which `req.hostname` lacks. What a proxy says of it counts where the site's `trust proxy` says so. */
export function hostAskedFor(req: IncomingMessage): string | undefined {
  const isTrusted = (req as IncomingMessage & OfExpress).app?.get('trust proxy fn');
  // Of several proxies the first has seen what the browser asked for.
  const forwarded = String(req.headers['x-forwarded-host'] ?? '')
    .split(',')[0]
    ?.trim();
  const isProxyTrusted = typeof isTrusted === 'function' && isTrusted(req.socket.remoteAddress, 0) === true;
  return forwarded && isProxyTrusted ? forwarded : req.headers.host;
}
