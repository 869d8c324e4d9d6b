/** Keeps pages of other sites from starting or finishing a login or a signature in a visitor's browser (CSRF). */

import type { Request, RequestHandler } from 'express';

/**
 * Refuses with 403 what `Sec-Fetch-Site` or `Origin` says comes from another site; what sends neither header is no
 * browser of today. A page with forms of its own must not have the Referrer-Policy `no-referrer`, with which browsers
 * send `Origin: null`.
 */
export const sameOriginOnly: RequestHandler = (req, res, next) => {
  if (isOfSameOrigin(req)) return next();
  res.status(403);
  if (req.is('urlencoded')) res.type('html').send(refusalPage);
  else res.json({ error: 'This request must come from the page itself.' });
};

/** What a person sees who has sent a form. */
const refusalPage = `<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width">
<title>Please try again</title>
<p>This did not come from the page itself, so nothing was done. Go back, load the page again, and try once more.</p>
</html>
`;

export function isOfSameOrigin(req: Request): boolean {
  const site = req.get('sec-fetch-site');
  const origin = req.get('origin');
  // Behind a proxy that changes the host, and that the site does not trust, only the first of the two headers can tell.
  if (site !== undefined) return site === 'same-origin';
  return origin === undefined || hostOf(origin) === hostAskedFor(req);
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** With its port, which `req.hostname` lacks. What a proxy says of it counts where the site's `trust proxy` says so. */
function hostAskedFor(req: Request): string | undefined {
  const isTrusted: (address: string | undefined, hop: number) => boolean = req.app.get('trust proxy fn');
  // Of several proxies the first has seen what the browser asked for.
  const forwarded = req.get('x-forwarded-host')?.split(',')[0]?.trim();
  return forwarded && isTrusted(req.socket.remoteAddress, 0) ? forwarded : req.get('host');
}
