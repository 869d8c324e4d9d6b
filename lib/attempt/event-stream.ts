/** Views as server-sent events (WHATWG HTML, section 9.2) over a response of Node. */

import type { ServerResponse } from 'node:http';
import type { ViewListener } from './live-view.js';
import type { AttemptView } from './view.js';
import { waits } from './waits.js';

/** Milliseconds after which what has not changed is said again, so that a page notices a dead connection. */
const heartbeatMs = 10_000;

/** Neither a cache nor a compressor nor nginx may keep events back. */
export const eventStreamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
} as const;

/** JSON has no line breaks, so it is one line of data. */
export function eventOf(text: string): string {
  return `data: ${text}\n\n`;
}

/** Leaves out what was said a moment ago. */
export class Repetitions {
  private said = '';
  private saidAt = 0;

  isNew(text: string): boolean {
    return text !== this.said || performance.now() - this.saidAt >= heartbeatMs;
  }

  note(text: string): void {
    this.said = text;
    this.saidAt = performance.now();
  }
}

export class EventStream implements ViewListener {
  private readonly repetitions = new Repetitions();

  /** @param textOf the JSON text of a view. */
  constructor(
    private readonly res: ServerResponse,
    private readonly textOf: (view: AttemptView) => string,
  ) {
    if (res.destroyed) return;
    for (const [name, value] of Object.entries(eventStreamHeaders)) res.setHeader(name, value);
    res.flushHeaders();
  }

  get isDisconnected(): boolean {
    return this.res.destroyed;
  }

  onDisconnect(callback: () => void): void {
    this.res.once('close', callback);
  }

  show(view: AttemptView): void {
    const text = this.textOf(view);
    // Who reads too slowly gets the next one: old links are of no use.
    if (!this.repetitions.isNew(text) || this.res.writableNeedDrain) return;
    this.res.write(eventOf(text));
    this.repetitions.note(text);
  }

  /**
   * Leaves it to the page to close the connection. The response is never ended: express-session would then keep the
   * session, as it was when the page began to listen, and undo what happened to it meanwhile.
   */
  end(view: AttemptView): void {
    this.res.write(eventOf(this.textOf(view)));
    const timer = setTimeout(() => this.res.destroy(), waits.partingMs).unref();
    this.res.once('close', () => clearTimeout(timer));
  }

  disconnect(): void {
    this.res.destroy();
  }
}
