/** What revocation answers say, kept no longer than they allow and never beyond a small bound. */

import { LRUCache } from 'lru-cache';

/** How long an answer is used at most, whatever it says of itself. */
const maxAgeMs = 300_000;

export class RevocationCache<T extends object> {
  private readonly entries: LRUCache<string, { value: T; until: number }>;

  constructor(maxEntries: number) {
    this.entries = new LRUCache({ max: maxEntries });
  }

  /** @param now milliseconds since the epoch. */
  get(key: string, now: number): T | undefined {
    const entry = this.entries.get(key);
    if (!entry || now >= entry.until) return undefined;
    return entry.value;
  }

  /**
   * @param now milliseconds since the epoch.
   * @param nextUpdate until when the answer says it is good; without it, it is good for the moment only.
   */
  set(key: string, value: T, now: number, nextUpdate: number | undefined): void {
    if (nextUpdate !== undefined) this.entries.set(key, { value, until: Math.min(nextUpdate, now + maxAgeMs) });
  }
}
