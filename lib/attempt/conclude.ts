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
export type Conclusion =
  | { end: 'complete'; attempt: Attempt; status: CompleteSessionStatus; callback?: CallbackParameters }
  | FailedEnd
  | { end: 'absent' };

/** The end of an attempt that has failed, or of a request after which the attempt is as open as before. */
export interface FailedEnd {
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
export interface Ending {
  kept: KeptAttempts;
  /** Undefined where it names no attempt. */
  entry: Entry | undefined;
  /** Aborts when the visitor leaves, who may come back to the attempt: it must then still be there. */
  signal: AbortSignal;
  /** Whether an attempt may end here; one that may not is not there. Default: all may. */
  mayEnd?(attempt: Attempt): boolean;
}

interface Context extends Ending {
  attempts: Attempts;
  advance: Advance;
  entry: Entry;
  /** When it was entered, by `performance.now`. */
  since: number;
}

/** @throws what is broken: SmartIdSessionError, SmartIdServiceError. */
export async function concludeAttempt(
  { kept, entry, signal, mayEnd = () => true }: Ending,
  attempts: Attempts,
  advance: Advance = async () => undefined,
): Promise<Conclusion> {
  const found = entry && (await attempts.read(kept, entry.id, entry.by));
  const attempt = found && mayEnd(found) ? found : undefined;
  if (entry?.by === 'callback' && !(attempt && isCallbackOf(attempt, entry.value))) {
    return failed(undefined, 'return_without_session', 403);
  }
  if (!entry || !attempt) return { end: 'absent' };
  const context = { kept, entry, signal, attempts, advance, since: performance.now() };
  if (attempt.ended) return endWith(context, attempt, attempt.ended);
  if (attempts.clock() >= finishableUntil(attempt)) return endExpired(context, attempt);
  return concludeRunning(context, attempt, context.since + maxResultWaitMs[entry.by]);
}

/** Takes as long as with a session that nobody has confirmed, and leaves as much behind. */
async function concludeUnseen(
  context: Context,
  attempt: Attempt,
  code: string,
  maxWaitMs: number,
): Promise<Conclusion> {
  await sleep(maxWaitMs, undefined, { signal: context.signal }).catch(() => {});
  return concludeUnconfirmed(context, attempt, code);
}

/** The attempt stays for as long as the person may still confirm it. The precise code is for the site alone. */
async function concludeUnconfirmed(context: Context, attempt: Attempt, code: string): Promise<Conclusion> {
  if (context.attempts.clock() >= attempt.expiresAt) return endExpired(context, attempt);
  return stillOpen(attempt, isHiddenCode(code) ? code : 'still_running');
}

async function concludeRunning(context: Context, attempt: Attempt, deadline: number): Promise<Conclusion> {
  const left = () => Math.max(0, deadline - performance.now());
  const observed = await waitForResult(context, attempt, left());
  const unseen = context.entry.by === 'finish' && unseenEnd(attempt, observed);
  if (unseen) return concludeUnseen(context, attempt, unseen, left());
  if (observed.state === 'running') {
    return concludeUnconfirmed(context, attempt, attempt.accountProblem ?? 'still_running');
  }
  if (observed.state === 'error') return concludeBroken(context, attempt, observed.error);
  const { status } = observed;
  const next = status.result.endResult === 'OK' ? await context.advance(attempt, status) : undefined;
  if (next?.ended) return endWith(context, next, next.ended);
  if (next && left() === 0) return stillOpen(attempt, 'still_running');
  return next ? concludeRunning(context, next, deadline) : concludeComplete(context, attempt, status);
}

async function concludeComplete(
  context: Context,
  attempt: Attempt,
  status: CompleteSessionStatus,
): Promise<Conclusion> {
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

async function concludeBroken(context: Context, attempt: Attempt, error: unknown): Promise<Conclusion> {
  if (error instanceof SmartIdSessionNotFoundError) return endWith(context, attempt, 'expired');
  // An answer that makes no sense will make none the next time; anything else may be tried again.
  if (error instanceof SmartIdServiceError && error.code === 'bad_response') await take(context, attempt);
  throw error;
}

async function waitForResult({ attempts, signal }: Context, attempt: Attempt, maxWaitMs: number): Promise<Observed> {
  const observed = await attempts.watchOf(attempt).wait(attempt.session.sessionID, maxWaitMs, signal);
  return signal.aborted ? { state: 'running' } : observed;
}

async function take({ kept, since }: Context, { id }: Attempt): Promise<Attempt | undefined> {
  // What else the site keeps in the session may have changed while this request was waiting.
  if (performance.now() - since > shortWaitMs) await kept.refresh();
  return kept.take(id);
}

function endExpired(context: Context, attempt: Attempt): Promise<Conclusion> {
  return endWith(context, attempt, attempt.accountProblem ?? 'expired');
}

async function endWith(context: Context, attempt: Attempt, code: string): Promise<Conclusion> {
  const taken = await take(context, attempt);
  return { ...failed(attempt, code, isForbidden(code) ? 403 : 401), isTaken: taken !== undefined };
}

export function failed(attempt: Attempt | undefined, code: string, httpStatus: 401 | 403 = 401): FailedEnd {
  return { end: 'failed', code, httpStatus, attempt, isOpen: false, isTaken: false };
}

function stillOpen(attempt: Attempt, code: string, httpStatus: 401 | 403 = 401): FailedEnd {
  return { ...failed(attempt, code, httpStatus), isOpen: true };
}

/** What fails at the site, such as a database that is away for a moment, does not cost the person the login. */
export async function orGiveBack<T>(
  { ending: { kept }, attempts }: { ending: Ending; attempts: Attempts },
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
