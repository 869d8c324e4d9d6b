/** One session from its creation to its end. RP API 3.2.3, "Sessions". */
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { SimulatedAccount } from './accounts.js';
import type { AuthenticationRequest } from './authentication-request.js';
import type { RelyingParty } from './options.js';
import type { SessionStatus } from './session-status.js';

export interface Session {
  id: string;
  /** Its name on the phone page: the session's own id stays between service and relying party. */
  phoneId: string;
  request: AuthenticationRequest;
  relyingParty: RelyingParty;
  /** Which accounts may answer; any, if nobody is named. */
  accounts?: readonly SimulatedAccount[];
  createdAt: number;
  expiresAt: number;
  /** Of device-link sessions only. */
  deviceLink?: { sessionToken: string; sessionSecret: string };
  /** The first phone that used a link of this session, and how. No other may. */
  claim?: { phone: string; flowType: FlowType };
  /** An answer is being prepared: signing takes a moment, and there is only one answer. */
  isBeingAnswered: boolean;
  status: SessionStatus;
}

export type FlowType = 'QR' | 'Web2App' | 'App2App' | 'Notification';

export interface NewSession extends Pick<Session, 'request' | 'relyingParty' | 'accounts'> {
  hasDeviceLink: boolean;
  now: number;
  lifetime: number;
}

export function createSession({ request, relyingParty, accounts, hasDeviceLink, now, lifetime }: NewSession): Session {
  return {
    id: randomUUID(),
    phoneId: randomUUID(),
    request,
    relyingParty,
    accounts,
    createdAt: now,
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
