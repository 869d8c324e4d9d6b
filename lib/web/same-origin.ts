/** Keeps pages of other sites from starting or finishing a login or a signature in a visitor's browser (CSRF). */

import type { Request, RequestHandler } from 'express';

/** Refuses with 403 what a browser says comes from elsewhere; what sends neither header is no browser of today. */
export const sameOriginOnly: RequestHandler = (req, res, next) => {
  const site = req.get('sec-fetch-site');
  const origin = req.get('origin');
  const isForeignSite = site !== undefined && site !== 'same-origin';
  const isForeignOrigin = origin !== undefined && hostOf(origin) !== hostAskedFor(req);
  // Behind a proxy that changes the host, and that the site does not trust, only the first of the two headers can tell.
  const isForeign = site === undefined ? isForeignOrigin : isForeignSite;
  if (!isForeign) return next();
  res.status(403).json({ error: 'This request must come from the page itself.' });
};

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
