/** The verification of a signature session (section "Verifying the response"): all checks, in the order they run. */

import type { KeyObject, X509Certificate } from 'node:crypto';
import type { FlowType } from '../protocol/acsp-v2.js';
import { type CertificateLevel, hashAlgorithmOf, type SignatureChoice } from '../protocol/algorithms.js';
import { calculateDigest, digestBytes } from '../protocol/digest.js';
import type { SessionStatus, StatusCertificate, StatusSignature } from '../rp-api/responses.js';
import { checkCertificate, type ExpectedSigner, forSignatures } from './certificate-checks.js';
import { check, fail } from './check.js';
import type { Identity } from './identity.js';
import {
  checkCallback,
  checkCallbackFitsFlowType,
  checkEndResult,
  completeStatusOf,
  flowTypeOf,
  interactionOf,
  type SessionFlows,
  type SigningCallbackParameters,
  signedAnswerOf,
  statedFlowType,
} from './session-checks.js';
import { checkAlgorithm, isSignatureOf, isSignatureOfDigest } from './signature-value.js';
import type { TrustInput } from './trust-input.js';

export { signatureChecks } from './check-names.js';

/** What the site sent or received when it created the session, and has kept on the server since. */
export interface SignatureSession extends SignatureChoice, SessionFlows {
  /** Base64, as sent. */
  digest: string;
  /** Base64, as sent. */
  interactions: string;
  /** The lowest level that is accepted. */
  certificateLevel: CertificateLevel;
  /** The person or document that the session was for, if it named one. */
  expected?: ExpectedSigner;
  /** Base64 of the DER of the certificate that the document to be signed names; the signature must be of its key. */
  signingCertificate?: string;
  /**
   * Of a linked signature: the device-link certificate choice that it follows, whose callback URL is used once it is
   * done.
   */
  linked?: SessionFlows & {
    /** How the person came to the app for the choice. */
    flowType: FlowType;
  };
}

/** What a signature is verified by. */
export interface VerifySignatureInput extends TrustInput {
  /** The answer of `GET /session/{sessionID}`. */
  status: SessionStatus;
  /** What was asked for. */
  session: SignatureSession;
  /** Present if, and only if, the person came back through the callback URL. */
  callback?: SigningCallbackParameters;
  /** The bytes that are signed, if they are at hand; the digest alone is enough. */
  data?: Uint8Array;
}

/** A signature of a person: everything is verified. */
export interface VerifiedSignature {
  /** The signature itself. */
  value: Buffer;
  /** Who has signed. */
  identity: Identity;
  /** The account, such as `PNOEE-40404040009-MOCK-Q`. */
  documentNumber: string;
  /** What the certificate states: the level asked for, or a higher one. */
  certificateLevel: CertificateLevel;
  /** The account's certificate for signatures. */
  certificate: X509Certificate;
  /** How the person came to the app. */
  flowType: FlowType;
  /** The `type` of the interaction that the app has shown. */
  interactionTypeUsed: string;
  /** The phone's address, where the relying party may ask for it. */
  deviceIpAddress?: string;
}

/**
 * Verifies everything about a signature and says who gave it.
 * @throws SmartIdOutcomeError when the session ended without success.
 * @throws SmartIdVerificationError naming the check that failed.
 */
export async function verifySignature(input: VerifySignatureInput): Promise<VerifiedSignature> {
  const { status, session, callback, data, ...trust } = input;
  await check('callback', () =>
    session.linked
      ? checkCallbackOfLinkedChoice(session.linked, callback)
      : checkCallback(session, callback, statedFlowType(status)),
  );
  const answer = await check('state', () => completeStatusOf(status));
  await check('end-result', () => checkEndResult(answer));
  const protocol = 'RAW_DIGEST_SIGNATURE';
  const { signature, ...answered } = await check('signature-protocol', () => signedAnswerOf(answer, protocol));
  const { cert } = answered;
  const flowType = await check('flow-type', () => flowTypeOf(answer, session, session.linked ? undefined : callback));
  const account = await checkCertificate({ ...answered, asked: session, purpose: forSignatures, trust });
  const { certificate, identity, level, documentNumber } = account;
  await check('signing-certificate', () => checkSigningCertificate(cert, session));
  const isPush = flowType === 'Notification' && !session.linked;
  const interactionTypeUsed = await check('interaction', () =>
    interactionOf(answer, session.interactions, isPush ? 'notification' : 'device-link'),
  );
  await check('signature-algorithm', () => checkAlgorithm(signature, session));
  await check('digest', () => checkDigest(session, data));
  const value = await check('signature', () => signatureValueOf(signature, certificate.publicKey, session, data));
  return {
    value,
    identity,
    documentNumber,
    certificateLevel: level,
    certificate: certificate.node,
    flowType: session.linked?.flowType ?? flowType,
    interactionTypeUsed,
    deviceIpAddress: answer.deviceIpAddress,
  };
}

/** A linked signature has no callback URL of its own: the person comes back by that of the certificate choice. */
function checkCallbackOfLinkedChoice(
  choice: NonNullable<SignatureSession['linked']>,
  callback: SigningCallbackParameters | undefined,
): void {
  if (!choice.flowTypes.includes(choice.flowType)) fail('the choice was not offered by its flow type');
  checkCallbackFitsFlowType(callback, choice.flowType);
  checkCallback(choice, callback, choice.flowType);
}

/** The document names the certificate that was learned before it was made, so it must be signed with that one. */
function checkSigningCertificate({ value }: StatusCertificate, { signingCertificate }: SignatureSession): void {
  if (signingCertificate !== undefined && signingCertificate !== value) {
    fail('it is not the certificate that the document names');
  }
}

/** What was sent has the length of a digest, and is the one of the data where that is at hand. */
function checkDigest(session: SignatureSession, data: Uint8Array | undefined): void {
  const hashAlgorithm = hashAlgorithmOf(session);
  digestBytes(session.digest, hashAlgorithm);
  if (data !== undefined && calculateDigest(data, hashAlgorithm) !== session.digest) {
    fail('it is not the digest of the data');
  }
}

/** The bytes of the value, which is a signature of the digest by the key of the certificate. */
function signatureValueOf(
  { value = '' }: StatusSignature,
  publicKey: KeyObject,
  session: SignatureSession,
  data: Uint8Array | undefined,
): Buffer {
  const isGenuine =
    data === undefined
      ? isSignatureOfDigest(session.digest, value, publicKey, session)
      : isSignatureOf(data, value, publicKey, session);
  return isGenuine ? Buffer.from(value, 'base64') : fail("it is not one of the certificate's key over the digest");
}
