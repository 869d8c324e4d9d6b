/**
 * The names of the checks of each verification, in the order they run. They are stable:
 * `SmartIdVerificationError.check` is one of them.
 */

/** Of whatever certificate the service answers with. */
const certificateChecks = [
  'certificate',
  'certificate-path',
  'revocation',
  'certificate-profile',
  'certificate-level',
  'identity',
  'document-number',
  'expected-signer',
] as const;

const ofAuthentication = [
  'callback',
  'state',
  'end-result',
  'signature-protocol',
  'flow-type',
  'user-challenge',
  ...certificateChecks,
  'interaction',
  'signature-algorithm',
  'signature',
] as const;

const ofSignature = [
  'callback',
  'state',
  'end-result',
  'signature-protocol',
  'flow-type',
  ...certificateChecks,
  'signing-certificate',
  'interaction',
  'signature-algorithm',
  'digest',
  'signature',
] as const;

const ofCertificateChoice = [
  'callback',
  'state',
  'end-result',
  'signature-protocol',
  'flow-type',
  ...certificateChecks,
] as const;

/** What a check can be called. */
export type CheckName =
  | (typeof ofAuthentication)[number]
  | (typeof ofSignature)[number]
  | (typeof ofCertificateChoice)[number];

/** The names of the checks of an authentication, in the order they run. */
export const authenticationChecks: readonly string[] = ofAuthentication;
/** The names of the checks of a signature, in the order they run. */
export const signatureChecks: readonly string[] = ofSignature;
/** The names of the checks of a certificate choice, in the order they run. */
export const certificateChoiceChecks: readonly string[] = ofCertificateChoice;
