/** Which attempts have been used up, where the site keeps them itself: a copy of one must not log anybody in again. */

import type { AttemptLimits } from '../attempt/start-limit.js';

/** A memory of what was used. Several processes of a site need one that they share: a `RedisAttemptStore`. */
export interface UsedAttempts {
  /**
   * Counts starts and pushes for all who share this memory.
   * @default each `SmartIdLogin` counts its own
   */
  readonly limits?: AttemptLimits;
  /** Marks an attempt as used for so many milliseconds; true for exactly one caller, however many ask at once. */
  claim(id: string, milliseconds: number): Promise<boolean>;
  /** Takes a mark back: the attempt can be used again. */
  release(id: string): Promise<void>;
}

/**
 * For one process. Nothing is forgotten before its time: each mark stands for a login that a person has confirmed or
 * cancelled.
 */
export class MemoryUsedAttempts implements UsedAttempts {
  /** Until when by the id, in the order in which they were marked. */
  private readonly marks = new Map<string, number>();

  async claim(id: string, milliseconds: number): Promise<boolean> {
    const now = performance.now();
    for (const [marked, until] of this.marks) {
      if (until > now) break;
      this.marks.delete(marked);
    }
    if ((this.marks.get(id) ?? 0) > now) return false;
    this.marks.set(id, now + milliseconds);
    return true;
  }

  async release(id: string): Promise<void> {
    this.marks.delete(id);
  }
}
