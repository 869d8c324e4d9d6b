/**
 * One page that listens to an attempt. What lasts from one second to the next is this object alone: there are many of
 * them.
 */

import type { Observed } from '../rp-api/session-watch.js';
import { SmartIdSessionNotFoundError } from '../shared/errors.js';
import type { Attempt } from './attempt.js';
import type { Attempts } from './attempts.js';
import { unseenEnd } from './decoy.js';
import type { KeptAttempts } from './kept-attempts.js';
import type { Ticker } from './ticker.js';
import { type AttemptView, failedView } from './view.js';

/** Milliseconds of a tick: a QR link is new with each. */
const tickMs = 1000;
/** Milliseconds after its beginning in which a second is met: one clock may be a little ahead of the other. */
const marginMs = 5;

/** Who is shown an attempt, however the views get there. */
export interface ViewListener {
  /** Whether nobody listens any more. */
  readonly isDisconnected: boolean;
  /** What is the same as the last one, or comes before the last one was read, may be left out. */
  show(view: AttemptView): void;
  /** Shows the last view. */
  end(view: AttemptView): void;
  /** Ends without a last view: what is wrong the page learns from the status. */
  disconnect(): void;
  /** Calls back once, when nobody listens any more. */
  onDisconnect(callback: () => void): void;
}

/** Where what is to be shown comes from. */
export interface LiveViewSources {
  attempts: Attempts;
  viewOf: (attempt: Attempt) => AttemptView | Promise<AttemptView>;
  ticker: Ticker;
}

export class LiveView {
  private isScheduled = false;
  private attempt?: Attempt;
  private subscribedTo?: string;
  private unsubscribe = () => {};

  constructor(
    private readonly sources: LiveViewSources,
    private readonly kept: KeptAttempts,
    private readonly listener: ViewListener,
  ) {
    listener.onDisconnect(() => this.unsubscribe());
  }

  /**
   * Shows what there is of an attempt, and goes on by itself. @throws what cannot be shown now; later it cuts the
   * connection.
   */
  async follow(attempt: Attempt): Promise<void> {
    const { listener } = this;
    this.attempt = attempt;
    const view = await this.sources.viewOf(attempt);
    if (listener.isDisconnected) return;
    if (view.state !== 'running' || view.isHeld) return listener.end(view);
    listener.show(view);
    const next = await this.afterChoice(attempt, view);
    if (listener.isDisconnected) return;
    if (!next) return listener.end(failedView(attempt.id, 'no_attempt'));
    if (next.session.sessionID !== attempt.session.sessionID) return this.follow(next);
    this.scheduleNext(next);
  }

  /**
   * From the choice of a certificate on there is a signature, which has a session of its own; undefined where it has
   * ended.
   */
  private afterChoice(attempt: Attempt, { step }: AttemptView): Attempt | Promise<Attempt | undefined> {
    const hasChosen = step === 'signature' && attempt.session.asked.sessionType === 'cert';
    return hasChosen ? this.sources.attempts.readAgain(this.kept, attempt.id) : attempt;
  }

  /** Until the next second of the session, or its end. */
  private scheduleNext(attempt: Attempt): void {
    const { attempts, ticker } = this.sources;
    const { receivedAt, sessionID } = attempt.session;
    this.attempt = attempt;
    this.isScheduled = true;
    if (sessionID !== undefined && sessionID !== this.subscribedTo) {
      this.unsubscribe();
      this.subscribedTo = sessionID;
      this.unsubscribe = attempts.watchOf(attempt).subscribe(sessionID, this.onSessionEnd);
    }
    ticker.after(tickMs - (Math.max(0, attempts.clock() - receivedAt) % tickMs) + marginMs, this.wake);
  }

  private readonly onSessionEnd = (observed: Observed): void => {
    this.subscribedTo = undefined;
    const isUnseen = this.attempt !== undefined && unseenEnd(this.attempt, observed) !== undefined;
    // Nothing is to be seen of it, so it is asked about again with the next second.
    if (isUnseen) return;
    if (observed.state === 'error' && !(observed.error instanceof SmartIdSessionNotFoundError))
      this.listener.disconnect();
    // What else begins with the end, such as a signature after the choice, goes first.
    else setImmediate(this.wake);
  };

  private readonly wake = (): void => {
    const { attempt, listener } = this;
    if (!this.isScheduled || !attempt || listener.isDisconnected) return;
    this.isScheduled = false;
    this.follow(attempt).catch(() => listener.disconnect());
  };
}
