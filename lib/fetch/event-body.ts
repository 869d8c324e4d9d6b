/** Views as server-sent events (WHATWG HTML, section 9.2) in the body of a `Response`. */

import { Disconnection } from '../attempt/disconnection.js';
import { eventOf, Repetitions } from '../attempt/event-stream.js';
import type { ViewListener } from '../attempt/live-view.js';
import type { AttemptView } from '../attempt/view.js';

export class EventBody extends Disconnection implements ViewListener {
  readonly body: ReadableStream<Uint8Array>;
  private readonly repetitions = new Repetitions();
  private readonly encoder = new TextEncoder();
  private controller?: ReadableStreamDefaultController<Uint8Array>;

  /** @param textOf the JSON text of a view. */
  constructor(
    signal: AbortSignal,
    private readonly textOf: (view: AttemptView) => string,
  ) {
    super();
    this.body = new ReadableStream({
      start: (controller) => {
        this.controller = controller;
      },
      cancel: () => this.markDisconnected(),
    });
    if (signal.aborted) this.disconnect();
    else signal.addEventListener('abort', () => this.disconnect(), { once: true });
  }

  show(view: AttemptView): void {
    const text = this.textOf(view);
    // Who reads too slowly gets the next one: old links are of no use.
    if (this.isDisconnected || !this.repetitions.isNew(text) || (this.controller?.desiredSize ?? 0) <= 0) return;
    this.write(text);
    this.repetitions.note(text);
  }

  end(view: AttemptView): void {
    if (this.isDisconnected) return;
    this.write(this.textOf(view));
    this.disconnect();
  }

  disconnect(): void {
    if (this.isDisconnected) return;
    this.markDisconnected();
    this.controller?.close();
  }

  private write(text: string): void {
    this.controller?.enqueue(this.encoder.encode(eventOf(text)));
  }
}
