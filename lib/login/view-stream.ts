/** The views of an attempt as an async iterable, for frameworks that have streams of their own. */

import { Disconnection } from '../attempt/disconnection.js';
import { Repetitions } from '../attempt/event-stream.js';
import type { ViewListener } from '../attempt/live-view.js';
import type { AttemptView } from '../attempt/view.js';

export class ViewStream extends Disconnection implements ViewListener, AsyncIterableIterator<AttemptView> {
  private readonly repetitions = new Repetitions();
  /** The last view that nobody has read yet: who reads too slowly misses those before, which are of no use any more. */
  private unread?: AttemptView;
  private isLast = false;
  private waiting?: (result: IteratorResult<AttemptView>) => void;

  /** @param signal ends the iteration when it aborts. */
  constructor(signal?: AbortSignal) {
    super();
    if (signal?.aborted) this.disconnect();
    else signal?.addEventListener('abort', () => this.disconnect(), { once: true });
  }

  show(view: AttemptView): void {
    const text = JSON.stringify(view);
    if (this.isDisconnected || !this.repetitions.isNew(text)) return;
    this.repetitions.note(text);
    this.unread = view;
    this.settle();
  }

  end(view: AttemptView): void {
    this.unread = view;
    this.isLast = true;
    this.settle();
  }

  disconnect(): void {
    this.isLast = true;
    this.markDisconnected();
    this.settle();
  }

  next(): Promise<IteratorResult<AttemptView>> {
    return new Promise((resolve) => {
      this.waiting = resolve;
      this.settle();
    });
  }

  async return(): Promise<IteratorResult<AttemptView>> {
    this.disconnect();
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
      this.markDisconnected();
      waiting({ done: true, value: undefined });
    }
  }
}
