/** Keeps pages of other sites from starting or finishing a login or a signature in a visitor's browser (CSRF). */

import type { RequestHandler } from 'express';

/** Refuses with 403 what a browser says comes from elsewhere; what sends neither header is no browser of today. */
export const sameOriginOnly: RequestHandler = (req, res, next) => {
  const site = req.get('sec-fetch-site');
  const origin = req.get('origin');
  const isForeignSite = site !== undefined && site !== 'same-origin';
  const isForeignOrigin = origin !== undefined && hostOf(origin) !== req.get('host');
  // Behind a proxy that changes the host, only the first of the two headers can tell.
  const isForeign = site === undefined ? isForeignOrigin : isForeignSite;
  if (!isForeign) return next();
  res.status(403).json({ error: 'This request must come from the page itself.' });
};

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
