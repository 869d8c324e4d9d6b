/**
 * Attempts outside of the visitor's session, each under a key of its own, so that taking one can be a single step wherever the
 * processes of a site share them. The session still says whose they are: who logs in or out has another one, and leaves the
 * attempts of before behind.
 */

import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { type Attempt, type AttemptStore, finishGraceMs } from './attempt.js';
import {
  requireWebSession,
  saveSession,
  sessionEnded,
  sessionKey,
  storedSession,
  type WebRequest,
  wasStored,
} from './web-session.js';

/** Open attempts of one browser session: enough for several tabs. */
export const maxOpenAttempts = 5;

/**
 * Where a text is: among the others of its group, of which there are `maxOpenAttempts` at the most, under its own
 * key.
 */
export interface TextPlace {
  group: string;
  key: string;
}

/** Texts, each kept for so long. Every step happens as a whole or not at all, whoever else takes one. */
export interface KeyedTexts {
  /** Where the group is full, the text that has the least time left makes room. */
  add(place: TextPlace, text: string, lifetimeMs: number): Promise<void>;
  get(place: TextPlace): Promise<string | undefined>;
  /** Whether there was this very text before, and the other one is there now. */
  replace(place: TextPlace, before: string, after: string, lifetimeMs: number): Promise<boolean>;
  /** Removes a text and gives it to one caller. */
  take(place: TextPlace): Promise<string | undefined>;
}

/** For so long an attempt is still there after its end, to be told that it has expired. */
const aftertimeMs = 60_000;

export class KeyedAttemptStore implements AttemptStore {
  private readonly texts: KeyedTexts;
  private readonly clock: () => number;

  /** @param clock milliseconds since the epoch. */
  constructor(texts: KeyedTexts, clock: () => number = Date.now) {
    this.texts = texts;
    this.clock = clock;
  }

  async create(req: Request, attempt: Attempt): Promise<void> {
    const request = requireWebSession(req);
    await keepSession(request);
    await this.texts.add(placeOf(request, attempt.id), JSON.stringify(attempt), this.lifetimeOf(attempt));
  }

  async read(req: Request, id: string): Promise<Attempt | undefined> {
    return attemptOf(await this.texts.get(placeOf(requireWebSession(req), id)));
  }

  async update(req: Request, after: Attempt, before: Attempt): Promise<boolean> {
    const request = requireWebSession(req);
    if (!(await storedSession(request))) return false;
    const place = placeOf(request, after.id);
    return this.texts.replace(place, JSON.stringify(before), JSON.stringify(after), this.lifetimeOf(after));
  }

  async take(req: Request, id: string): Promise<Attempt | undefined> {
    const request = requireWebSession(req);
    // A login or logout has ended it while this request was waiting.
    if (!(await storedSession(request))) return undefined;
    return attemptOf(await this.texts.take(placeOf(request, id)));
  }

  private lifetimeOf({ expiresAt }: Attempt): number {
    return Math.max(1, expiresAt - this.clock()) + finishGraceMs + aftertimeMs;
  }
}

/**
 * Nobody else can name it: the session's identifier is the browser's own secret. And whoever sees the place learns
 * neither.
 */
function placeOf({ sessionID }: WebRequest, id: string): TextPlace {
  return { group: hashOf([sessionID]), key: hashOf([sessionID, id]) };
}

function hashOf(values: string[]): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('base64url');
}

function attemptOf(text: string | undefined): Attempt | undefined {
  return text === undefined ? undefined : JSON.parse(text);
}

/** The browser must come back with the same session: one that nothing was kept in is forgotten with the answer. */
async function keepSession(req: WebRequest): Promise<void> {
  if (await storedSession(req)) return;
  if (wasStored(req)) throw sessionEnded();
  req.session[sessionKey] = { attempts: [] };
  await saveSession(req);
}
