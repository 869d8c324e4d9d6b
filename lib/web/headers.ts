/** The headers of what the pages' routes answer. */

import type { PageImages } from './page.js';

/** The name of the header, as Node has it. */
export const policyHeader = 'content-security-policy';

/**
 * What the page may load. There is no `form-action`: browsers apply it also to the redirects that follow a form, and a
 * site may lead to another one after a login, as an identity provider does.
 */
export function contentSecurityPolicy(images: PageImages = {}): string {
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
