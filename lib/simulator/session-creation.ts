/**
 * From a request to a session and what the service answers to it. RP API 3.2.3, "Sessions", "Idempotency",
 * "Verification code", "Linked signing".
 */
import { randomInt } from 'node:crypto';
import type { Request } from 'express';
import type { z } from 'zod';
import type { AskedCertificateLevel } from './accounts.js';
import type { Accounts } from './accounts-in-path.js';
import { verificationCodeOf } from './calculations.js';
import { choiceToLink, isUnexpected } from './linked-signing.js';
import type { RelyingParty } from './options.js';
import { relyingPartyOf } from './relying-party.js';
import { readRequest } from './requests/read.js';
import { type SessionRequest, sessionTypeOf } from './requests/session-request.js';
import { createSession, type Session } from './session.js';
import type { SessionRegistry } from './session-registry.js';

export interface CreationSurroundings {
  sessions: SessionRegistry;
  relyingParties: readonly RelyingParty[];
  deviceLinkBase: string;
  sessionLifetimeMs: number;
  clock: () => number;
  /** Called with every new notification session, except linked signatures: the app is there already. */
  push: (session: Session) => void;
}

export interface SessionCreation {
  path: string;
  flow: 'device-link' | 'notification';
  schema: z.ZodType<SessionRequest>;
  /** The accounts that the path names and the level allows; missing when it names nobody. */
  accounts?: (request: Request, level: AskedCertificateLevel) => Accounts;
}

/** How long a repeated request is taken for the first one. */
const repetitionMs = 15_000;

export function createOrRepeat(request: Request, creation: SessionCreation, surroundings: CreationSurroundings) {
  const body = readRequest(request.body, creation.schema);
  const relyingParty = relyingPartyOf(body, surroundings.relyingParties);
  const accounts = creation.accounts?.(request, body.certificateLevel);
  const now = surroundings.clock();
  const sessions = surroundings.sessions.all();
  const choice = choiceToLink(body, relyingParty, sessions);
  const repetitionKey = repetitionKeyOf(request.path, body);
  const repeated = sessions.find((known) => isRepetition(known, repetitionKey, now));
  if (repeated) {
    repeated.respondedAt = now;
    return answerTo(repeated, surroundings);
  }
  const session = createSession({
    request: body,
    relyingParty,
    accounts,
    repetitionKey,
    verificationCode: creation.flow === 'notification' ? codeToCompare(body) : undefined,
    choice,
    hasDeviceLink: creation.flow === 'device-link',
    now,
    lifetime: surroundings.sessionLifetimeMs,
  });
  deliver(session, surroundings);
  return answerTo(session, surroundings);
}

/** To the app of the person, as far as it is known who that is. */
function deliver(session: Session, { sessions, push }: CreationSurroundings): void {
  sessions.add(session);
  if (isUnexpected(session, sessions.all())) {
    sessions.complete(session, { state: 'COMPLETE', result: { endResult: 'EXPECTED_LINKED_SESSION' } });
  } else if (session.choice) {
    session.claim = session.choice.claim && { ...session.choice.claim, flowType: 'Notification' };
    session.choice.waitingApp?.receive(session);
  } else if (!session.deviceLink) {
    push(session);
  }
}

/**
 * Every authentication is one of its own. The body as it was read is in the order of its schema, whatever order it came
 * in.
 */
function repetitionKeyOf(path: string, body: SessionRequest): string | undefined {
  return sessionTypeOf(body) === 'auth' ? undefined : `${path} ${JSON.stringify(body)}`;
}

function isRepetition(known: Session, repetitionKey: string | undefined, now: number): boolean {
  return repetitionKey !== undefined && known.repetitionKey === repetitionKey && now - known.createdAt < repetitionMs;
}

/** That of an authentication follows from its challenge; that of a signature is the server's. Nothing else has one. */
function codeToCompare(request: SessionRequest): string | undefined {
  if (request.signatureProtocol === 'ACSP_V2') {
    return verificationCodeOf(request.signatureProtocolParameters.rpChallenge);
  }
  const isOwnSignature = request.signatureProtocol !== undefined && request.linkedSessionID === undefined;
  return isOwnSignature ? String(randomInt(10_000)).padStart(4, '0') : undefined;
}

function answerTo({ id, request, deviceLink, verificationCode }: Session, { deviceLinkBase }: CreationSurroundings) {
  if (deviceLink) return { sessionID: id, ...deviceLink, deviceLinkBase };
  // The relying party of an authentication calculates the code itself.
  if (verificationCode === undefined || sessionTypeOf(request) === 'auth') return { sessionID: id };
  return { sessionID: id, vc: { type: 'numeric4', value: verificationCode } };
}
