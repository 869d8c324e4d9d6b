/** Where a person goes when a login or a signing could not be finished, and what the page says of it. */

import type { Request, Response } from 'express';
import { entryOf, postedId } from '../attempt/parameters.js';
import { requireWebSession, wasStored } from '../attempt/web-session.js';
import { type Failure, isNeutral, visibleCode } from '../outcome.js';
import { backToPage } from './answers.js';
import { doneAttempt } from './done.js';

interface FailedFinish extends Omit<Failure, 'message'> {
  reference?: string;
}

/** What an attempt is called that is not there: it may have ended well before. */
const goneCodes = new Set(['no_attempt', 'already_used', 'return_without_session']);

/**
 * Back to the page, which says why. Whoever comes back from the app once more, by a tab that was loaded again, goes on.
 * @param isLoggedIn whether it was for a login, and this browser is logged in.
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
    backToPage(req, res, { failed: codeOfReturn(req, code), returnTo, reference });
  }
}

/**
 * A return that fails can be told precisely: it has brought along what only the app and the service know of this attempt, so whoever
 * comes this way has acted in the app.
 */
function codeOfReturn(req: Request, code: string): string {
  const entry = entryOf(req);
  if (entry?.by === 'callback' && (entry.id === '' || entry.parameters.sessionSecretDigest === '')) {
    return 'return_incomplete';
  }
  if (code === 'return_without_session') return wasStored(requireWebSession(req)) ? 'return_after_end' : code;
  if (code === 'timeout' || code === 'expired') return 'expired';
  if (code.startsWith('user_refused')) return 'refused';
  return isNeutral(code) ? visibleCode(code) : code;
}
