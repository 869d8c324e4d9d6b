/** The views of an attempt as an async iterable, for frameworks that have streams of their own. */

import { Departure } from '../attempt/departure.js';
import { Repetitions } from '../attempt/event-stream.js';
import type { Listener } from '../attempt/live-view.js';
import type { AttemptView } from '../attempt/view.js';

export class ViewStream extends Departure implements Listener, AsyncIterableIterator<AttemptView> {
  private readonly repetitions = new Repetitions();
  /** The last view that nobody has read yet: who reads too slowly misses those before, which are of no use any more. */
  private unread?: AttemptView;
  private isLast = false;
  private waiting?: (result: IteratorResult<AttemptView>) => void;

  /** @param signal ends the iteration when it aborts. */
  constructor(signal?: AbortSignal) {
    super();
    if (signal?.aborted) this.cut();
    else signal?.addEventListener('abort', () => this.cut(), { once: true });
  }

  show(view: AttemptView): void {
    const text = JSON.stringify(view);
    if (this.isGone || !this.repetitions.isNew(text)) return;
    this.repetitions.note(text);
    this.unread = view;
    this.settle();
  }

  end(view: AttemptView): void {
    this.unread = view;
    this.isLast = true;
    this.settle();
  }

  cut(): void {
    this.isLast = true;
    this.leave();
    this.settle();
  }

  next(): Promise<IteratorResult<AttemptView>> {
    return new Promise((resolve) => {
      this.waiting = resolve;
      this.settle();
    });
  }

  async return(): Promise<IteratorResult<AttemptView>> {
    this.cut();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private settle(): void {
    const { waiting, unread } = this;
    if (!waiting || (!unread && !this.isLast)) return;
    this.waiting = undefined;
    this.unread = undefined;
    if (unread) waiting({ done: false, value: unread });
    else {
      this.leave();
      waiting({ done: true, value: undefined });
    }
  }
}
