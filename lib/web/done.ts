/** Which signings of a browser have ended well, so that a tab that slept through it goes on instead of complaining. */

import type { Request } from 'express';
import { reloadSession, requireWebSession } from '../attempt/web-session.js';

/** As many as there can be open ones. */
const mostRemembered = 5;

interface DoneSession {
  /** Ids of attempts; they are of no use any more. */
  smartIdDone?: string[];
}

const sessionOf = (req: Request) => (req as unknown as { session?: DoneSession }).session;

/**
 * Does the last of an attempt, and remembers that it has ended well. That may take long: where another request has changed or
 * ended the session meanwhile, that must stand. Kept when the session is kept, which express-session does at the end of the request.
 */
export async function rememberWhenDone(req: Request, id: string, work: () => unknown): Promise<void> {
  const before = JSON.stringify(sessionOf(req));
  await work();
  // What the site itself has changed in it would be lost.
  const isUntouched = JSON.stringify(sessionOf(req)) === before;
  if (isUntouched && !(await reloadSession(requireWebSession(req)))) return;
  const session = sessionOf(req);
  if (session) session.smartIdDone = [...(session.smartIdDone ?? []), id].slice(-mostRemembered);
}

export function isDone(req: Request, id: string | undefined): boolean {
  return id !== undefined && (sessionOf(req)?.smartIdDone?.includes(id) ?? false);
}
