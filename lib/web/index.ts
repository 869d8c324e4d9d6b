/**
 * Ready-made pages for logging in and for signing, and the pieces that they are made of.
 * @module passport-smart-id/web
 */

import type { Request } from 'express';
import type { LanguageOption as LanguageOptionOf } from './language.js';
import type { PageOptionsOf } from './page-options.js';

export type { SmartIdProfile } from '../attempt/profile.js';
export type { FlowType } from '../protocol/acsp-v2.js';
export type { CertificateLevel, HashAlgorithm, SignatureAlgorithm } from '../protocol/algorithms.js';
export type { IdentifierType } from '../protocol/semantics-identifier.js';
export type { Flow } from '../shared/undertaking.js';
export type { SmartIdSignature } from '../signing/finish.js';
export type { Signer, SigningStartOptions } from '../signing/options.js';
export {
  type CookieResponse,
  KnownBrowsers,
  MemoryKnownBrowserStore,
  type RequestHeaders,
} from './known-browsers.js';
export type { LanguageOption as LanguageOptionOf } from './language.js';
export type { LoginPageOptionsOf } from './login-pages.js';
export { type Passport, type SmartIdRouterOptions, smartIdRouter } from './login-router.js';
export type { PageOptionsOf } from './page-options.js';
export { personNamed } from './person.js';
export { personalCodeCountries, readPersonalCode, type TypedCode } from './personal-code.js';
export type * from './public-types.js';
export { sameOriginOnly } from './same-origin.js';
export { smartIdSigningRouter } from './signing-router.js';
export type { DocumentsToShow, SigningRouterStart, SmartIdSigningRouterOptions } from './signing-router-options.js';

/** The options that both routers have. */
export type PageOptions = PageOptionsOf<Request>;
/** One language for everybody, or the site's own choice for a request, which may leave it to the visitor. */
export type LanguageOption = LanguageOptionOf<Request>;
