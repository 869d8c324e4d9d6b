/**
 * Live updates of an attempt as server-sent events (WHATWG HTML, section 9.2): a view each second while there is a QR code to
 * draw anew, and the end of the session at once. A page without them asks for the status instead.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Request, RequestHandler, Response } from 'express';
import { SmartIdLimitError, SmartIdSessionNotFoundError } from '../errors.js';
import type { Attempt } from './attempt.js';
import type { Attempts } from './attempts.js';
import { type AttemptView, failedView } from './view.js';

/** Milliseconds of a tick: a QR link is new with each. */
const tick = 1000;
/** Milliseconds after its beginning in which a second is met: a timer may fire a little early, and would find the second before. */
const margin = 5;
/** Milliseconds after which what has not changed is said again, so that a page notices a dead connection. */
const heartbeat = 10_000;
/** Milliseconds that a page has to close the connection after the last event, before we do. */
const parting = 5_000;
/** For one attempt at a time: a few tabs may show it. */
const mostStreams = 10;

/** What a site adds to a view or makes of it before it is sent. */
export type Show = (view: AttemptView, req: Request) => object;

export class Updates {
  private readonly streams = new Map<string, number>();
  private readonly open = new Set<Response>();
  private isClosing = false;
  private readonly attempts: Attempts;
  private readonly viewOf: (req: Request, attempt: Attempt) => Promise<AttemptView>;

  /** @param viewOf what `status` would show of an attempt. */
  constructor(attempts: Attempts, viewOf: (req: Request, attempt: Attempt) => Promise<AttemptView>) {
    this.attempts = attempts;
    this.viewOf = viewOf;
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
    for (const res of this.open) res.destroy();
  }

  private async send(req: Request, res: Response, show: Show): Promise<void> {
    const { id, attempt } = await this.attempts.named(req);
    if (this.isClosing) res.destroy();
    // Who has left meanwhile is not heard of any more.
    if (res.destroyed) return;
    // Of others nobody else may take a place.
    if (attempt) this.enter(id);
    const gone = new AbortController();
    this.open.add(res);
    res.once('close', () => {
      gone.abort();
      this.open.delete(res);
      if (attempt) this.leave(id);
    });
    begin(res);
    const isOver = attempt !== undefined && (await this.follow(req, res, attempt, show, gone.signal));
    if (!isOver) write(res, JSON.stringify(show(failedView(id, 'no_attempt'), req)));
    await partFrom(res, gone.signal);
  }

  /** Sends views until there is nothing more to come. False when the attempt is not there any more. */
  private async follow(req: Request, res: Response, begun: Attempt, show: Show, gone: AbortSignal): Promise<boolean> {
    let attempt: Attempt | undefined = begun;
    let sent = '';
    let sentAt = 0;
    while (attempt && !gone.aborted) {
      const view = await this.viewOf(req, attempt);
      const text = JSON.stringify(show(view, req));
      const isLast = view.state !== 'running' || view.isHeld;
      const isDue = text !== sent || performance.now() - sentAt >= heartbeat;
      // Who reads too slowly gets the next one: old links are of no use.
      if (isLast || (isDue && !res.writableNeedDrain)) {
        write(res, text);
        sent = text;
        sentAt = performance.now();
      }
      if (isLast) return true;
      const next: Attempt | undefined = await this.afterChoice(req, attempt, view);
      if (next?.session.sessionID === attempt.session.sessionID) await this.nextTick(attempt, gone);
      attempt = next;
    }
    return attempt !== undefined;
  }

  /** From the choice of a certificate on there is a signature, which has a session of its own; undefined where it has ended. */
  private async afterChoice(req: Request, attempt: Attempt, { step }: AttemptView): Promise<Attempt | undefined> {
    const hasChosen = step === 'signature' && attempt.session.asked.sessionType === 'cert';
    return hasChosen ? this.attempts.readAgain(req, attempt.id) : attempt;
  }

  /** Waits for the next second of the session, or for its end. */
  private async nextTick(attempt: Attempt, gone: AbortSignal): Promise<void> {
    const { attempts } = this;
    const { sessionID, receivedAt } = attempt.session;
    const pause = tick - (Math.max(0, attempts.clock() - receivedAt) % tick) + margin;
    // Of a session that does not exist nobody may be asked, and of one that has ended nothing more is to come.
    if (attempt.accountProblem || attempts.watch.look(sessionID).state !== 'running') {
      await sleep(pause, undefined, { signal: gone, ref: false }).catch(() => {});
      return;
    }
    const look = await attempts.watch.wait(sessionID, pause, gone);
    if (look.state === 'error' && !(look.error instanceof SmartIdSessionNotFoundError)) throw look.error;
  }

  private enter(id: string): void {
    const open = this.streams.get(id) ?? 0;
    if (open >= mostStreams) throw new SmartIdLimitError('too_many_updates', 1);
    this.streams.set(id, open + 1);
  }

  private leave(id: string): void {
    const left = (this.streams.get(id) ?? 1) - 1;
    if (left > 0) this.streams.set(id, left);
    else this.streams.delete(id);
  }
}

function begin(res: Response): void {
  res.set({
    'content-type': 'text/event-stream; charset=utf-8',
    // Neither a cache nor a compressor nor nginx may keep events back.
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  });
  res.flushHeaders();
}

/** JSON has no line breaks, so it is one line of data. */
function write(res: Response, text: string): void {
  res.write(`data: ${text}\n\n`);
}

/**
 * Leaves it to the page to close the connection. The response is never ended: express-session would then keep the session, as
 * it was when the page began to listen, and undo what happened to it meanwhile.
 */
async function partFrom(res: Response, gone: AbortSignal): Promise<void> {
  await sleep(parting, undefined, { signal: gone, ref: false }).catch(() => {});
  res.destroy();
}
