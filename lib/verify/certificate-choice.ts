/**
 * The verification of a signing certificate that somebody chose in the app, or that the service gave for a document.
 */

import type { X509Certificate } from 'node:crypto';
import { SmartIdOutcomeError } from '../errors.js';
import type { Identity } from '../identity.js';
import type { FlowType } from '../protocol/acsp-v2.js';
import type { CertificateLevel } from '../protocol/algorithms.js';
import type { SessionStatus, SigningCertificate } from '../rp-api/responses.js';
import {
  type CertificateContext,
  certificateChecks,
  type ExpectedSigner,
  type TrustInput,
} from './certificate-checks.js';
import { type Check, established, runChecks } from './check.js';
import {
  refuseCallback,
  refuseEndResult,
  refuseFlowType,
  refuseFlowTypeOfReturn,
  refuseState,
  type SessionContext,
  type SessionWays,
  type SigningCallbackParameters,
} from './session-checks.js';

/** What the site sent or received when it created the session, and has kept on the server since. */
export interface CertificateChoiceSession extends SessionWays {
  /** The lowest level that is accepted. */
  certificateLevel: CertificateLevel;
  /** The person whose certificate was asked for, if the session named one. */
  expected?: ExpectedSigner;
  /**
   * Whether a linked signature follows at once. The person stays in the app until it is given, so that the callback URL
   * is not used before; hand the flow type to `SignatureSession.linked`, and `verifySignature` asks for the callback.
   */
  linkedSignatureFollows?: boolean;
}

/** What the choice of a certificate is verified by. */
export interface VerifyCertificateChoiceInput extends TrustInput {
  /** The answer of `GET /session/{sessionID}`. */
  status: SessionStatus;
  /** What was asked for. */
  session: CertificateChoiceSession;
  /** Present if, and only if, the person came back through the callback URL. */
  callback?: SigningCallbackParameters;
}

/** What the signing certificate of a document is verified by. */
export interface VerifySigningCertificateInput extends TrustInput {
  /** The answer of `POST /signature/certificate/{document-number}`. */
  answer: SigningCertificate;
  /** As it was asked for. */
  documentNumber: string;
  /** As it was asked for. */
  certificateLevel: CertificateLevel;
}

/** A signing certificate of a person: everything is verified. */
export interface VerifiedSigningCertificate {
  /** Whose it is. */
  identity: Identity;
  /** The account, such as `PNOEE-40404040009-MOCK-Q`. */
  documentNumber: string;
  /** What the certificate states: the level asked for, or a higher one. */
  certificateLevel: CertificateLevel;
  /** The account's certificate for signatures. */
  certificate: X509Certificate;
}

/** The certificate that a person has chosen: everything is verified. */
export interface VerifiedCertificateChoice extends VerifiedSigningCertificate {
  /** How the person came to the app. */
  flowType: FlowType;
  /** The phone's address, where the relying party may ask for it. */
  deviceIpAddress?: string;
}

interface ChoiceContext extends VerifyCertificateChoiceInput, SessionContext, CertificateContext {
  session: CertificateChoiceSession;
}

const choiceChecks: readonly Check<ChoiceContext>[] = [
  { name: 'callback', refuse: (context) => (isReturnLater(context) ? undefined : refuseCallback(context)) },
  { name: 'state', refuse: refuseState },
  { name: 'end-result', refuse: refuseEndResult },
  { name: 'signature-protocol', refuse: refuseSignatureProtocol },
  {
    name: 'flow-type',
    refuse: (context) => (isReturnLater(context) ? refuseFlowType(context) : refuseFlowTypeOfReturn(context)),
  },
  ...certificateChecks('signature'),
];

/** The names of the checks of a certificate choice, in the order they run. */
export const certificateChoiceChecks: readonly string[] = choiceChecks.map(({ name }) => name);

/**
 * Verifies everything about a certificate choice and says whose certificate it is.
 * @throws SmartIdOutcomeError when the session ended without success.
 * @throws SmartIdVerificationError naming the check that refused.
 */
export async function verifyCertificateChoice(input: VerifyCertificateChoiceInput): Promise<VerifiedCertificateChoice> {
  const context: ChoiceContext = { ...input };
  await runChecks(choiceChecks, context);
  return {
    ...verified(context),
    flowType: established(context.flowType),
    deviceIpAddress: established(context.complete).deviceIpAddress,
  };
}

/**
 * Verifies the signing certificate that the service gave for a known document.
 * @throws SmartIdOutcomeError `document_unusable` when there is none that can sign.
 * @throws SmartIdVerificationError naming the check that refused.
 */
export async function verifySigningCertificate(
  input: VerifySigningCertificateInput,
): Promise<VerifiedSigningCertificate> {
  const { answer, documentNumber, certificateLevel, ...trust } = input;
  if (answer.state !== 'OK') throw new SmartIdOutcomeError(answer.state);
  const context: CertificateContext = { ...trust, session: { certificateLevel }, documentNumber, cert: answer.cert };
  await runChecks(certificateChecks('signature'), context);
  return verified(context);
}

function verified(context: CertificateContext): VerifiedSigningCertificate {
  return {
    identity: established(context.identity),
    documentNumber: established(context.documentNumber),
    certificateLevel: established(context.level),
    certificate: established(context.certificate).node,
  };
}

/** A callback that is there all the same must be the right one. */
function isReturnLater({ session, callback }: ChoiceContext): boolean {
  return session.linkedSignatureFollows === true && callback === undefined;
}

/** Nothing is signed in a choice; an answer that says so is one of another kind of session. */
function refuseSignatureProtocol(context: ChoiceContext): string | undefined {
  const { signatureProtocol, cert, result } = established(context.complete);
  if (signatureProtocol !== undefined) return 'it is that of a session of another kind';
  if (!cert) return 'there is no certificate';
  Object.assign(context, { cert, documentNumber: result.documentNumber });
  return undefined;
}
