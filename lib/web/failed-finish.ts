/** Where a person goes when a login or a signing could not be finished, and what the page says of it. */

import type { Entry } from '../attempt/parameters.js';
import { type Failure, isHiddenCode, publicCode } from '../shared/outcome.js';
import { backToPage } from './answers.js';
import type { DoneAttempt } from './done.js';
import { type PageAnswer, type PageRequest, redirectAnswer } from './page-request.js';

interface FailedFinish extends Omit<Failure, 'message'> {
  reference?: string;
}

/** What is known of the browser that has come to finish. */
export interface Finisher {
  entry: Entry | undefined;
  /** The attempt that it names, where that has ended well before. */
  done: DoneAttempt | undefined;
  /** Whether this browser is logged in, where the attempt was a login that anybody might finish. */
  isLoggedIn: boolean;
  /** Whether the browser came with a session that is known here. */
  hasSession: boolean;
  successRedirect: string;
}

/** The codes of an attempt that is not there any more, which may be because it has ended well. */
const goneCodes = new Set(['no_attempt', 'already_used', 'return_without_session']);

/**
 * Redirects to the page, which says why. Where the return from the app is opened again after it has led on, as by a tab
 * that was loaded again, it leads on once more.
 */
export function answerFailedFinish(
  request: PageRequest<unknown>,
  { code, returnTo, reference }: FailedFinish,
  { entry, done, isLoggedIn, hasSession, successRedirect }: Finisher,
): PageAnswer {
  if (entry?.by !== 'callback') {
    return backToPage(request, { failed: publicCode(code), id: entry?.id, returnTo, reference });
  }
  if (goneCodes.has(code) && (done || isLoggedIn)) return redirectAnswer(done?.returnTo ?? successRedirect);
  return backToPage(request, { failed: codeOfReturn(entry, code, hasSession), returnTo, reference });
}

/**
 * The code by which the page finds its text. For a return it may be precise: the address holds what only the app and
 * the service know of this attempt, so the person who opens it has acted in the app.
 */
function codeOfReturn(entry: Entry & { by: 'callback' }, code: string, hasSession: boolean): string {
  if (entry.id === '' || entry.parameters.sessionSecretDigest === '') return 'return_incomplete';
  if (code === 'return_without_session') return hasSession ? 'return_after_end' : code;
  if (code === 'timeout' || code === 'expired') return 'expired';
  if (code.startsWith('user_refused')) return 'refused';
  return isHiddenCode(code) ? publicCode(code) : code;
}
