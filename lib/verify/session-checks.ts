/**
 * Checks of how a session ended and how the person came to it, the same for authentications, signatures and certificate
 * choices.
 */

import { type FlowType, flowTypes, isSameDevice } from '../protocol/acsp-v2.js';
import { sessionSecretDigest, userChallenge } from '../protocol/callback.js';
import { equalInConstantTime } from '../protocol/constant-time.js';
import { decodeInteractions, type InteractionSet } from '../protocol/interactions.js';
import type { CompleteSessionStatus, SessionStatus, StatusCertificate, StatusSignature } from '../rp-api/responses.js';
import { SmartIdOutcomeError } from '../shared/errors.js';
import { fail } from './check.js';

/** By which flow types the person could come to a session, and what the same-device ones are checked by. */
export interface SessionFlows {
  /** The flow types that the person could use. */
  flowTypes: readonly FlowType[];
  /** As sent; needed for the same-device flows. */
  initialCallbackUrl?: string;
  /** Base64, as received; needed for the same-device flows. */
  sessionSecret?: string;
}

/** @deprecated It is called `SessionFlows`. */
export type SessionWays = SessionFlows;

/** The parameter that the app adds to the callback URL of any session. */
export interface SigningCallbackParameters {
  /** Of the query of the callback URL. */
  sessionSecretDigest: string;
}

/** What a signed answer holds, once it is sure to. */
export interface SignedAnswer {
  signature: StatusSignature;
  cert: StatusCertificate;
  documentNumber: string | undefined;
}

/**
 * Same-device answers count only in the browser that came back with the session's own secret (section "Callback URLs").
 * @param flowType by which the person comes to the session, as far as that is known.
 */
export function checkCallback(
  session: SessionFlows,
  callback: SigningCallbackParameters | undefined,
  flowType: string | undefined,
): void {
  if (callback) checkSecretDigest(session, callback);
  else if (isSameDevice(flowType)) fail('the person has not come back through the callback URL');
}

function checkSecretDigest(
  { sessionSecret, initialCallbackUrl }: SessionFlows,
  callback: SigningCallbackParameters,
): void {
  if (!sessionSecret || !initialCallbackUrl) fail('the session has no callback URL');
  if (!equalInConstantTime(callback.sessionSecretDigest, sessionSecretDigest(sessionSecret))) {
    fail('sessionSecretDigest does not belong to the session');
  }
}

/** Only the same-device flow types have a callback URL, so no other is answered where one was used. */
export function checkCallbackFitsFlowType(
  callback: SigningCallbackParameters | undefined,
  flowType: string | undefined,
): void {
  if (callback && !isSameDevice(flowType)) fail('the callback URL was used for a flow type without callback');
}

/** What the answer says of how the person came, offered or not. */
export function statedFlowType(status: SessionStatus): string | undefined {
  return status.state === 'COMPLETE' ? status.signature?.flowType : undefined;
}

export function completeStatusOf(status: SessionStatus): CompleteSessionStatus {
  return status.state === 'COMPLETE' ? status : fail('the session is not complete');
}

/** @throws SmartIdOutcomeError when the session ended without success. */
export function checkEndResult({ result: { endResult, details } }: CompleteSessionStatus): void {
  if (endResult !== 'OK') throw new SmartIdOutcomeError(endResult, details?.interaction);
}

/** An answer that is signed holds a signature by the protocol that was asked for, and the signer's certificate. */
export function signedAnswerOf(
  { signatureProtocol, signature, cert, result }: CompleteSessionStatus,
  asked: 'ACSP_V2' | 'RAW_DIGEST_SIGNATURE',
): SignedAnswer {
  if (signatureProtocol !== asked) fail(`the signature protocol is not ${asked}`);
  if (!signature) fail('there is no signature');
  if (!cert) fail('there is no certificate');
  return { signature, cert, documentNumber: result.documentNumber };
}

/**
 * A session that offered a QR code must not be answered as a notification, which would skip what protects the link.
 * @param callback of the session's own callback URL, if that was used.
 */
export function flowTypeOf(
  answer: CompleteSessionStatus,
  session: SessionFlows,
  callback: SigningCallbackParameters | undefined,
): FlowType {
  const stated = statedFlowType(answer);
  const flowType = flowTypes.find((known) => known === stated && session.flowTypes.includes(known));
  if (!flowType) fail('the flow type was not offered');
  checkCallbackFitsFlowType(callback, flowType);
  return flowType;
}

/** Whoever opened the callback URL must hold the answer to the challenge that the app signed. */
export function checkUserChallenge(
  signature: StatusSignature,
  flowType: FlowType,
  callback: { userChallengeVerifier: string } | undefined,
): void {
  if (!isSameDevice(flowType)) return;
  if (!callback) fail('the person has not come back through the callback URL');
  if (!equalInConstantTime(userChallenge(callback.userChallengeVerifier), signature.userChallenge ?? '')) {
    fail('userChallengeVerifier does not belong to the signed user challenge');
  }
}

/** The `type` of what the person was shown, which the site must have meant. */
export function interactionOf(
  { interactionTypeUsed }: CompleteSessionStatus,
  interactions: string,
  set: InteractionSet,
): string {
  const offered = decodeInteractions(interactions, set).find(({ type }) => type === interactionTypeUsed);
  return offered ? offered.type : fail('the interaction was not offered');
}
