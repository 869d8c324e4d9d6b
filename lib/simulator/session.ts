/** One session from its creation to its end. RP API 3.2.3, "Sessions". */
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { SimulatedAccount } from './accounts.js';
import type { RelyingParty } from './options.js';
import type { SessionRequest } from './requests/session-request.js';
import type { FlowType, SessionStatus } from './session-status.js';
import type { WaitingApp } from './waiting-app.js';

export interface Session {
  id: string;
  /** Its name on the phone page: the session's own id stays between service and relying party. */
  phoneId: string;
  request: SessionRequest;
  relyingParty: RelyingParty;
  /** Which accounts may answer; any, if nobody is named. */
  accounts?: readonly SimulatedAccount[];
  createdAt: number;
  /** Later than `createdAt` if the request was repeated: the relying party counts from one of the two. */
  respondedAt: number;
  expiresAt: number;
  /**
   * What a repeated request has in common with the one that created the session; undefined where repeating creates
   * another.
   */
  repetitionKey?: string;
  /** Of device-link sessions only. */
  deviceLink?: { sessionToken: string; sessionSecret: string };
  /** Of notification sessions in which site and phone show a code. */
  verificationCode?: string;
  /**
   * The first phone that used a link of this session, and how. No other may. A linked signature belongs to its choice's
   * phone. `callbackUrl` is where that phone goes back to in place of the request's.
   */
  claim?: { phone: string; flowType: FlowType; callbackUrl?: string };
  /** Of a linked signature: the certificate choice that it belongs to. */
  choice?: Session;
  /** Of a certificate choice by device link, once it is made. */
  waitingApp?: WaitingApp<Session>;
  /** An answer is being prepared: signing takes a moment, and there is only one answer. */
  isBeingAnswered: boolean;
  status: SessionStatus;
}

export interface NewSession
  extends Pick<Session, 'request' | 'relyingParty' | 'accounts' | 'repetitionKey' | 'verificationCode' | 'choice'> {
  hasDeviceLink: boolean;
  now: number;
  lifetime: number;
}

export function createSession({ hasDeviceLink, now, lifetime, ...given }: NewSession): Session {
  return {
    ...given,
    id: randomUUID(),
    phoneId: randomUUID(),
    createdAt: now,
    respondedAt: now,
    expiresAt: now + lifetime,
    deviceLink: hasDeviceLink
      ? { sessionToken: randomAlphanumeric(24), sessionSecret: randomBytes(32).toString('base64') }
      : undefined,
    isBeingAnswered: false,
    status: { state: 'RUNNING' },
  };
}

function randomAlphanumeric(length: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}
