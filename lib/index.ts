/** `passport-smart-id`: the strategy, and everything of `passport-smart-id/client`. */

export type {
  AskedSession,
  Attempt,
  AttemptStore,
  Flow,
  HeldSession,
  LinkTerms,
  RunningSession,
} from './attempt/attempt.js';
export type { KeyedTexts, TextPlace } from './attempt/keyed-attempts.js';
export { MemoryAttemptStore } from './attempt/memory-store.js';
export type { Show } from './attempt/middleware.js';
export { SessionAttemptStore } from './attempt/session-store.js';
export type { SiteRequest } from './attempt/site-request.js';
export type { AttemptLimits } from './attempt/start-limit.js';
export type { AttemptView } from './attempt/view.js';
export * from './client.js';
export {
  type LinkMessage,
  linkChannel,
  type OutcomeMessage,
  outcomeChannel,
  type RevocationCheckMessage,
  type RpApiCallMessage,
  revocationCheckChannel,
  rpApiCallChannel,
  type SessionEndMessage,
  type StartMessage,
  type StepFailureMessage,
  sessionEndChannel,
  startChannel,
  stepFailureChannel,
  type VerificationFailureMessage,
  verificationFailureChannel,
} from './diagnostics.js';
export type { SmartIdProfile } from './identity.js';
export {
  type LoginFinishOptions,
  type LoginResult,
  type LoginStartOptions,
  SmartIdLogin,
  type SmartIdLoginCoreOptions,
} from './login/login.js';
export type { LoginStart, SmartIdLoginOptions } from './login/options.js';
export { MemoryUsedAttempts, type UsedAttempts } from './login/used-attempts.js';
export type { SmartIdInfo } from './login-info.js';
export type { AuthenticateOptions, Identify, SmartIdStrategyOptions, StartOptions } from './options.js';
export type { Failure, Undertaking } from './outcome.js';
export type { SmartIdSignature } from './signing/finish.js';
export type {
  Prepare,
  Prepared,
  Signer,
  SigningRequest,
  SigningStartOptions,
  SmartIdSigningOptions,
  ToSign,
} from './signing/options.js';
export { SmartIdSigning } from './signing/signing.js';
export { type MayPush, SmartIdStrategy, SmartIdStrategy as Strategy } from './strategy.js';
export type { Done, SiteUser, VerifyAnswer, VerifyFunction, VerifyFunctionWithRequest } from './verify-function.js';
