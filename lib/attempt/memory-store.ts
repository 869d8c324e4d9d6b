/** Attempts in the memory of this process: for a site of one process whose session store is slow, and for tests. */

import { LRUCache } from 'lru-cache';
import { KeyedAttemptStore, type KeyedTexts } from './keyed-store.js';

/** Beyond these, the attempts that were used longest ago are forgotten. */
const mostAttempts = 100_000;

class MemoryTexts implements KeyedTexts {
  private readonly texts = new LRUCache<string, string>({ max: mostAttempts });

  async set(key: string, text: string, milliseconds: number): Promise<void> {
    this.texts.set(key, text, { ttl: milliseconds });
  }

  async get(key: string): Promise<string | undefined> {
    return this.texts.get(key);
  }

  async replace(key: string, before: string, after: string, milliseconds: number): Promise<boolean> {
    if (this.texts.get(key) !== before) return false;
    this.texts.set(key, after, { ttl: milliseconds });
    return true;
  }

  async take(key: string): Promise<string | undefined> {
    const text = this.texts.get(key);
    this.texts.delete(key);
    return text;
  }
}

export class MemoryAttemptStore extends KeyedAttemptStore {
  /** @param clock milliseconds since the epoch. */
  constructor(clock: () => number = Date.now) {
    super(new MemoryTexts(), clock);
  }
}
