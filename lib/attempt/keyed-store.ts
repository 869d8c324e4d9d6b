/**
 * Attempts outside of the visitor's session. The session still says whose they are: who logs in or out has another one,
 * and leaves the attempts of before behind.
 */

import type { Attempt, AttemptStore } from './attempt.js';
import { requireWebSession } from './framework-session.js';
import { KeyedAttempts, type KeyedTexts } from './keyed-attempts.js';
import type { SiteRequest } from './site-request.js';
import { sessionEnded, sessionKey, type WebSession } from './web-session.js';

export class KeyedAttemptStore implements AttemptStore {
  /** @internal For sites whose browsers are told apart by something else than a session on the server. */
  readonly attempts: KeyedAttempts;

  /** @param clock milliseconds since the epoch. */
  constructor(texts: KeyedTexts, clock: () => number = Date.now) {
    this.attempts = new KeyedAttempts(texts, clock);
  }

  async create(req: SiteRequest, attempt: Attempt): Promise<void> {
    const session = requireWebSession(req);
    await keepSession(session);
    await this.attempts.create(session.id, attempt);
  }

  async read(req: SiteRequest, id: string): Promise<Attempt | undefined> {
    return this.attempts.read(requireWebSession(req).id, id);
  }

  async update(req: SiteRequest, after: Attempt, before: Attempt): Promise<boolean> {
    const session = requireWebSession(req);
    return (await session.stored()) !== undefined && this.attempts.update(session.id, after, before);
  }

  async take(req: SiteRequest, id: string): Promise<Attempt | undefined> {
    const session = requireWebSession(req);
    // A login or logout has ended it while this request was waiting.
    return (await session.stored()) === undefined ? undefined : this.attempts.take(session.id, id);
  }
}

/** The browser must come back with the same session: one that nothing was kept in is forgotten with the answer. */
async function keepSession(session: WebSession): Promise<void> {
  if (await session.stored()) return;
  if (session.wasStored) throw sessionEnded();
  session.data[sessionKey] = { attempts: [] };
  await session.save();
}
