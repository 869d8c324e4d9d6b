/**
 * Which attempts of a browser have ended well, so that a tab that was asleep then, and the return from the app when it
 * is opened again, lead on.
 */

import { requireWebSession } from '../attempt/framework-session.js';
import { maxOpenAttempts } from '../attempt/keyed-attempts.js';
import type { SiteRequest } from '../attempt/site-request.js';
import { reloadSession } from '../attempt/web-session.js';

/** An attempt that has ended well. Its id may be kept, since nothing can be done with it any more. */
export interface DoneAttempt {
  id: string;
  /** Where it has led, if not to `successRedirect`. */
  returnTo?: string;
}

interface DoneSession {
  smartIdDone?: DoneAttempt[];
}

const sessionOf = (req: SiteRequest) => (req as { session?: DoneSession }).session;

/** Notes it in the session, which is stored at the end of the request. As many are kept as a browser can have open. */
export function rememberDone(req: SiteRequest, { id, returnTo }: DoneAttempt): void {
  const session = sessionOf(req);
  if (session) session.smartIdDone = [...(session.smartIdDone ?? []), { id, returnTo }].slice(-maxOpenAttempts);
}

/**
 * Does the last work of an attempt, and then remembers that the attempt has ended well. The work may take long, so the
 * session is loaded again after it: what another request has changed in it meanwhile stays changed, and an ended
 * session stays ended.
 */
export async function rememberWhenDone(req: SiteRequest, attempt: DoneAttempt, work: () => unknown): Promise<void> {
  const before = JSON.stringify(sessionOf(req));
  await work();
  // Loaded again, it would lose what the work itself has changed in it.
  const isUntouched = JSON.stringify(sessionOf(req)) === before;
  // The work is done, and not to be done again because the session cannot be loaded.
  const isThere = !isUntouched || (await reloadSession(requireWebSession(req)).catch(() => false));
  if (!isThere) return;
  rememberDone(req, attempt);
}

export function doneAttempt(req: SiteRequest, id: string | undefined): DoneAttempt | undefined {
  return sessionOf(req)?.smartIdDone?.find((done) => done.id === id);
}
