/**
 * Checks of how a session ended and how the person came to it, the same for authentications, signatures and certificate
 * choices.
 */

import { SmartIdOutcomeError } from '../errors.js';
import { type FlowType, flowTypes, isSameDevice } from '../protocol/acsp-v2.js';
import { sessionSecretDigest } from '../protocol/callback.js';
import { equalInConstantTime } from '../protocol/constant-time.js';
import { decodeInteractions, type InteractionSet } from '../protocol/interactions.js';
import type { CompleteSessionStatus, SessionStatus } from '../rp-api/responses.js';
import { established } from './check.js';

/** How the person could come to a session. */
export interface SessionWays {
  /** The flow types that the person could use. */
  flowTypes: readonly FlowType[];
  /** As sent; needed for the same-device flows. */
  initialCallbackUrl?: string;
  /** Base64, as received; needed for the same-device flows. */
  sessionSecret?: string;
}

/** The parameter that the app adds to the callback URL of any session. */
export interface SigningCallbackParameters {
  /** Of the query of the callback URL. */
  sessionSecretDigest: string;
}

export interface SessionContext {
  status: SessionStatus;
  session: SessionWays;
  callback?: SigningCallbackParameters;
  complete?: CompleteSessionStatus;
  flowType?: FlowType;
}

/** What a signed answer holds, once it is sure to. */
export interface SignedAnswer {
  signature?: NonNullable<CompleteSessionStatus['signature']>;
  cert?: NonNullable<CompleteSessionStatus['cert']>;
  documentNumber?: string;
}

/**
 * Same-device answers count only in the browser that came back with the session's own secret (section "Callback URLs").
 */
export function refuseCallback({ status, session, callback }: SessionContext): string | undefined {
  return callback ? refuseReturn(session, callback) : refuseMissingReturn(flowTypeOf(status));
}

/** Why the parameters of a callback URL are not those of this session. */
export function refuseReturn(
  { sessionSecret, initialCallbackUrl }: SessionWays,
  callback: SigningCallbackParameters,
): string | undefined {
  if (!sessionSecret || !initialCallbackUrl) return 'the session has no callback URL';
  return equalInConstantTime(callback.sessionSecretDigest, sessionSecretDigest(sessionSecret))
    ? undefined
    : 'sessionSecretDigest does not belong to the session';
}

export function refuseMissingReturn(flowType: string | undefined): string | undefined {
  return isSameDevice(flowType) ? 'the person has not come back through the callback URL' : undefined;
}

function flowTypeOf(status: SessionStatus): string | undefined {
  return status.state === 'COMPLETE' ? status.signature?.flowType : undefined;
}

export function refuseState(context: SessionContext): string | undefined {
  if (context.status.state !== 'COMPLETE') return 'the session is not complete';
  context.complete = context.status;
  return undefined;
}

export function refuseEndResult({ complete }: SessionContext): undefined {
  const { endResult, details } = established(complete).result;
  if (endResult !== 'OK') throw new SmartIdOutcomeError(endResult, details?.interaction);
}

/** A session that offered a QR code must not be answered as a notification, which would skip what protects the link. */
export function refuseFlowType(context: SessionContext): string | undefined {
  const answered = flowTypeOf(context.status);
  const flowType = flowTypes.find((known) => known === answered);
  if (!flowType || !context.session.flowTypes.includes(flowType)) return 'the flow type was not offered';
  context.flowType = flowType;
  return undefined;
}

/** For sessions whose callback URL is their own: it must have been used by the flow type that has one. */
export function refuseFlowTypeOfReturn(context: SessionContext): string | undefined {
  const refusal = refuseFlowType(context);
  if (refusal || !context.callback || isSameDevice(context.flowType)) return refusal;
  return 'the callback URL was used for a flow type without callback';
}

/** An answer that is signed holds a signature by the protocol that was asked for, and the signer's certificate. */
export function refuseSignatureProtocol(
  context: SessionContext & SignedAnswer,
  asked: 'ACSP_V2' | 'RAW_DIGEST_SIGNATURE',
): string | undefined {
  const { signatureProtocol, signature, cert, result } = established(context.complete);
  if (signatureProtocol !== asked) return `the signature protocol is not ${asked}`;
  if (!signature) return 'there is no signature';
  if (!cert) return 'there is no certificate';
  context.signature = signature;
  context.cert = cert;
  context.documentNumber = result.documentNumber;
  return undefined;
}

/** The person was shown something that the site meant. */
export function refuseInteraction(
  { complete }: SessionContext,
  interactions: string,
  set: InteractionSet,
): string | undefined {
  const offered = decodeInteractions(interactions, set);
  const { interactionTypeUsed } = established(complete);
  return offered.some(({ type }) => type === interactionTypeUsed) ? undefined : 'the interaction was not offered';
}
