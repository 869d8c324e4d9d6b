/** What revocation answers say, kept no longer than they allow and never beyond a small bound. */

import { LRUCache } from 'lru-cache';

/** Milliseconds that an answer is used at most, whatever it says of itself. */
const longest = 300_000;
const mostEntries = 10_000;

export class RevocationCache<T extends object> {
  private readonly entries = new LRUCache<string, { value: T; until: number }>({ max: mostEntries });

  /** @param now milliseconds since the epoch. */
  get(key: string, now: number): T | undefined {
    const entry = this.entries.get(key);
    if (!entry || now >= entry.until) return undefined;
    return entry.value;
  }

  /** @param nextUpdate until when the answer says it is good; without it, it is good for the moment only. */
  set(key: string, value: T, now: number, nextUpdate: Date | undefined): void {
    if (nextUpdate) this.entries.set(key, { value, until: Math.min(nextUpdate.getTime(), now + longest) });
  }
}
