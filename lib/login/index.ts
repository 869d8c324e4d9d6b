/**
 * Logins over plain values, for sites without Express, and everything of `passport-smart-id/client`.
 * @module passport-smart-id/login
 */

export type { Attempt, HeldSession, LinkTerms, RequestedSession, RunningSession } from '../attempt/attempt.js';
export type { SmartIdProfile } from '../attempt/profile.js';
export type { AttemptLimits } from '../attempt/start-limit.js';
export type { AttemptView } from '../attempt/view.js';
export * from '../client.js';
export type { Flow } from '../shared/undertaking.js';
export {
  type LoginFinishOptions,
  type LoginResult,
  type LoginStartOptions,
  SmartIdLogin,
  type SmartIdLoginCoreOptions,
} from './login.js';
export type { SmartIdInfo } from './login-info.js';
export type { LoginStart, SmartIdLoginOptions } from './options.js';
export { MemoryUsedAttempts, type UsedAttempts } from './used-kept-by-site.js';
