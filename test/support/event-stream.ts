/** Server-sent events as a page gets them; the page may also stop reading, or leave. */

import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { Browser } from './site.js';

/** Milliseconds after which a test has waited long enough. */
const patience = 15_000;

export class EventStream {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** All that have come. */
  readonly events: any[] = [];
  /** When they came, by `performance.now`. */
  readonly times: number[] = [];
  isClosed = false;
  private readonly response: IncomingMessage;
  private readonly waiting = new Set<() => void>();
  private parts: string[] = [];
  private taken = 0;

  private constructor(response: IncomingMessage) {
    this.response = response;
    this.status = response.statusCode ?? 0;
    this.headers = response.headers;
    response.setEncoding('utf8');
    response.on('error', () => {});
    response.on('close', () => {
      this.isClosed = true;
      this.wake();
    });
  }

  /** @param isReading whether the page reads what comes, from the beginning. */
  static async open(
    browser: Browser,
    path: string,
    { isReading = true, headers = {} }: { isReading?: boolean; headers?: Record<string, string> } = {},
  ): Promise<EventStream> {
    const sent = { accept: 'text/event-stream', cookie: await browser.cookies(), ...headers };
    const request = get(new URL(path, browser.origin), { agent: false, headers: sent });
    const [response] = await once(request, 'response');
    request.on('error', () => {});
    const stream = new EventStream(response);
    if (isReading) stream.read();
    return stream;
  }

  /** Reads all that has come and will come. */
  read(): void {
    this.response.on('data', (part: string) => this.take(part));
  }

  /** The next event that was not taken yet. */
  async next(): Promise<any> {
    await this.until(() => this.events.length > this.taken || this.isClosed);
    if (this.events.length === this.taken) throw new Error('The stream has ended.');
    return this.events[this.taken++];
  }

  /** The next event that is not `running`. */
  async end(): Promise<any> {
    for (;;) {
      const view = await this.next();
      if (view.state !== 'running') return view;
    }
  }

  /** Resolves when the server has closed the connection. */
  closed(): Promise<void> {
    return this.until(() => this.isClosed);
  }

  /** Leaves, as a page does that is closed. */
  leave(): void {
    this.response.destroy();
  }

  private take(part: string): void {
    this.parts.push(part);
    if (!part.endsWith('\n')) return;
    const text = this.parts.join('');
    if (!text.endsWith('\n\n')) return;
    this.parts = [];
    for (const event of text.slice(0, -2).split('\n\n')) {
      const [, data] = /^data: (.*)$/.exec(event) ?? [];
      if (data === undefined) throw new Error(`This is no event: ${event.slice(0, 200)}`);
      this.events.push(JSON.parse(data));
      this.times.push(performance.now());
    }
    this.wake();
  }

  private wake(): void {
    for (const look of [...this.waiting]) look();
  }

  private until(condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(look);
        reject(new Error(`Nothing more came after ${this.events.length} events.`));
      }, patience);
      const look = () => {
        if (!condition()) return;
        clearTimeout(timer);
        this.waiting.delete(look);
        resolve();
      };
      this.waiting.add(look);
      look();
    });
  }
}
