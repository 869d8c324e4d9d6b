/**
 * The verification of a signing certificate that somebody chose in the app, or that the service gave for a document.
 */

import type { X509Certificate } from 'node:crypto';
import type { FlowType } from '../protocol/acsp-v2.js';
import type { CertificateLevel } from '../protocol/algorithms.js';
import type { CompleteSessionStatus, SessionStatus, SigningCertificate } from '../rp-api/responses.js';
import { SmartIdOutcomeError } from '../shared/errors.js';
import { type CheckedCertificate, checkCertificate, type ExpectedSigner, forSignatures } from './certificate-checks.js';
import { check, fail } from './check.js';
import type { Identity } from './identity.js';
import {
  checkCallback,
  checkEndResult,
  completeStatusOf,
  flowTypeOf,
  type SessionFlows,
  type SignedAnswer,
  type SigningCallbackParameters,
  statedFlowType,
} from './session-checks.js';
import type { TrustInput } from './trust-input.js';

export { certificateChoiceChecks } from './check-names.js';

/** What the site sent or received when it created the session, and has kept on the server since. */
export interface CertificateChoiceSession extends SessionFlows {
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

/**
 * Verifies everything about a certificate choice and says whose certificate it is.
 * @throws SmartIdOutcomeError when the session ended without success.
 * @throws SmartIdVerificationError naming the check that failed.
 */
export async function verifyCertificateChoice(input: VerifyCertificateChoiceInput): Promise<VerifiedCertificateChoice> {
  const { status, session, callback, ...trust } = input;
  await check('callback', () => checkCallbackOfChoice(session, callback, status));
  const answer = await check('state', () => completeStatusOf(status));
  await check('end-result', () => checkEndResult(answer));
  const answered = await check('signature-protocol', () => chosenCertificateOf(answer));
  const flowType = await check('flow-type', () => flowTypeOf(answer, session, callback));
  const account = await checkCertificate({ ...answered, asked: session, purpose: forSignatures, trust });
  return { ...verifiedCertificate(account), flowType, deviceIpAddress: answer.deviceIpAddress };
}

/**
 * Verifies the signing certificate that the service gave for a known document.
 * @throws SmartIdOutcomeError `document_unusable` when there is none that can sign.
 * @throws SmartIdVerificationError naming the check that failed.
 */
export async function verifySigningCertificate(
  input: VerifySigningCertificateInput,
): Promise<VerifiedSigningCertificate> {
  const { answer, documentNumber, certificateLevel, ...trust } = input;
  if (answer.state !== 'OK') throw new SmartIdOutcomeError(answer.state);
  const asked = { certificateLevel };
  return verifiedCertificate(
    await checkCertificate({ cert: answer.cert, documentNumber, asked, purpose: forSignatures, trust }),
  );
}

function verifiedCertificate(account: CheckedCertificate<CertificateLevel>): VerifiedSigningCertificate {
  const { identity, documentNumber, level, certificate } = account;
  return { identity, documentNumber, certificateLevel: level, certificate: certificate.node };
}

/**
 * Where a linked signature follows, the callback URL is used after that one. A callback that is there all the same must
 * be the right one.
 */
function checkCallbackOfChoice(
  session: CertificateChoiceSession,
  callback: SigningCallbackParameters | undefined,
  status: SessionStatus,
): void {
  const isReturnLater = session.linkedSignatureFollows === true && callback === undefined;
  if (!isReturnLater) checkCallback(session, callback, statedFlowType(status));
}

/** Nothing is signed in a choice; an answer that says so is one of another kind of session. */
function chosenCertificateOf({
  signatureProtocol,
  cert,
  result,
}: CompleteSessionStatus): Omit<SignedAnswer, 'signature'> {
  if (signatureProtocol !== undefined) fail('it is that of a session of another kind');
  if (!cert) fail('there is no certificate');
  return { cert, documentNumber: result.documentNumber };
}
