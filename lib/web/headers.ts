/** The headers of every answer of the pages' routes. */

import type { RequestHandler, Response } from 'express';
import type { PageImages } from './page.js';

/**
 * The Referrer-Policy is `same-origin`, which keeps the page's address from other sites. With `no-referrer` browsers
 * would send `Origin: null` with the page's own forms (Fetch, section 3.2), and these would be refused.
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

/** Sets what the page may load, unless the site has set it for its own template. */
export function setContentSecurityPolicy(res: Response, images: PageImages, hasTemplate: boolean): void {
  const present = res.get('content-security-policy');
  const isOfSite = present !== undefined && present !== policyWithoutImages;
  if (!hasTemplate || !isOfSite) res.set('content-security-policy', policyFor(images));
}

/**
 * There is no `form-action`: browsers apply it also to the redirects that follow a form, and a site may lead to another
 * one after a login, as an identity provider does.
 */
function policyFor(images: PageImages): string {
  const origins = Object.values<string>({ ...images })
    .filter((address) => URL.canParse(address))
    .map((address) => new URL(address).origin);
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    // 'self' is also for the site's icon, which browsers load without being told to.
    `img-src ${[...new Set(["'self'", ...origins])].join(' ')}`,
    "connect-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const policyWithoutImages = policyFor({});
