/**
 * One timer for all that is waited for second by second, however much that is: with a timer for each of ten thousand
 * pages, the event loop would go round for each of them alone.
 */

/** Milliseconds by which something may be late, so that it happens together with its neighbours. */
const slotMs = 20;

type Work = () => void;

export class Ticker {
  /** By the number of the slot at whose beginning it is to be done, counted from the time origin. */
  private readonly due = new Map<number, Work[]>();
  private timer?: NodeJS.Timeout;

  /**
   * Does the work once, not before so many milliseconds have passed and about a slot later at the most. What is waited
   * for does not hold the process, and cannot be called off.
   */
  after(milliseconds: number, work: Work): void {
    const index = Math.ceil((performance.now() + milliseconds) / slotMs);
    const works = this.due.get(index);
    if (works) works.push(work);
    else this.due.set(index, [work]);
    this.timer ??= this.next();
  }

  private run(): void {
    const present = performance.now() / slotMs;
    const works: Work[] = [];
    for (const [index, ofSlot] of this.due) {
      if (index > present) continue;
      this.due.delete(index);
      works.push(...ofSlot);
    }
    for (const work of works) work();
    this.timer = this.due.size > 0 ? this.next() : undefined;
  }

  private next(): NodeJS.Timeout {
    // A timer may fire a little early.
    return setTimeout(() => this.run(), slotMs - (performance.now() % slotMs) + 1).unref();
  }
}
