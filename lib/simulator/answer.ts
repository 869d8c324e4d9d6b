/**
 * What a phone does once its user, or the test account in their place, has decided: end the session and, for the
 * same-device flows, go back to the site. RP API 3.2.3, "Session status", "Callback URLs", "Linked signing".
 */
import { randomBytes } from 'node:crypto';
import type { AccountKeys } from './account-keys.js';
import { findAccount, reachesLevel, type SimulatedAccount } from './accounts.js';
import { callbackUrlOf } from './callback.js';
import type { Decision } from './decision.js';
import { confirmedOutcome } from './outcome.js';
import { atField, Problem, problem } from './problem.js';
import { sessionTypeOf } from './requests/session-request.js';
import type { Session } from './session.js';
import type { SessionRegistry } from './session-registry.js';
import type { CompleteStatus, FlowType } from './session-status.js';
import { WaitingApp } from './waiting-app.js';

export interface AccountContext {
  sessions: SessionRegistry;
  keys: AccountKeys;
  clock: () => number;
  /** Milliseconds. */
  linkedSignatureWaitMs: number;
}

export interface Phone {
  account: SimulatedAccount;
  ipAddress: string;
}

export interface Answered {
  /** Where the app goes next, in the same-device flows; undefined as long as it waits for a linked signature. */
  callbackUrl?: string;
}

/** The account with this document number. */
export function accountNamed(documentNumber: string): SimulatedAccount {
  const account = findAccount(documentNumber);
  if (account) return account;
  throw problem(400, 'unknown_account', 'There is no account with this document number.', atField('documentNumber'));
}

/** Whether this account may answer this session. */
export function isSuitable(account: SimulatedAccount, { accounts, request }: Session): boolean {
  const isMeant = accounts === undefined || accounts.includes(account);
  return isMeant && reachesLevel(account, request.certificateLevel);
}

/** The session is not for this account. */
export class UnsuitableAccount extends Problem {}

/** @throws UnsuitableAccount */
export function checkSuitable(account: SimulatedAccount, session: Session): void {
  if (isSuitable(account, session)) return;
  const detail = 'The session is not for this account, or asks for a higher level.';
  throw new UnsuitableAccount(400, detail, [{ code: 'account_unsuitable', detail, ...atField('documentNumber') }]);
}

export async function answerSession(
  context: AccountContext,
  session: Session,
  flowType: FlowType,
  phone: Phone,
  decision: Decision,
): Promise<Answered> {
  const { sessions, keys } = context;
  checkSuitable(phone.account, session);
  if (session.isBeingAnswered || session.status.state === 'COMPLETE') {
    throw problem(400, 'session_over', 'The session has already been answered, or has expired.');
  }
  session.isBeingAnswered = true;
  const userChallengeVerifier = randomBytes(32).toString('base64url');
  try {
    const { endResult, interaction } = decision;
    sessions.complete(session, {
      state: 'COMPLETE',
      ...(endResult === 'OK'
        ? await confirmedOutcome(keys, session, flowType, phone.account, userChallengeVerifier)
        : { result: { endResult, ...(interaction && { details: { interaction } }) } }),
      ...sharedAddress(session, phone),
      ...ignoredProperties(session),
    });
  } catch (error) {
    // Such as a replaced key that cannot sign: nobody should wait for this session any longer.
    sessions.complete(session, { state: 'COMPLETE', result: { endResult: 'SERVER_ERROR' } });
    throw error;
  }
  return { callbackUrl: goOn(context, session, phone, userChallengeVerifier) };
}

/** The app waits after a certificate choice, and otherwise goes back to the site. */
function goOn(
  { clock, linkedSignatureWaitMs }: AccountContext,
  session: Session,
  { account }: Phone,
  userChallengeVerifier: string,
): string | undefined {
  const type = sessionTypeOf(session.request);
  if (type === 'auth') return callbackUrlOf(session, userChallengeVerifier);
  if (type === 'cert' && session.deviceLink && isOk(session)) {
    session.waitingApp = new WaitingApp(account, clock, linkedSignatureWaitMs);
    return undefined;
  }
  return callbackUrlOf(session.choice ?? session);
}

function isOk({ status }: Session): boolean {
  return status.state === 'COMPLETE' && status.result.endResult === 'OK';
}

function sharedAddress({ request }: Session, { ipAddress }: Phone): Partial<CompleteStatus> {
  return request.requestProperties?.shareMdClientIpAddress ? { deviceIpAddress: ipAddress } : {};
}

/** The service says which of the requested properties it did not know. */
function ignoredProperties({ request }: Session): Partial<CompleteStatus> {
  const unknown = Object.keys(request.requestProperties ?? {}).filter((name) => name !== 'shareMdClientIpAddress');
  return unknown.length > 0 ? { ignoredProperties: unknown } : {};
}
