/**
 * The end of an attempt, reached by posting `finish` or by the callback URL: waits for the result, takes the attempt
 * out of the store, verifies everything, asks the site, and only then lets Passport log the person in.
 */

import { channel } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Request } from 'express';
import { type Attempt, attemptIdOfCallback, callbackParameter, isCallbackOf } from './attempt/attempt.js';
import { unseenEnd } from './attempt/decoy.js';
import { keepOpenAttemptsAcrossLogin, requireWebSession } from './attempt/web-session.js';
import {
  SmartIdOutcomeError,
  SmartIdServiceError,
  SmartIdSessionNotFoundError,
  SmartIdVerificationError,
} from './errors.js';
import type { ResolvedOptions } from './options.js';
import { failure } from './outcome.js';
import { isSameDevice } from './protocol/acsp-v2.js';
import type { CompleteSessionStatus } from './rp-api/responses.js';
import type { Look, SessionWatch } from './rp-api/session-watch.js';
import { type CallbackParameters, type VerifiedAuthentication, verifyAuthentication } from './verify/authentication.js';
import type { SiteAnswer } from './verify-function.js';

/** Messages are `{ error: SmartIdVerificationError, attemptId: string }`: an answer that did not verify. */
export const verificationFailureChannel = 'passport-smart-id:verification-failure';

const verificationFailures = channel(verificationFailureChannel);

/**
 * Milliseconds to wait for a result. A return from the app comes a moment before it; `finish` comes after `status` has
 * said `ready`.
 */
const patienceOf = { callback: 20_000, finish: 2_000 };

/** Passport's actions for one request. */
export interface Actions {
  success(user: Express.User, info?: object): void;
  fail(challenge: object, status: number): void;
  redirect(url: string): void;
}

export interface FinishContext {
  req: Request;
  actions: Actions;
  settings: ResolvedOptions;
  watch: SessionWatch;
  askSite: (verified: VerifiedAuthentication, returnTo?: string) => Promise<SiteAnswer>;
}

/** How `authenticate` was entered. */
type Entry =
  | { by: 'finish'; id: string }
  | { by: 'callback'; id: string; value: string; parameters: CallbackParameters };

/**
 * Calls exactly one of the actions.
 * @throws what is broken: SmartIdSessionError, SmartIdServiceError, and errors of the site's own functions.
 */
export async function finishAttempt(context: FinishContext): Promise<void> {
  const { req, actions, settings } = context;
  requireWebSession(req);
  const entry = entryOf(req);
  const attempt = entry && (await settings.store.read(req, entry.id));
  if (entry?.by === 'callback' && !(attempt && isCallbackOf(attempt, entry.value))) {
    return refuse(context, 'return_without_session', 403);
  }
  if (!entry || !attempt) {
    return settings.loginURL ? actions.redirect(settings.loginURL) : refuse(context, 'no_attempt');
  }
  const { accountProblem, expiresAt } = attempt;
  if (settings.clock() >= expiresAt) return endWith(context, attempt, accountProblem ?? 'expired');
  if (accountProblem) return finishUnseen(context, accountProblem, patienceOf[entry.by]);
  return finishRunning(context, entry, attempt);
}

/** Takes as long as with a session that nobody has confirmed, and leaves as much behind. */
async function finishUnseen(context: FinishContext, code: string, patience: number): Promise<void> {
  await whileConnected(context, (signal) => sleep(patience, undefined, { signal }).catch(() => {}));
  refuse(context, code);
}

