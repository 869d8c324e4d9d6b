/** `passport-smart-id/web`: ready-made pages for logging in and for signing, and the pieces that they are made of. */

import type { Request } from 'express';
import type { LanguageOption as LanguageOptionOf } from './language.js';
import type { PageOptionsOf } from './page-options.js';

export type { HelpLinks } from './help.js';
export {
  type KnownBrowser,
  type KnownBrowserStore,
  KnownBrowsers,
  MemoryKnownBrowserStore,
} from './known-browsers.js';
export type { LoginPageOptionsOf } from './login-pages.js';
export { type SmartIdRouterOptions, smartIdRouter } from './login-router.js';
export type { PageContent, PageImages } from './page.js';
export type { PageOptionsOf } from './page-options.js';
export { personNamed } from './person.js';
export { type PersonalCodeCountry, personalCodeCountries, readPersonalCode, type TypedCode } from './personal-code.js';
export { sameOriginOnly } from './same-origin.js';
export { type SmartIdSigningRouterOptions, smartIdSigningRouter } from './signing-router.js';
export type { Language, Words, WordsOption } from './words.js';

/** The options that both routers have. */
export type PageOptions = PageOptionsOf<Request>;
/** One language for everybody, or the site's own choice for a request, which may leave it to the visitor. */
export type LanguageOption = LanguageOptionOf<Request>;
