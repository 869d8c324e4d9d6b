/** The default attempt store: attempts live in the visitor's own session, so they belong to one browser by nature. */

import { type Attempt, type AttemptStore, attemptLifetimeMs, finishableUntil } from './attempt.js';
import { requireWebSession } from './framework-session.js';
import { maxOpenAttempts } from './keyed-attempts.js';
import type { SiteRequest } from './site-request.js';
import { loadSession, sessionEnded, sessionKey, type WebSession } from './web-session.js';

/** Milliseconds for which a taken attempt is remembered: longer than any that was loaded before can last. */
const takenMemoryMs = 2 * attemptLifetimeMs;

/** What all attempt stores of a process must know of one session store, so that they do not undo each other's work. */
interface Shared {
  /**
   * Ids that were taken, until nobody can hold them any more: a session that was loaded before must not bring one back.
   */
  taken: Map<string, number>;
  /** The last change of each session that is still under way. */
  changes: Map<string, Promise<unknown>>;
}

const sharedBySessionStore = new WeakMap<object, Shared>();

/** Keeps attempts in the site's own session, such as that of express-session. The default. */
export class SessionAttemptStore implements AttemptStore {
  private readonly clock: () => number;

  /**
   * One for each strategy or signing, or one for several.
   * @param clock milliseconds since the epoch, for tests.
   */
  constructor(clock: () => number = Date.now) {
    this.clock = clock;
  }

  async create(req: SiteRequest, attempt: Attempt): Promise<void> {
    const now = this.clock();
    const session = requireWebSession(req);
    // An attempt that was taken and is given back.
    sharedOf(session).taken.delete(attempt.id);
    const before = await change(session, (attempts) => [
      ...attempts.filter((present) => finishableUntil(present) > now).slice(1 - maxOpenAttempts),
      attempt,
    ]);
    if (!before) throw sessionEnded();
  }

  async read(req: SiteRequest, id: string): Promise<Attempt | undefined> {
    return find(requireWebSession(req).data[sessionKey]?.attempts, id);
  }

  async update(req: SiteRequest, after: Attempt, before: Attempt): Promise<boolean> {
    const expected = JSON.stringify(before);
    const isExpected = (present: Attempt) => JSON.stringify(present) === expected;
    const replaced = (attempts: Attempt[]) => attempts.map((present) => (isExpected(present) ? after : present));
    // What else the site keeps in the session may have changed since the request came.
    const attempts = await change(requireWebSession(req), replaced, { reload: true });
    return attempts?.some(isExpected) ?? false;
  }

  async take(req: SiteRequest, id: string): Promise<Attempt | undefined> {
    const now = this.clock();
    const session = requireWebSession(req);
    const { taken } = sharedOf(session);
    // They stand in the order in which they are forgotten.
    for (const [takenId, until] of taken) {
      if (until > now) break;
      taken.delete(takenId);
    }
    if (taken.has(id)) return undefined;
    const attempt = find(session.data[sessionKey]?.attempts, id);
    if (!attempt) return undefined;
    // Before the first await: of requests that race in this process, only one comes past this line.
    taken.set(id, now + takenMemoryMs);
    const before = await change(session, (attempts) => attempts.filter((present) => present.id !== id));
    return find(before, id);
  }
}

function sharedOf({ store }: WebSession): Shared {
  const present = sharedBySessionStore.get(store);
  if (present) return present;
  const shared: Shared = { taken: new Map(), changes: new Map() };
  sharedBySessionStore.set(store, shared);
  return shared;
}

/**
 * Changes the attempts of a session as the store has them now, one change after the other, so that two requests
 * of one browser do not overwrite each other's. Gives the attempts as they were before, or undefined when the session
 * has ended meanwhile.
 */
function change(
  session: WebSession,
  how: (attempts: Attempt[]) => Attempt[],
  { reload = false } = {},
): Promise<Attempt[] | undefined> {
  const work = async () => {
    const stored = await session.stored();
    // A session that is not stored yet is new; one that a login or logout has ended must not come back to life.
    if (!stored && (reload || session.wasStored || session.data[sessionKey])) return undefined;
    if (reload && !(await loadSession(session))) return undefined;
    const before = stored?.[sessionKey]?.attempts ?? [];
    const after = how(before);
    if (after.length > 0) session.data[sessionKey] = { attempts: after };
    else delete session.data[sessionKey];
    await session.save();
    return before;
  };
  const { changes } = sharedOf(session);
  const { id } = session;
  const next = (changes.get(id) ?? Promise.resolve()).then(work, work);
  const settled = next.catch(() => {});
  changes.set(id, settled);
  void settled.then(() => {
    if (changes.get(id) === settled) changes.delete(id);
  });
  return next;
}

function find(attempts: Attempt[] | undefined, id: string): Attempt | undefined {
  return attempts?.find((attempt) => attempt.id === id);
}
