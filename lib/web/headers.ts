/** The headers of all that the pages' routes answer. */

import type { RequestHandler, Response } from 'express';
import type { PageImages } from './page.js';

/**
 * `same-origin`: the address of the page is told to nobody else, and with `no-referrer` browsers would say of the page's own forms that
 * they come from nowhere (`Origin: null`, Fetch section 3.2).
 */
export function commonHeaders(hasTemplate: boolean): RequestHandler {
  return (_req, res, next) => {
    res.set({
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
    setContentSecurityPolicy(res, {}, hasTemplate);
    next();
  };
}

/** Says what the page may load, unless the site has said so for its own template. */
export function setContentSecurityPolicy(res: Response, images: PageImages, hasTemplate: boolean): void {
  const present = res.get('content-security-policy');
  const isOfSite = present !== undefined && present !== policyFor({});
  if (!hasTemplate || !isOfSite) res.set('content-security-policy', policyFor(images));
}

/**
 * Without `form-action`: browsers would hold against it also where the site leads from its own page after a login, such as an identity
 * provider back to the site that has asked.
 */
function policyFor(images: PageImages): string {
  const origins = Object.values<string>({ ...images })
    .filter((address) => URL.canParse(address))
    .map((address) => new URL(address).origin);
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    // Also for the site's icon, which browsers ask for by themselves.
    `img-src ${[...new Set(["'self'", ...origins])].join(' ')}`,
    "connect-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
