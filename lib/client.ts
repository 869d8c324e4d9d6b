/**
 * The RP API, the calculations and the verification, for programs without Passport.
 * @module passport-smart-id/client
 */

export { type AcspV2Input, acspV2Message, type FlowType } from './protocol/acsp-v2.js';
export type {
  AuthenticationCertificateLevel,
  CertificateLevel,
  HashAlgorithm,
  SignatureAlgorithm,
} from './protocol/algorithms.js';
export { type AuthCodeInput, calculateAuthCode, type DeviceLinkType, type SessionType } from './protocol/auth-code.js';
export { type CallbackUrlRules, createCallbackUrl, sessionSecretDigest, userChallenge } from './protocol/callback.js';
export { generateChallenge } from './protocol/challenge.js';
export { createDeviceLink, type DeviceLinkInput, type LinkLanguage } from './protocol/device-link.js';
export { calculateDigest } from './protocol/digest.js';
export { parseDocumentNumber } from './protocol/document-number.js';
export {
  type ConfirmationMessage,
  type ConfirmationMessageAndVerificationCodeChoice,
  type DisplayTextAndPin,
  encodeInteractions,
  type Interaction,
  type InteractionSet,
} from './protocol/interactions.js';
export {
  type IdentifierType,
  parseSemanticsIdentifier,
  type SemanticsIdentifier,
} from './protocol/semantics-identifier.js';
export { verificationCode } from './protocol/verification-code.js';
export {
  type CallOptions,
  type SessionStatusOptions,
  SmartIdClient,
  type SmartIdClientOptions,
  type WaitOptions,
} from './rp-api/client.js';
export type { Environment, EnvironmentKind, ResolvedEnvironment } from './rp-api/environment.js';
export type {
  DeviceLinkAuthenticationRequest,
  DeviceLinkCertificateChoiceRequest,
  DeviceLinkSignatureRequest,
  LinkedSignatureRequest,
  NotificationAuthenticationRequest,
  NotificationCertificateChoiceRequest,
  NotificationSignatureRequest,
  RequestProperties,
  SigningCertificateRequest,
} from './rp-api/requests.js';
export type {
  CodeSession,
  CompleteSessionStatus,
  DeviceLinkSession,
  NotificationSession,
  RunningSessionStatus,
  SessionResult,
  SessionStatus,
  SignatureAlgorithmParameters,
  SigningCertificate,
  StatusCertificate,
  StatusSignature,
} from './rp-api/responses.js';
export * from './shared/errors.js';
export type { Fetch } from './shared/http.js';
export { loadTrustAnchors, type TrustAnchorSource, type TrustAnchors } from './trust/anchors.js';
export type { Certificate } from './trust/certificate.js';
export type { CertificateSource } from './trust/read-certificates.js';
export { createRevocationChecker } from './trust/revocation/over-http.js';
export type { RevocationChecker, RevocationPolicy } from './trust/revocation/revocation.js';
export {
  type AuthenticationSession,
  authenticationChecks,
  type CallbackParameters,
  type VerifiedAuthentication,
  type VerifyAuthenticationInput,
  verifyAuthentication,
} from './verify/authentication.js';
export type { ExpectedSigner } from './verify/certificate-checks.js';
export {
  type CertificateChoiceSession,
  certificateChoiceChecks,
  type VerifiedCertificateChoice,
  type VerifiedSigningCertificate,
  type VerifyCertificateChoiceInput,
  type VerifySigningCertificateInput,
  verifyCertificateChoice,
  verifySigningCertificate,
} from './verify/certificate-choice.js';
export type { Identity } from './verify/identity.js';
export type { SessionFlows, SessionWays, SigningCallbackParameters } from './verify/session-checks.js';
export {
  type SignatureSession,
  signatureChecks,
  type VerifiedSignature,
  type VerifySignatureInput,
  verifySignature,
} from './verify/signature.js';
export type { TrustInput } from './verify/trust-input.js';
