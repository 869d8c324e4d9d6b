/**
 * Counts in the memory of this process. Nothing is forgotten before its window ends, so that nobody can push somebody
 * out by starting for many others.
 */

import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { AttemptLimits } from './start-limit.js';

export class MemoryAttemptLimits implements AttemptLimits {
  /** It only counts: each call says how long its window is, and who calls knows how many are too many. */
  private readonly counts = new RateLimiterMemory({ keyPrefix: '', points: 0, duration: 0 });

  async increment(key: string, windowMs: number): Promise<{ count: number; remainingMs: number }> {
    const counted = await this.counts.penalty(key, 1, { customDuration: windowMs / 1000 });
    return { count: counted.consumedPoints, remainingMs: counted.msBeforeNext };
  }
}
