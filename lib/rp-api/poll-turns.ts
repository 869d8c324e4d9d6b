/**
 * Bounds how many long polls there are at a time, and lets them take turns where more sessions are to be asked about
 * than that. As long as they are fewer each poll takes as long as it likes. With more, each poll is short and goes to
 * the end of the queue, so that all sessions are asked about again and again, however many of them somebody starts.
 */

export interface Turn {
  /** Whether others wait for their turn, so that this one is to be over after `turnMs`. */
  isShort: boolean;
  /** Aborted where the turn ends before the poll, for others or because the poll is given up. */
  signal: AbortSignal;
}

/**
 * One poll, which resolves to whether another one is to follow, and never rejects. It ends soon after the turn's
 * signal.
 */
export type Poll = (turn: Turn) => Promise<boolean>;

interface Entry {
  poll: Poll;
  /** Of its turn, while it has one. */
  controller?: AbortController;
  /** While it is in the queue: what makes room for somebody if its turn does not come otherwise. */
  patience?: NodeJS.Timeout;
}

export class PollTurns {
  private readonly queue = new Set<Entry>();
  private readonly running = new Set<Entry>();
  /** Those of the running ones that began when nobody waited. The oldest comes first. */
  private readonly long = new Set<Entry>();

  constructor(
    private readonly maxPolls: number,
    readonly turnMs: number,
  ) {}

  /** Polls whenever it is its turn, at once if there is room, until no other poll is to follow or the signal aborts. */
  add(poll: Poll, signal: AbortSignal): void {
    if (signal.aborted) return;
    const entry: Entry = { poll };
    signal.addEventListener('abort', () => this.remove(entry), { once: true });
    this.enqueue(entry);
  }

  private enqueue(entry: Entry): void {
    this.queue.add(entry);
    this.beginNext();
    if (!this.queue.has(entry)) return;
    entry.patience = setTimeout(() => this.interruptOldest(), this.turnMs).unref();
  }

  private beginNext(): void {
    while (this.running.size < this.maxPolls) {
      const [entry] = this.queue;
      if (!entry) return;
      this.queue.delete(entry);
      clearTimeout(entry.patience);
      void this.begin(entry);
    }
  }

  private async begin(entry: Entry): Promise<void> {
    const controller = new AbortController();
    const isShort = this.queue.size > 0;
    entry.controller = controller;
    this.running.add(entry);
    if (!isShort) this.long.add(entry);
    const isToBeContinued = await entry.poll({ isShort, signal: controller.signal });
    this.long.delete(entry);
    // Where it was given up, others have begun in its place.
    if (!this.running.delete(entry)) return;
    if (isToBeContinued) this.enqueue(entry);
    else this.beginNext();
  }

  /** Makes room where somebody has waited for as long as a short turn takes. */
  private interruptOldest(): void {
    const [oldest] = this.long;
    if (!oldest) return;
    this.long.delete(oldest);
    oldest.controller?.abort();
  }

  private remove(entry: Entry): void {
    clearTimeout(entry.patience);
    this.queue.delete(entry);
    this.long.delete(entry);
    this.running.delete(entry);
    entry.controller?.abort();
    this.beginNext();
  }
}
