/** One page that listens to an attempt. What lasts from one second to the next is this object alone: there are many of them. */

import type { Request, Response } from 'express';
import { SmartIdSessionNotFoundError } from '../errors.js';
import type { Look } from '../rp-api/session-watch.js';
import type { Attempt } from './attempt.js';
import type { Attempts } from './attempts.js';
import { unseenEnd } from './decoy.js';
import type { Ticker } from './ticker.js';
import { type AttemptView, failedView } from './view.js';
import { waits } from './waits.js';

/** Milliseconds of a tick: a QR link is new with each. */
const tick = 1000;
/** Milliseconds after its beginning in which a second is met: one clock may be a little ahead of the other. */
const margin = 5;
/** Milliseconds after which what has not changed is said again, so that a page notices a dead connection. */
const heartbeat = 10_000;

/** What a site adds to a view or makes of it before it is sent. */
export type Show = (view: AttemptView, req: Request) => object;

/** Where what is to be said comes from. */
export interface Sources {
  attempts: Attempts;
  viewOf: (req: Request, attempt: Attempt) => AttemptView | Promise<AttemptView>;
  ticker: Ticker;
}

export class LiveView {
  private sent = '';
  private sentAt = 0;
  private isResting = false;
  private attempt?: Attempt;
  private followed?: string;
  private leave = () => {};

  constructor(
    private readonly sources: Sources,
    private readonly req: Request,
    private readonly res: Response,
    private readonly show: Show,
  ) {
    res.once('close', () => this.leave());
    res.set({
      'content-type': 'text/event-stream; charset=utf-8',
      // Neither a cache nor a compressor nor nginx may keep events back.
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    res.flushHeaders();
  }

  /** Says what there is of an attempt, and goes on by itself. @throws what cannot be said now; later it cuts the connection. */
  async follow(attempt: Attempt): Promise<void> {
    this.attempt = attempt;
    const view = await this.sources.viewOf(this.req, attempt);
    if (this.res.destroyed) return;
    if (view.state !== 'running' || view.isHeld) return this.end(view);
    this.say(view);
    const next = await this.afterChoice(attempt, view);
    if (this.res.destroyed) return;
    if (!next) return this.end(failedView(attempt.id, 'no_attempt'));
    if (next.session.sessionID !== attempt.session.sessionID) return this.follow(next);
    this.rest(next);
  }

  /**
   * Says the last word, and leaves it to the page to close the connection. The response is never ended: express-session would then
   * keep the session, as it was when the page began to listen, and undo what happened to it meanwhile.
   */
  end(view: AttemptView): void {
    this.write(JSON.stringify(this.show(view, this.req)));
    const timer = setTimeout(() => this.res.destroy(), waits.partingMs).unref();
    this.res.once('close', () => clearTimeout(timer));
  }

  private say(view: AttemptView): void {
    const text = JSON.stringify(this.show(view, this.req));
    const now = performance.now();
    if (text === this.sent && now - this.sentAt < heartbeat) return;
    // Who reads too slowly gets the next one: old links are of no use.
    if (this.res.writableNeedDrain) return;
    this.write(text);
    this.sent = text;
    this.sentAt = now;
  }

  /** JSON has no line breaks, so it is one line of data. */
  private write(text: string): void {
    this.res.write(`data: ${text}\n\n`);
  }

  /** From the choice of a certificate on there is a signature, which has a session of its own; undefined where it has ended. */
  private afterChoice(attempt: Attempt, { step }: AttemptView): Attempt | Promise<Attempt | undefined> {
    const hasChosen = step === 'signature' && attempt.session.asked.sessionType === 'cert';
    return hasChosen ? this.sources.attempts.readAgain(this.req, attempt.id) : attempt;
  }

  /** Until the next second of the session, or its end. */
  private rest(attempt: Attempt): void {
    const { attempts, ticker } = this.sources;
    const { receivedAt, sessionID } = attempt.session;
    this.attempt = attempt;
    this.isResting = true;
    if (sessionID !== undefined && sessionID !== this.followed) {
      this.leave();
      this.followed = sessionID;
      this.leave = attempts.watchOf(attempt).follow(sessionID, this.hear);
    }
    ticker.after(tick - (Math.max(0, attempts.clock() - receivedAt) % tick) + margin, this.wake);
  }

  private readonly hear = (look: Look): void => {
    this.followed = undefined;
    const isUnseen = this.attempt !== undefined && unseenEnd(this.attempt, look) !== undefined;
    // Nothing is to be seen of it, so it is asked about again with the next second.
    if (isUnseen) return;
    // The page learns from the status what is wrong.
    if (look.state === 'error' && !(look.error instanceof SmartIdSessionNotFoundError)) this.res.destroy();
    // What else begins with the end, such as a signature after the choice, goes first.
    else setImmediate(this.wake);
  };

  private readonly wake = (): void => {
    const { attempt, res } = this;
    if (!this.isResting || !attempt || res.destroyed) return;
    this.isResting = false;
    this.follow(attempt).catch(() => res.destroy());
  };
}
