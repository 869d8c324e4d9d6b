/**
 * The end of an attempt, reached by posting `finish` or by the callback URL: waits for the result and takes the attempt
 * out of the store, once. What the result is worth is for the login or the signing to verify.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { CompleteSessionStatus } from '../rp-api/responses.js';
import type { Observed } from '../rp-api/session-watch.js';
import { SmartIdServiceError, SmartIdSessionNotFoundError } from '../shared/errors.js';
import { isForbidden, isHiddenCode } from '../shared/outcome.js';
import type { CallbackParameters } from '../verify/authentication.js';
import { type Attempt, finishableUntil, isCallbackOf } from './attempt.js';
import type { Attempts } from './attempts.js';
import { unseenEnd } from './decoy.js';
import { type KeptAttempts, shortWaitMs } from './kept-attempts.js';
import type { Entry } from './parameters.js';
import { endsByCallback } from './view.js';
import { waits } from './waits.js';

const { maxResultWaitMs } = waits;

/**
 * A result to verify; or why there is none, by its code and the HTTP status that fits, and whether it may still come;
 * or nothing to finish at all.
 */
export type FinishResult =
  | { end: 'complete'; attempt: Attempt; status: CompleteSessionStatus; callback?: CallbackParameters }
  | FailedFinish
  | { end: 'absent' };

/** The end of an attempt that has failed, or of a request after which the attempt is as open as before. */
export interface FailedFinish {
  end: 'failed';
  code: string;
  httpStatus: 401 | 403;
  attempt?: Attempt;
  isOpen: boolean;
  /** Whether this request has taken it out of the store: another one may be about to end it well otherwise. */
  isTaken: boolean;
}

/**
 * The attempt as it goes on after a step that is not its last, or as it was where that takes long; undefined after the
 * last.
 */
export type Advance = (attempt: Attempt, status: CompleteSessionStatus) => Promise<Attempt | undefined>;

/** The request that is to end an attempt. */
export interface FinishRequest {
  kept: KeptAttempts;
  /** Undefined where it names no attempt. */
  entry: Entry | undefined;
  /** Aborts when the visitor leaves, who may come back to the attempt: it must then still be there. */
  signal: AbortSignal;
  /** Whether an attempt may end here; one that may not is not there. Default: all may. */
  mayEnd?(attempt: Attempt): boolean;
}

interface FinishContext extends FinishRequest {
  attempts: Attempts;
  advance: Advance;
  entry: Entry;
  /** When it was entered, by `performance.now`. */
  since: number;
}

/** @throws what is broken: SmartIdSessionError, SmartIdServiceError. */
export async function finishAttempt(
  { kept, entry, signal, mayEnd = () => true }: FinishRequest,
  attempts: Attempts,
  advance: Advance = async () => undefined,
): Promise<FinishResult> {
  const found = entry && (await attempts.read(kept, entry.id, entry.by));
  const attempt = found && mayEnd(found) ? found : undefined;
  if (entry?.by === 'callback' && !(attempt && isCallbackOf(attempt, entry.value))) {
    return failed(undefined, 'return_without_session', 403);
  }
  if (!entry || !attempt) return { end: 'absent' };
  const context = { kept, entry, signal, attempts, advance, since: performance.now() };
  if (attempt.ended) return finishFailed(context, attempt, attempt.ended);
  if (attempts.clock() >= finishableUntil(attempt)) return finishExpired(context, attempt);
  return finishRunning(context, attempt, context.since + maxResultWaitMs[entry.by]);
}

/** Takes as long as with a session that nobody has confirmed, and leaves as much behind. */
async function finishUnseen(
  context: FinishContext,
  attempt: Attempt,
  code: string,
  maxWaitMs: number,
): Promise<FinishResult> {
  await sleep(maxWaitMs, undefined, { signal: context.signal }).catch(() => {});
  return finishUnconfirmed(context, attempt, code);
}

/** The attempt stays for as long as the person may still confirm it. The precise code is for the site alone. */
async function finishUnconfirmed(context: FinishContext, attempt: Attempt, code: string): Promise<FinishResult> {
  if (context.attempts.clock() >= attempt.expiresAt) return finishExpired(context, attempt);
  return stillOpen(attempt, isHiddenCode(code) ? code : 'still_running');
}

