/**
 * The ready-made login page for frameworks of the web's own `Request` and `Response`.
 * @module passport-smart-id/fetch
 */

export { MemoryAttemptStore } from '../attempt/memory-store.js';
export type { SmartIdProfile } from '../attempt/profile.js';
export type * from '../attempt/public-types.js';
export type { SmartIdInfo } from '../login/login-info.js';
export type { IdentifierType } from '../protocol/semantics-identifier.js';
export { MemoryKnownBrowserStore } from '../web/known-browsers.js';
export type { LanguageOption } from '../web/language.js';
export type * from '../web/public-types.js';
export {
  type LoggedIn,
  type SiteContext,
  type SmartIdHandler,
  type SmartIdHandlerOptions,
  smartIdHandler,
  type VerifiedPerson,
} from './handler.js';
