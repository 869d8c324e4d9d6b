/** The types of an attempt that every entry point names which hands attempts to a site. */

export type { FlowType } from '../protocol/acsp-v2.js';
export type {
  AuthenticationCertificateLevel,
  CertificateLevel,
  HashAlgorithm,
  SignatureAlgorithm,
} from '../protocol/algorithms.js';
export type { LinkLanguage } from '../protocol/device-link.js';
export type { DeviceLinkSession } from '../rp-api/responses.js';
export type { AccountProblem } from '../shared/errors.js';
export type { Flow } from '../shared/undertaking.js';
export type { AuthenticationSession } from '../verify/authentication.js';
export type { ExpectedSigner } from '../verify/certificate-checks.js';
export type { CertificateChoiceSession } from '../verify/certificate-choice.js';
export type { SessionFlows, SessionWays } from '../verify/session-checks.js';
export type { SignatureSession } from '../verify/signature.js';
export type { Attempt, HeldSession, LinkTerms, RequestedSession, RunningSession } from './attempt.js';
export type { KeyedTexts, TextPlace } from './keyed-attempts.js';
export type { SiteRequest } from './site-request.js';
export type { AttemptLimits } from './start-limit.js';
