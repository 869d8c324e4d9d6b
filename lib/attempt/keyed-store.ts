/**
 * Attempts outside of the visitor's session, each under a key of its own, so that taking one can be a single step wherever the
 * processes of a site share them. The session still says whose they are: who logs in or out has another one, and leaves the
 * attempts of before behind.
 */

import { createHash } from 'node:crypto';
import { type Attempt, type AttemptStore, finishGraceMs } from './attempt.js';
import type { SiteRequest } from './site-request.js';
import { requireWebSession, sessionEnded, sessionKey, type WebSession } from './web-session.js';

/** Texts by key, each kept for so many milliseconds. Every step happens as a whole or not at all, whoever else takes one. */
export interface KeyedTexts {
  set(key: string, text: string, milliseconds: number): Promise<void>;
  get(key: string): Promise<string | undefined>;
  /** Whether there was this very text before, and the other one is there now. */
  replace(key: string, before: string, after: string, milliseconds: number): Promise<boolean>;
  /** Removes a text and gives it to one caller. */
  take(key: string): Promise<string | undefined>;
}

/** Milliseconds for which an attempt is still there after its end, to be told that it has expired. */
const aftertime = 60_000;

export class KeyedAttemptStore implements AttemptStore {
  private readonly texts: KeyedTexts;
  private readonly clock: () => number;

  /** @param clock milliseconds since the epoch. */
  constructor(texts: KeyedTexts, clock: () => number = Date.now) {
    this.texts = texts;
    this.clock = clock;
  }

  async create(req: SiteRequest, attempt: Attempt): Promise<void> {
    const session = requireWebSession(req);
    await keepSession(session);
    await this.texts.set(keyOf(session, attempt.id), JSON.stringify(attempt), this.lifetimeOf(attempt));
  }

  async read(req: SiteRequest, id: string): Promise<Attempt | undefined> {
    return attemptOf(await this.texts.get(keyOf(requireWebSession(req), id)));
  }

  async update(req: SiteRequest, after: Attempt, before: Attempt): Promise<boolean> {
    const session = requireWebSession(req);
    if (!(await session.stored())) return false;
    const key = keyOf(session, after.id);
    return this.texts.replace(key, JSON.stringify(before), JSON.stringify(after), this.lifetimeOf(after));
  }

  async take(req: SiteRequest, id: string): Promise<Attempt | undefined> {
    const session = requireWebSession(req);
    // A login or logout has ended it while this request was waiting.
    if (!(await session.stored())) return undefined;
    return attemptOf(await this.texts.take(keyOf(session, id)));
  }

  private lifetimeOf({ expiresAt }: Attempt): number {
    return Math.max(1, expiresAt - this.clock()) + finishGraceMs + aftertime;
  }
}

/** Nobody else can name it: the session's identifier is the browser's own secret. And whoever sees the keys learns neither. */
function keyOf(session: WebSession, id: string): string {
  return createHash('sha256')
    .update(JSON.stringify([session.id, id]))
    .digest('base64url');
}

function attemptOf(text: string | undefined): Attempt | undefined {
  return text === undefined ? undefined : JSON.parse(text);
}

/** The browser must come back with the same session: one that nothing was kept in is forgotten with the answer. */
async function keepSession(session: WebSession): Promise<void> {
  if (await session.stored()) return;
  if (session.wasStored) throw sessionEnded();
  session.data[sessionKey] = { attempts: [] };
  await session.save();
}
