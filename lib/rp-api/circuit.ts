/**
 * Leaves a service in peace that says it is under maintenance or overloaded: for as long as it asks for, or, where it
 * says so again and again, twice as long each time. Meanwhile nobody asks it, and whoever would is told at once. Then a
 * few try, until one of them gets through.
 */

import { SmartIdServiceError } from '../shared/errors.js';

/** Answers in a row that say so before the first pause: one of them may come from one server of many. */
const maxFailures = 3;
/** Milliseconds of the first pause, and the longest, whatever the service asks for. */
const firstPauseMs = 1_000;
const maxPauseMs = { ours: 60_000, asked: 300_000 };
/** Milliseconds from one that tries to the next. */
const betweenTriesMs = 100;

export class Circuit {
  private failures = 0;
  /** Until when nobody asks, and from when the next one may try, by the clock. */
  private pausedUntil = 0;
  private nextTry = 0;
  /** Of the last pause; 0 while all is well. */
  private pause = 0;
  private readonly clock: () => number;

  /** @param clock milliseconds, steadily forward. */
  constructor(clock: () => number = () => performance.now()) {
    this.clock = clock;
  }

  /** @throws SmartIdServiceError with `retryAfterSeconds` while the service is to be left in peace. */
  enter(): void {
    if (this.pausedUntil === 0) return;
    const now = this.clock();
    const until = Math.max(this.pausedUntil, this.nextTry);
    if (now < until) throw inMaintenance(until - now);
    this.nextTry = now + betweenTriesMs;
  }

  /** The service has answered as usual. */
  succeed(): void {
    this.failures = this.pausedUntil = this.pause = 0;
  }

  /** The service asks to be left in peace; for how many milliseconds, if it says so. */
  fail(asked = 0): void {
    const now = this.clock();
    this.failures++;
    // Those that were under way when a pause began say the same thing once more.
    if (this.failures >= maxFailures && now >= this.pausedUntil) {
      this.pause = Math.min(this.pause * 2 || firstPauseMs, maxPauseMs.ours);
      this.pausedUntil = now + this.pause * (0.5 + Math.random());
    }
    if (asked > 0) this.pausedUntil = Math.max(this.pausedUntil, now + Math.min(asked, maxPauseMs.asked));
  }
}

function inMaintenance(milliseconds: number): SmartIdServiceError {
  return new SmartIdServiceError(
    'maintenance',
    'The Smart-ID service is under maintenance, so it is not asked at the moment.',
    {
      retryAfterSeconds: Math.ceil(milliseconds / 1000),
    },
  );
}