async function finishRunning(context: FinishContext, attempt: Attempt, waitUntil: number): Promise<FinishResult> {
  const left = () => Math.max(0, waitUntil - performance.now());
  const observed = await waitForResult(context, attempt, left());
  const unseen = context.entry.by === 'finish' && unseenEnd(attempt, observed);
  if (unseen) return finishUnseen(context, attempt, unseen, left());
  if (observed.state === 'running') {
    return finishUnconfirmed(context, attempt, attempt.accountProblem ?? 'still_running');
  }
  if (observed.state === 'error') return finishBroken(context, attempt, observed.error);
  const { status } = observed;
  const next = status.result.endResult === 'OK' ? await context.advance(attempt, status) : undefined;
  if (next?.ended) return finishFailed(context, next, next.ended);
  if (next && left() === 0) return stillOpen(attempt, 'still_running');
  return next ? finishRunning(context, next, waitUntil) : finishComplete(context, attempt, status);
}

async function finishComplete(
  context: FinishContext,
  attempt: Attempt,
  status: CompleteSessionStatus,
): Promise<FinishResult> {
  const { entry } = context;
  // The attempt stays: the callback in the browser that started it may still come.
  if (entry.by === 'finish' && status.result.endResult === 'OK' && endsByCallback(attempt, status)) {
    return stillOpen(attempt, 'callback_required', 403);
  }
  const taken = await take(context, attempt);
  if (!taken) return failed(attempt, 'already_used', 403);
  // Cancelled while this request was waiting.
  if (taken.ended) return { ...failed(attempt, taken.ended), isTaken: true };
  return { end: 'complete', attempt, status, callback: entry.by === 'callback' ? entry.parameters : undefined };
}

async function finishBroken(context: FinishContext, attempt: Attempt, error: unknown): Promise<FinishResult> {
  if (error instanceof SmartIdSessionNotFoundError) return finishFailed(context, attempt, 'expired');
  // An answer that makes no sense will make none the next time; anything else may be tried again.
  if (error instanceof SmartIdServiceError && error.code === 'bad_response') await take(context, attempt);
  throw error;
}

async function waitForResult(
  { attempts, signal }: FinishContext,
  attempt: Attempt,
  maxWaitMs: number,
): Promise<Observed> {
  const observed = await attempts.watchOf(attempt).wait(attempt.session.sessionID, maxWaitMs, signal);
  return signal.aborted ? { state: 'running' } : observed;
}

async function take({ kept, since }: FinishContext, { id }: Attempt): Promise<Attempt | undefined> {
  // What else the site keeps in the session may have changed while this request was waiting.
  if (performance.now() - since > shortWaitMs) await kept.refresh();
  return kept.take(id);
}

function finishExpired(context: FinishContext, attempt: Attempt): Promise<FinishResult> {
  return finishFailed(context, attempt, attempt.accountProblem ?? 'expired');
}

async function finishFailed(context: FinishContext, attempt: Attempt, code: string): Promise<FinishResult> {
  const taken = await take(context, attempt);
  return { ...failed(attempt, code, isForbidden(code) ? 403 : 401), isTaken: taken !== undefined };
}

export function failed(attempt: Attempt | undefined, code: string, httpStatus: 401 | 403 = 401): FailedFinish {
  return { end: 'failed', code, httpStatus, attempt, isOpen: false, isTaken: false };
}

function stillOpen(attempt: Attempt, code: string, httpStatus: 401 | 403 = 401): FailedFinish {
  return { ...failed(attempt, code, httpStatus), isOpen: true };
}

/** What fails at the site, such as a database that is away for a moment, does not cost the person the login. */
export async function orGiveBack<T>(
  { request: { kept }, attempts }: { request: FinishRequest; attempts: Attempts },
  attempt: Attempt,
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // Where that fails too, it is the first error that the site must hear of.
    await kept.giveBack(attempts.asGivenBack(kept, attempt)).catch(() => {});
    throw error;
  }
}
