/**
 * Attempts under keys of their own, so that taking one can be a single step wherever the processes of a site share
 * them. A secret of the browser says whose they are: nobody else can name them.
 */

import { createHash } from 'node:crypto';
import { type Attempt, finishGraceMs } from './attempt.js';

/** Open attempts of one browser: enough for several tabs. */
export const maxOpenAttempts = 5;

/**
 * Where a text is: among the others of its group, of which there are `maxOpenAttempts` at the most, under its own
 * key.
 */
export interface TextPlace {
  /** What is listed together: the texts of one browser. */
  group: string;
  /** Which text of the group. */
  key: string;
}

/** Texts, each with a lifetime of its own. Every step happens as a whole or not at all, whoever else takes one. */
export interface KeyedTexts {
  /** Where the group is full, the text that has the least time left makes room. */
  add(place: TextPlace, text: string, lifetimeMs: number): Promise<void>;
  /** The text, or undefined where there is none or its time is over. */
  get(place: TextPlace): Promise<string | undefined>;
  /** Whether there was this very text before, and the other one is there now. */
  replace(place: TextPlace, before: string, after: string, lifetimeMs: number): Promise<boolean>;
  /** Removes a text and gives it to one caller. */
  take(place: TextPlace): Promise<string | undefined>;
}

/** How long an attempt is there after it can be finished no more, so that a person hears that it has expired. */
const aftertimeMs = 60_000;

/** The steps of an attempt store, with a secret of the browser in place of a request. */
export class KeyedAttempts {
  /** @param clock milliseconds since the epoch. */
  constructor(
    private readonly texts: KeyedTexts,
    private readonly clock: () => number,
  ) {}

  async create(browser: string, attempt: Attempt): Promise<void> {
    await this.texts.add(placeOf(browser, attempt.id), JSON.stringify(attempt), this.lifetimeOf(attempt));
  }

  async read(browser: string, id: string): Promise<Attempt | undefined> {
    return attemptOf(await this.texts.get(placeOf(browser, id)));
  }

  update(browser: string, after: Attempt, before: Attempt): Promise<boolean> {
    const place = placeOf(browser, after.id);
    return this.texts.replace(place, JSON.stringify(before), JSON.stringify(after), this.lifetimeOf(after));
  }

  async take(browser: string, id: string): Promise<Attempt | undefined> {
    return attemptOf(await this.texts.take(placeOf(browser, id)));
  }

  private lifetimeOf({ expiresAt }: Attempt): number {
    return Math.max(1, expiresAt - this.clock()) + finishGraceMs + aftertimeMs;
  }
}

/**
 * Nobody else can name it: what stands for the browser is its own secret. And whoever sees the place learns
 * neither.
 */
function placeOf(browser: string, id: string): TextPlace {
  return { group: hashOf([browser]), key: hashOf([browser, id]) };
}

function hashOf(values: string[]): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('base64url');
}

function attemptOf(text: string | undefined): Attempt | undefined {
  return text === undefined ? undefined : JSON.parse(text);
}
