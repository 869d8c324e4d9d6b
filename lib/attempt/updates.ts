/**
 * Live updates of an attempt as server-sent events (WHATWG HTML, section 9.2): a view each second while there is a QR code to
 * draw anew, and the end of the session at once. A page without them asks for the status instead.
 */

import type { Request, RequestHandler, Response } from 'express';
import { SmartIdLimitError } from '../errors.js';
import type { Attempts } from './attempts.js';
import { LiveView, type Show, type Sources } from './live-view.js';
import { Ticker } from './ticker.js';
import { failedView } from './view.js';

/** For one attempt at a time: a few tabs may show it. */
const mostStreams = 10;

export class Updates {
  /** The open connections by their attempt; under `undefined` those that ask for one that is not here. */
  private readonly open = new Map<string | undefined, Set<Response>>();
  private isClosing = false;
  private readonly sources: Sources;

  /** @param viewOf what `status` would show of an attempt. */
  constructor(attempts: Attempts, viewOf: Sources['viewOf']) {
    this.sources = { attempts, viewOf, ticker: new Ticker() };
  }

  handler(show: Show = (view) => view): RequestHandler {
    return (req, res, next) => {
      this.send(req, res, show).catch((error: unknown) => {
        // What went wrong the page learns from the status, and with it the site's error handler.
        if (res.headersSent) res.destroy();
        else next(error);
      });
    };
  }

  /** Cuts all connections: the pages go on with another process, or with this one when it is back. */
  close(): void {
    this.isClosing = true;
    for (const responses of this.open.values()) for (const res of responses) res.destroy();
  }

  private async send(req: Request, res: Response, show: Show): Promise<void> {
    const { id, attempt } = await this.sources.attempts.named(req);
    if (this.isClosing) res.destroy();
    // Who has left meanwhile is not heard of any more.
    if (res.destroyed) return;
    this.enter(attempt?.id, res);
    const live = new LiveView(this.sources, req, res, show);
    if (attempt) await live.follow(attempt);
    else live.end(failedView(id, 'no_attempt'));
  }

  /** Of others nobody else may take a place. */
  private enter(id: string | undefined, res: Response): void {
    const responses = this.open.get(id) ?? new Set();
    if (id !== undefined && responses.size >= mostStreams) throw new SmartIdLimitError('too_many_updates', 1);
    this.open.set(id, responses.add(res));
    res.once('close', () => {
      responses.delete(res);
      if (responses.size === 0) this.open.delete(id);
    });
  }
}
