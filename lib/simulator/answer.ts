/**
 * What a phone does once its user, or the test account in their place, has decided: end the session and, for the
 * same-device flows, go back to the site. RP API 3.2.3, "Session status", "ACSP_V2", "Callback URLs".
 */
import { randomBytes } from 'node:crypto';
import type { AccountKeys } from './account-keys.js';
import { type EndResult, reachesLevel, type SimulatedAccount } from './accounts.js';
import { messageToSign, sessionSecretDigestOf, userChallengeOf } from './calculations.js';
import type { Interaction, InteractionType } from './interactions.js';
import { schemeName } from './options.js';
import { problem } from './problem.js';
import type { FlowType, Session } from './session.js';
import type { SessionRegistry } from './session-registry.js';
import type { CompleteStatus } from './session-status.js';
import { signMessage } from './signing.js';

export interface AccountContext {
  sessions: SessionRegistry;
  keys: AccountKeys;
}

export interface Phone {
  account: SimulatedAccount;
  ipAddress: string;
}

export interface Answered {
  /** Where the app goes next, in the same-device flows. */
  callbackUrl?: string;
}

export interface Decision {
  endResult: EndResult;
  interaction?: InteractionType;
}

/** What the account's document number says will happen. */
export function decisionOfAccount({ outcome, refusedInteraction }: SimulatedAccount, session: Session): Decision {
  if (typeof outcome === 'number') throw problem(400, 'account_unusable', 'This account cannot answer any session.');
  if (outcome !== 'USER_REFUSED_INTERACTION') return { endResult: outcome };
  const isOffered = session.request.interactions.list.some(({ type }) => type === refusedInteraction);
  return isOffered ? { endResult: outcome, interaction: refusedInteraction } : { endResult: 'OK' };
}

/** The first one offered: this app supports them all. */
export function interactionShown(session: Session): Interaction {
  const [first] = session.request.interactions.list;
  if (!first) throw new Error('a session without interactions');
  return first;
}

/** Whether this account may answer this session, and could. */
export function isSuitable(account: SimulatedAccount, { accounts, request }: Session): boolean {
  const isMeant = accounts === undefined || accounts.includes(account);
  return isMeant && typeof account.outcome === 'string' && reachesLevel(account, request.certificateLevel);
}

export function refuseUnsuitable(account: SimulatedAccount, session: Session): void {
  if (isSuitable(account, session)) return;
  throw problem(400, 'account_unsuitable', 'The session is not for this account, or asks for a higher level.', {
    paramName: 'documentNumber',
    pointer: '/documentNumber',
  });
}

export async function answerSession(
  { sessions, keys }: AccountContext,
  session: Session,
  flowType: FlowType,
  phone: Phone,
  decision: Decision,
): Promise<Answered> {
  refuseUnsuitable(phone.account, session);
  if (session.isBeingAnswered || session.status.state === 'COMPLETE') {
    throw problem(400, 'session_over', 'The session is answered already, or has expired.');
  }
  session.isBeingAnswered = true;
  const userChallengeVerifier = randomBytes(32).toString('base64url');
  try {
    sessions.complete(session, {
      state: 'COMPLETE',
      ...(await outcomeFields(keys, session, flowType, phone, decision, userChallengeVerifier)),
      ...sharedAddress(session, phone),
      ...ignoredProperties(session),
    });
  } catch (error) {
    // Such as a replaced key that cannot sign: nobody should wait for this session any longer.
    sessions.complete(session, { state: 'COMPLETE', result: { endResult: 'SERVER_ERROR' } });
    throw error;
  }
  return { callbackUrl: callbackUrl(session, flowType, userChallengeVerifier) };
}

async function outcomeFields(
  keys: AccountKeys,
  session: Session,
  flowType: FlowType,
  { account }: Phone,
  { endResult, interaction }: Decision,
  userChallengeVerifier: string,
): Promise<Omit<CompleteStatus, 'state'>> {
  if (endResult !== 'OK') return { result: { endResult, ...(interaction && { details: { interaction } }) } };
  const { request, relyingParty } = session;
  const { certificate, privateKey } = await keys.of(account.documentNumber);
  const interactionTypeUsed = interactionShown(session).type;
  const serverRandom = randomBytes(24).toString('base64');
  const userChallenge = userChallengeOf(userChallengeVerifier);
  const message = messageToSign({
    schemeName,
    serverRandom,
    rpChallenge: request.signatureProtocolParameters.rpChallenge,
    userChallenge,
    relyingPartyName: request.relyingPartyName,
    brokeredRpName: relyingParty.brokeredRpName ?? '',
    interactions: request.interactions.encoded,
    interactionTypeUsed,
    initialCallbackUrl: isSameDevice(flowType) ? (request.initialCallbackUrl ?? '') : '',
    flowType,
  });
  const { value, ...algorithm } = await signMessage(message, privateKey, request.signatureProtocolParameters);
  return {
    result: { endResult, documentNumber: account.documentNumber },
    signatureProtocol: 'ACSP_V2',
    signature: { value, serverRandom, userChallenge, flowType, ...algorithm },
    cert: { value: certificate.toString('base64'), certificateLevel: account.level },
    interactionTypeUsed,
  };
}

function sharedAddress({ request }: Session, { ipAddress }: Phone): Partial<CompleteStatus> {
  return request.requestProperties?.shareMdClientIpAddress ? { deviceIpAddress: ipAddress } : {};
}

/** The service says which of the requested properties it did not know. */
function ignoredProperties({ request }: Session): Partial<CompleteStatus> {
  const unknown = Object.keys(request.requestProperties ?? {}).filter((name) => name !== 'shareMdClientIpAddress');
  return unknown.length > 0 ? { ignoredProperties: unknown } : {};
}

/** The app comes back after a refusal too: the site learns from the session what happened. */
function callbackUrl({ request, deviceLink }: Session, flowType: FlowType, verifier: string): string | undefined {
  const url = request.initialCallbackUrl;
  if (!isSameDevice(flowType) || url === undefined || !deviceLink) return undefined;
  const separator = url.includes('?') ? '&' : '?';
  const digest = sessionSecretDigestOf(deviceLink.sessionSecret);
  return `${url}${separator}sessionSecretDigest=${digest}&userChallengeVerifier=${verifier}`;
}

function isSameDevice(flowType: FlowType): boolean {
  return flowType === 'Web2App' || flowType === 'App2App';
}
