/** The default attempt store: attempts live in the visitor's own session, so they belong to one browser by nature. */

import type { Request } from 'express';
import { type Attempt, type AttemptStore, attemptLifetime, finishableUntil } from './attempt.js';
import {
  loadSession,
  requireWebSession,
  saveSession,
  sessionEnded,
  sessionKey,
  storedSession,
  type WebRequest,
  wasStored,
} from './web-session.js';

/** Enough for several tabs; the oldest makes room for a new one. */
const mostAttempts = 5;

/** Milliseconds for which a taken attempt is remembered: longer than any that was loaded before can last. */
const remembered = 2 * attemptLifetime;

/** What all attempt stores of a process must know of one session store, so that they do not undo each other's work. */
interface Shared {
  /** Ids that were taken, until nobody can hold them any more: a session that was loaded before must not bring one back. */
  taken: Map<string, number>;
  /** The last change of each session that is still under way. */
  changes: Map<string, Promise<unknown>>;
}

const sharedBySessionStore = new WeakMap<object, Shared>();

export class SessionAttemptStore implements AttemptStore {
  private readonly clock: () => number;

  /** @param clock milliseconds since the epoch. */
  constructor(clock: () => number = Date.now) {
    this.clock = clock;
  }

  async create(req: Request, attempt: Attempt): Promise<void> {
    const now = this.clock();
    const before = await change(requireWebSession(req), (attempts) => [
      ...attempts.filter((present) => finishableUntil(present) > now).slice(1 - mostAttempts),
      attempt,
    ]);
    if (!before) throw sessionEnded();
  }

  async read(req: Request, id: string): Promise<Attempt | undefined> {
    return find(requireWebSession(req).session[sessionKey]?.attempts, id);
  }

  async update(req: Request, after: Attempt, before: Attempt): Promise<boolean> {
    const expected = JSON.stringify(before);
    const isExpected = (present: Attempt) => JSON.stringify(present) === expected;
    const replaced = (attempts: Attempt[]) => attempts.map((present) => (isExpected(present) ? after : present));
    // What else the site keeps in the session may have changed since the request came.
    const attempts = await change(requireWebSession(req), replaced, { reload: true });
    return attempts?.some(isExpected) ?? false;
  }

  async take(req: Request, id: string): Promise<Attempt | undefined> {
    const now = this.clock();
    const request = requireWebSession(req);
    const { taken } = sharedOf(request);
    // They stand in the order in which they are forgotten.
    for (const [takenId, until] of taken) {
      if (until > now) break;
      taken.delete(takenId);
    }
    if (taken.has(id)) return undefined;
    const attempt = find(request.session[sessionKey]?.attempts, id);
    if (!attempt) return undefined;
    // Before the first await: of requests that race in this process, only one comes past this line.
    taken.set(id, now + remembered);
    const before = await change(request, (attempts) => attempts.filter((present) => present.id !== id));
    return find(before, id);
  }
}

function sharedOf({ sessionStore }: WebRequest): Shared {
  const present = sharedBySessionStore.get(sessionStore);
  if (present) return present;
  const shared: Shared = { taken: new Map(), changes: new Map() };
  sharedBySessionStore.set(sessionStore, shared);
  return shared;
}

/**
 * Changes the attempts of a session as the store has them now, one change after the other, so that two requests
 * of one browser do not overwrite each other's. Gives the attempts as they were before, or undefined when the session
 * has ended meanwhile.
 */
function change(
  req: WebRequest,
  how: (attempts: Attempt[]) => Attempt[],
  { reload = false } = {},
): Promise<Attempt[] | undefined> {
  const work = async () => {
    const stored = await storedSession(req);
    // A session that is not stored yet is new; one that a login or logout has ended must not come back to life.
    if (!stored && (reload || wasStored(req) || req.session[sessionKey])) return undefined;
    if (reload && !(await loadSession(req))) return undefined;
    const before = stored?.[sessionKey]?.attempts ?? [];
    const after = how(before);
    if (after.length > 0) req.session[sessionKey] = { attempts: after };
    else delete req.session[sessionKey];
    await saveSession(req);
    return before;
  };
  const { changes } = sharedOf(req);
  const next = (changes.get(req.sessionID) ?? Promise.resolve()).then(work, work);
  const settled = next.catch(() => {});
  changes.set(req.sessionID, settled);
  void settled.then(() => {
    if (changes.get(req.sessionID) === settled) changes.delete(req.sessionID);
  });
  return next;
}

function find(attempts: Attempt[] | undefined, id: string): Attempt | undefined {
  return attempts?.find((attempt) => attempt.id === id);
}
