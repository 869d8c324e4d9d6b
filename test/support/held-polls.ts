/** Keeps long polls from beginning, so that a test sees what has happened until then. */

/** Milliseconds of the timers with which a long poll begins; see `lib/rp-api/session-watch.ts`. */
const isPollDelay = (delay: number) => delay >= 30 && delay < 130;

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
