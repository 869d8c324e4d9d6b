/** Which attempts of a browser have ended well, so that a tab that slept through it, or the app's way back opened again, goes on. */

import type { Request } from 'express';
import { reloadSession, requireWebSession } from '../attempt/web-session.js';

/** As many as there can be open ones. */
const maxRemembered = 5;

/** The id is of no use any more. */
interface DoneAttempt {
  id: string;
  /** Where it has led to, if not to where the page leads everybody. */
  returnTo?: string;
}

interface DoneSession {
  smartIdDone?: DoneAttempt[];
}

const sessionOf = (req: Request) => (req as unknown as { session?: DoneSession }).session;

/** Kept when the session is kept, which express-session does at the end of the request. */
export function rememberDone(req: Request, { id, returnTo }: DoneAttempt): void {
  const session = sessionOf(req);
  if (session) session.smartIdDone = [...(session.smartIdDone ?? []), { id, returnTo }].slice(-maxRemembered);
}

/**
 * Does the last of an attempt, and remembers that it has ended well. That may take long: where another request has changed or
 * ended the session meanwhile, that must stand.
 */
export async function rememberWhenDone(req: Request, attempt: DoneAttempt, work: () => unknown): Promise<void> {
  const before = JSON.stringify(sessionOf(req));
  await work();
  // What the site itself has changed in it would be lost.
  const isUntouched = JSON.stringify(sessionOf(req)) === before;
  if (isUntouched && !(await reloadSession(requireWebSession(req)))) return;
  rememberDone(req, attempt);
}

export function doneAttempt(req: Request, id: string | undefined): DoneAttempt | undefined {
  return sessionOf(req)?.smartIdDone?.find((done) => done.id === id);
}
