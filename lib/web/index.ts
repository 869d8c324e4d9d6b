/** `passport-smart-id/web`: ready-made pages for logging in and for signing, and the pieces that they are made of. */

export type { HelpLinks } from './help.js';
export {
  type KnownBrowser,
  type KnownBrowserStore,
  KnownBrowsers,
  MemoryKnownBrowserStore,
} from './known-browsers.js';
export type { LanguageOption } from './language.js';
export { type SmartIdRouterOptions, smartIdRouter } from './login-router.js';
export type { PageContent, PageImages } from './page.js';
export type { PageOptions } from './page-options.js';
export { personNamed } from './person.js';
export { type PersonalCodeCountry, personalCodeCountries, readPersonalCode, type TypedCode } from './personal-code.js';
export { sameOriginOnly } from './same-origin.js';
export { type SmartIdSigningRouterOptions, smartIdSigningRouter } from './signing-router.js';
export type { Language, Words, WordsOption } from './words.js';
