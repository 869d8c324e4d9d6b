/** Which signings of a browser have ended well, so that a tab that slept through it goes on instead of complaining. */

import type { Request } from 'express';

/** As many as there can be open ones. */
const mostRemembered = 5;

interface DoneSession {
  /** Ids of attempts; they are of no use any more. */
  smartIdDone?: string[];
}

const sessionOf = (req: Request) => (req as unknown as { session?: DoneSession }).session;

/** Kept when the session is kept, which express-session does at the end of the request. */
export function rememberDone(req: Request, id: string): void {
  const session = sessionOf(req);
  if (session) session.smartIdDone = [...(session.smartIdDone ?? []), id].slice(-mostRemembered);
}

export function isDone(req: Request, id: string | undefined): boolean {
  return id !== undefined && (sessionOf(req)?.smartIdDone?.includes(id) ?? false);
}
