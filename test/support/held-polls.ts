/** Keeps long polls from beginning, so that a test sees what has happened until then. */

import { pollDelayMs } from '../../lib/rp-api/session-watch.js';

/** Whether it is for the beginning of a long poll that a timer takes so long. */
const isPollDelay = (delay: number) => delay >= pollDelayMs.min && delay < pollDelayMs.max;

export class HeldPolls {
  private readonly setTimeout = globalThis.setTimeout;
  private held: (() => void)[] = [];

  constructor() {
    const hold = (handler: () => void, delay: number, ...rest: unknown[]) => {
      if (!isPollDelay(delay)) return this.setTimeout(handler, delay, ...rest);
      this.held.push(handler);
      return { unref: () => undefined };
    };
    globalThis.setTimeout = hold as unknown as typeof setTimeout;
  }

  /** Lets those begin that wait. How many there were. */
  release(): number {
    const handlers = this.held;
    this.held = [];
    for (const begin of handlers) begin();
    return handlers.length;
  }

  end(): void {
    globalThis.setTimeout = this.setTimeout;
    this.release();
  }
}
