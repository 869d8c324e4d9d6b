/** The default attempt store: attempts live in the visitor's own session, so they belong to one browser by nature. */

import type { Request } from 'express';
import { SmartIdSessionError } from '../errors.js';
import type { Attempt, AttemptStore } from './attempt.js';
import {
  reloadSession,
  requireWebSession,
  saveSession,
  sessionKey,
  storedSession,
  type WebRequest,
  wasStored,
} from './web-session.js';

/** Enough for several tabs; the oldest makes room for a new one. */
const mostAttempts = 5;

export class SessionAttemptStore implements AttemptStore {
  /** Ids that were taken, until they expire: a session that was loaded before must not bring one back. */
  private readonly taken = new Map<string, number>();
  /** The last change of each session that is still under way. */
  private readonly changes = new Map<string, Promise<unknown>>();
  private readonly clock: () => number;

  /** @param clock milliseconds since the epoch. */
  constructor(clock: () => number = Date.now) {
    this.clock = clock;
  }

  async create(req: Request, attempt: Attempt): Promise<void> {
    const now = this.clock();
    const before = await this.change(requireWebSession(req), (attempts) => [
      ...attempts.filter(({ expiresAt }) => expiresAt > now).slice(1 - mostAttempts),
      attempt,
    ]);
    if (!before) throw new SmartIdSessionError('session_ended', 'The session ended while Smart-ID was starting in it.');
  }

  async read(req: Request, id: string): Promise<Attempt | undefined> {
    return find(requireWebSession(req).session[sessionKey]?.attempts, id);
  }

  async update(req: Request, attempt: Attempt): Promise<boolean> {
    const request = requireWebSession(req);
    // What else the site keeps in the session may have changed since the request came.
    if (!(await reloadSession(request))) return false;
    const before = await this.change(request, (attempts) =>
      attempts.map((present) => (present.id === attempt.id ? attempt : present)),
    );
    return find(before, attempt.id) !== undefined;
  }

  async take(req: Request, id: string): Promise<Attempt | undefined> {
    const now = this.clock();
    for (const [takenId, expiresAt] of this.taken) if (expiresAt <= now) this.taken.delete(takenId);
    if (this.taken.has(id)) return undefined;
    const request = requireWebSession(req);
    const attempt = find(request.session[sessionKey]?.attempts, id);
    if (!attempt) return undefined;
    // Before the first await: of requests that race in this process, only one comes past this line.
    this.taken.set(id, Math.max(attempt.expiresAt, now + 1));
    const before = await this.change(request, (attempts) => attempts.filter((present) => present.id !== id));
    return find(before, id);
  }

  /**
   * Changes the attempts of a session as the store has them now, one change after the other, so that two requests
   * of one browser do not overwrite each other's. Gives the attempts as they were before, or undefined when the session
   * has ended meanwhile.
   */
  private change(req: WebRequest, how: (attempts: Attempt[]) => Attempt[]): Promise<Attempt[] | undefined> {
    const change = async () => {
      const stored = await storedSession(req);
      // A session that is not stored yet is new; one that a login or logout has ended must not come back to life.
      if (!stored && (wasStored(req) || req.session[sessionKey])) return undefined;
      const before = stored?.[sessionKey]?.attempts ?? [];
      const after = how(before);
      if (after.length > 0) req.session[sessionKey] = { attempts: after };
      else delete req.session[sessionKey];
      await saveSession(req);
      return before;
    };
    const previous = this.changes.get(req.sessionID) ?? Promise.resolve();
    const next = previous.then(change, change);
    const settled = next.catch(() => {});
    this.changes.set(req.sessionID, settled);
    void settled.then(() => {
      if (this.changes.get(req.sessionID) === settled) this.changes.delete(req.sessionID);
    });
    return next;
  }
}

function find(attempts: Attempt[] | undefined, id: string): Attempt | undefined {
  return attempts?.find((attempt) => attempt.id === id);
}