async function finishRunning(context: FinishContext, entry: Entry, attempt: Attempt): Promise<void> {
  const begin = performance.now();
  const look = await waitForResult(context, entry, attempt);
  const unseen = entry.by === 'finish' && unseenEnd(attempt, look);
  if (unseen) return finishUnseen(context, unseen, Math.max(0, patienceOf.finish - (performance.now() - begin)));
  if (look.state === 'running') return refuse(context, 'still_running');
  if (look.state === 'error') return finishBroken(context, attempt, look.error);
  const { result, signature } = look.status;
  // The attempt stays: the callback in the browser that started it may still come.
  if (entry.by === 'finish' && result.endResult === 'OK' && isSameDevice(signature?.flowType)) {
    return refuse(context, 'callback_required', 403);
  }
  if (!(await take(context, attempt))) return refuse(context, 'already_used', 403);
  return logIn(context, entry, attempt, look.status);
}

async function finishBroken(context: FinishContext, attempt: Attempt, error: unknown): Promise<void> {
  if (error instanceof SmartIdSessionNotFoundError) return endWith(context, attempt, 'expired');
  // An answer that makes no sense will make none the next time; anything else may be tried again.
  if (error instanceof SmartIdServiceError && error.code === 'bad_response') await take(context, attempt);
  throw error;
}

async function logIn(
  context: FinishContext,
  entry: Entry,
  attempt: Attempt,
  status: CompleteSessionStatus,
): Promise<void> {
  const { req, actions, settings } = context;
  let verified: VerifiedAuthentication;
  try {
    verified = await verifyAuthentication({
      status,
      session: attempt.session.authentication,
      callback: entry.by === 'callback' ? entry.parameters : undefined,
      trustAnchors: settings.trustAnchors,
      revocation: settings.revocation,
      acceptDemoPolicies: settings.acceptDemoPolicies,
      now: settings.clock(),
    });
  } catch (error) {
    if (error instanceof SmartIdOutcomeError) return refuse(context, error.code);
    if (!(error instanceof SmartIdVerificationError)) throw error;
    verificationFailures.publish({ error, attemptId: attempt.id });
    return refuse(context, error.code, 403);
  }
  const { user, info } = await context.askSite(verified, attempt.returnTo);
  if (!user) return actions.fail(info ?? failure('not_accepted'), 401);
  keepOpenAttemptsAcrossLogin(requireWebSession(req));
  actions.success(user, info);
}

function waitForResult(context: FinishContext, entry: Entry, { session }: Attempt): Promise<Look> {
  return whileConnected(context, async (signal) => {
    const look = await context.watch.wait(session.sessionID, patienceOf[entry.by], signal);
    return signal.aborted ? { state: 'running' } : look;
  });
}

/** Who closes the page while waiting may come back to it: the attempt must then still be there. */
async function whileConnected<T>({ req }: FinishContext, wait: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const leave = () => controller.abort();
  req.socket.once('close', leave);
  try {
    return await wait(controller.signal);
  } finally {
    req.socket.removeListener('close', leave);
  }
}

function entryOf(req: Request): Entry | undefined {
  const { [callbackParameter]: attempt, sessionSecretDigest, userChallengeVerifier } = req.query;
  if (attempt !== undefined || sessionSecretDigest !== undefined) {
    const value = shortText(attempt) ?? '';
    return {
      by: 'callback',
      id: attemptIdOfCallback(value) ?? '',
      value,
      // A return without its parameters is a return all the same, and must not verify.
      parameters: {
        sessionSecretDigest: shortText(sessionSecretDigest) ?? '',
        userChallengeVerifier: shortText(userChallengeVerifier) ?? '',
      },
    };
  }
  const id = shortText((req.body as { id?: unknown } | undefined)?.id);
  return id === undefined ? undefined : { by: 'finish', id };
}

/** A parameter that is one text of a sensible length; a repeated one is a list and counts as none. */
export function shortText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= 200 ? value : undefined;
}

async function take({ req, settings }: FinishContext, { id }: Attempt): Promise<boolean> {
  return (await settings.store.take(req, id)) !== undefined;
}

async function endWith(context: FinishContext, attempt: Attempt, code: string): Promise<void> {
  await take(context, attempt);
  refuse(context, code);
}

function refuse({ actions }: FinishContext, code: string, status = 401): void {
  actions.fail(failure(code), status);
}
