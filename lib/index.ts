/**
 * The strategy and signings, and everything of `passport-smart-id/login` and `passport-smart-id/client`.
 * @module passport-smart-id
 */

export type { AttemptStore } from './attempt/attempt.js';
export type { KeyedTexts, TextPlace } from './attempt/keyed-attempts.js';
export { MemoryAttemptStore } from './attempt/memory-store.js';
export type { Show } from './attempt/middleware.js';
export { SessionAttemptStore } from './attempt/session-store.js';
export type { SiteRequest } from './attempt/site-request.js';
export * from './login/index.js';
export type { AuthenticateOptions, Identify, SmartIdStrategyOptions, StartOptions } from './passport/options.js';
export { type MayPush, SmartIdStrategy, SmartIdStrategy as Strategy } from './passport/strategy.js';
export type {
  Done,
  SiteUser,
  VerifyAnswer,
  VerifyFunction,
  VerifyFunctionWithRequest,
} from './passport/verify-function.js';
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
} from './shared/diagnostics.js';
export type { Failure } from './shared/outcome.js';
export type { Undertaking } from './shared/undertaking.js';
export type { SmartIdSignature } from './signing/finish.js';
export type {
  Preparation,
  Prepare,
  Prepared,
  Signer,
  SigningRequest,
  SigningStartOptions,
  SmartIdSigningOptions,
  ToSign,
} from './signing/options.js';
export { SmartIdSigning } from './signing/signing.js';
