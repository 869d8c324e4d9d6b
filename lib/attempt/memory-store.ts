/** Attempts in the memory of this process: for a site of one process whose session store is slow, and for tests. */

import { LRUCache } from 'lru-cache';
import { type KeyedTexts, maxOpenAttempts, type TextPlace } from './keyed-attempts.js';
import { KeyedAttemptStore } from './keyed-store.js';

/** Beyond these, the attempts of the browser sessions that were used longest ago are forgotten. */
const maxTexts = 100_000;

interface KeptText {
  key: string;
  text: string;
  /** By `performance.now`. */
  endsAt: number;
}

class MemoryTexts implements KeyedTexts {
  private readonly groups = new LRUCache<string, readonly KeptText[]>({
    maxSize: maxTexts,
    sizeCalculation: ({ length }) => length,
  });

  async add({ group, key }: TextPlace, text: string, lifetimeMs: number): Promise<void> {
    const others = this.textsOf(group).sort((one, other) => one.endsAt - other.endsAt);
    this.keep(group, [...others.slice(1 - maxOpenAttempts), { key, text, endsAt: performance.now() + lifetimeMs }]);
  }

  async get({ group, key }: TextPlace): Promise<string | undefined> {
    return this.textsOf(group).find((present) => present.key === key)?.text;
  }

  async replace({ group, key }: TextPlace, before: string, after: string, lifetimeMs: number): Promise<boolean> {
    const texts = this.textsOf(group);
    const isExpected = (present: KeptText) => present.key === key && present.text === before;
    if (!texts.some(isExpected)) return false;
    const replaced = { key, text: after, endsAt: performance.now() + lifetimeMs };
    this.keep(
      group,
      texts.map((present) => (isExpected(present) ? replaced : present)),
    );
    return true;
  }

  async take({ group, key }: TextPlace): Promise<string | undefined> {
    const texts = this.textsOf(group);
    const taken = texts.find((present) => present.key === key);
    this.keep(
      group,
      texts.filter((present) => present !== taken),
    );
    return taken?.text;
  }

  private textsOf(group: string): KeptText[] {
    const now = performance.now();
    return (this.groups.get(group) ?? []).filter(({ endsAt }) => endsAt > now);
  }

  private keep(group: string, texts: readonly KeptText[]): void {
    if (texts.length === 0) {
      this.groups.delete(group);
      return;
    }
    const lastEnd = Math.max(...texts.map(({ endsAt }) => endsAt));
    this.groups.set(group, texts, { ttl: Math.ceil(lastEnd - performance.now()) });
  }
}

/** Keeps attempts in this process, for a site of one process: they are gone with it. */
export class MemoryAttemptStore extends KeyedAttemptStore {
  /**
   * One for each strategy or signing, or one for several.
   * @param clock milliseconds since the epoch, for tests.
   */
  constructor(clock: () => number = Date.now) {
    super(new MemoryTexts(), clock);
  }
}
