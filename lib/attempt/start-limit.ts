/** How often attempts may be started in one browser session, or sent as a push to one person. */

import { SmartIdLimitError } from '../shared/errors.js';
import type { Undertaking } from '../shared/undertaking.js';
import { type ExpectedSigner, personOf } from '../verify/certificate-checks.js';

/** Counts starts and pushes, in this process or for all processes of a site. */
export interface AttemptLimits {
  /**
   * Counts one more under a key, in a window that begins with the first one and lasts `windowMs`. Nothing may be
   * forgotten before its window ends. A key holds a session id or a personal code: hash it with a secret before it
   * leaves the process.
   * @throws where it cannot count; nothing is started then.
   */
  increment(
    key: string,
    windowMs: number,
  ): Promise<{
    /** How many there are in the window, this one included. */
    count: number;
    /** Milliseconds until the window ends. */
    remainingMs: number;
  }>;
}

const windowMs = 300_000;
/** In a window, for one browser session: each is a request to the RP API, or one to come. */
const maxStarts = 30;
/** In a window, to one person, whoever asks: each lights up a phone. */
const maxPushes = 10;

export class StartLimits {
  private readonly limits: AttemptLimits;
  private readonly what: Undertaking;

  /** @param what is counted apart from the other undertaking where both share the limits. */
  constructor(limits: AttemptLimits, what: Undertaking) {
    this.limits = limits;
    this.what = what;
  }

  /**
   * Counts a start in this browser.
   * @throws SmartIdLimitError when there were too many; SmartIdStoreError when they cannot be counted.
   */
  async countStart(browser: string): Promise<void> {
    await this.count('too_many_starts', browser, maxStarts);
  }

  /**
   * Counts a push to this person.
   * @throws SmartIdLimitError when there were too many; SmartIdStoreError when they cannot be counted.
   */
  async countPush(to: ExpectedSigner): Promise<void> {
    await this.count('too_many_pushes', personOf(to), maxPushes);
  }

  private async count(code: SmartIdLimitError['code'], whose: string, max: number): Promise<void> {
    const { count, remainingMs } = await this.limits.increment(`${this.what}:${code}:${whose}`, windowMs);
    if (count > max) throw new SmartIdLimitError(code, Math.ceil(remainingMs / 1000));
  }
}
