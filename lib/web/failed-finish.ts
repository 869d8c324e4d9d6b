/** Where a person goes when a login or a signing could not be finished, and what the page says of it. */

import type { Request, Response } from 'express';
import { type Entry, entryOf, postedId } from '../attempt/parameters.js';
import { requireWebSession } from '../attempt/web-session.js';
import { type Failure, isNeutral, visibleCode } from '../outcome.js';
import { backToPage } from './answers.js';
import { doneAttempt } from './done.js';

interface FailedFinish extends Omit<Failure, 'message'> {
  reference?: string;
}

/** The codes of an attempt that is not there any more, which may be because it has ended well. */
const goneCodes = new Set(['no_attempt', 'already_used', 'return_without_session']);

/**
 * Redirects to the page, which says why. Where the return from the app is opened again after it has led on, as by a tab
 * that was loaded again, it leads on once more.
 * @param isLoggedIn whether it was for a login and this browser is logged in.
 */
export function answerFailedFinish(
  req: Request,
  res: Response,
  { code, returnTo, reference }: FailedFinish,
  { isLoggedIn, successRedirect }: { isLoggedIn: boolean; successRedirect: string },
): void {
  const entry = entryOf(req);
  const done = doneAttempt(req, entry?.id);
  if (entry?.by !== 'callback') {
    backToPage(req, res, { failed: visibleCode(code), id: postedId(req), returnTo, reference });
  } else if (goneCodes.has(code) && (done || isLoggedIn)) {
    res.redirect(303, done?.returnTo ?? successRedirect);
  } else {
    backToPage(req, res, { failed: codeOfReturn(req, entry, code), returnTo, reference });
  }
}

/**
 * The code by which the page finds its text. For a return it may be precise: the address holds what only the app and
 * the service know of this attempt, so the person who opens it has acted in the app.
 */
function codeOfReturn(req: Request, entry: Entry & { by: 'callback' }, code: string): string {
  if (entry.id === '' || entry.parameters.sessionSecretDigest === '') return 'return_incomplete';
  if (code === 'return_without_session') return requireWebSession(req).wasStored ? 'return_after_end' : code;
  if (code === 'timeout' || code === 'expired') return 'expired';
  if (code.startsWith('user_refused')) return 'refused';
  return isNeutral(code) ? visibleCode(code) : code;
}
