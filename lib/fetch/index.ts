/** `passport-smart-id/fetch`: the ready-made login page for frameworks of the web's own `Request` and `Response`. */

export { MemoryAttemptStore } from '../attempt/memory-store.js';
export type { SmartIdProfile } from '../identity.js';
export type { SmartIdInfo } from '../login-info.js';
export { type KnownBrowser, type KnownBrowserStore, MemoryKnownBrowserStore } from '../web/known-browsers.js';
export {
  type SiteContext,
  type SmartIdHandler,
  type SmartIdHandlerOptions,
  smartIdHandler,
  type VerifiedPerson,
} from './handler.js';
