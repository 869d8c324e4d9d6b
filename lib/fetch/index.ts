/** `passport-smart-id/fetch`: the ready-made login page for frameworks of the web's own `Request` and `Response`. */

export type { AskedSession, Attempt, Flow, HeldSession, LinkTerms, RunningSession } from '../attempt/attempt.js';
export type { KeyedTexts, TextPlace } from '../attempt/keyed-attempts.js';
export { MemoryAttemptStore } from '../attempt/memory-store.js';
export type { SiteRequest } from '../attempt/site-request.js';
export type { AttemptLimits } from '../attempt/start-limit.js';
export type { AccountProblem } from '../errors.js';
export type { SmartIdProfile } from '../identity.js';
export type { SmartIdInfo } from '../login-info.js';
export type { FlowType } from '../protocol/acsp-v2.js';
export type {
  AuthenticationCertificateLevel,
  CertificateLevel,
  HashAlgorithm,
  SignatureAlgorithm,
} from '../protocol/algorithms.js';
export type { LinkLanguage } from '../protocol/device-link.js';
export type {
  ConfirmationMessage,
  ConfirmationMessageAndVerificationCodeChoice,
  DisplayTextAndPin,
  Interaction,
} from '../protocol/interactions.js';
export type { IdentifierType } from '../protocol/semantics-identifier.js';
export type { DeviceLinkSession } from '../rp-api/responses.js';
export type { AuthenticationSession } from '../verify/authentication.js';
export type { ExpectedSigner } from '../verify/certificate-checks.js';
export type { CertificateChoiceSession } from '../verify/certificate-choice.js';
export type { SessionWays } from '../verify/session-checks.js';
export type { SignatureSession } from '../verify/signature.js';
export type { HelpLinks } from '../web/help.js';
export { type KnownBrowser, type KnownBrowserStore, MemoryKnownBrowserStore } from '../web/known-browsers.js';
export type { LanguageOption } from '../web/language.js';
export type { PageContent, PageImages } from '../web/page.js';
export type { PersonalCodeCountry } from '../web/personal-code.js';
export type { Changed, Failures, Language, Texts, Words, WordsOption } from '../web/words.js';
export {
  type LoggedIn,
  type SiteContext,
  type SmartIdHandler,
  type SmartIdHandlerOptions,
  smartIdHandler,
  type VerifiedPerson,
} from './handler.js';
