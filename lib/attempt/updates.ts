/**
 * Live updates of an attempt: a view each second while there is a QR code to draw anew, and the end of the session at
 * once. A page without them asks for the status instead.
 */

import { SmartIdLimitError } from '../shared/errors.js';
import type { Attempts } from './attempts.js';
import type { KeptAttempts } from './kept-attempts.js';
import { LiveView, type LiveViewSources, type ViewListener } from './live-view.js';
import { Ticker } from './ticker.js';
import { failedView } from './view.js';

/** For one attempt at a time: a few tabs may show it. */
const maxListeners = 10;

export class Updates {
  /** Who listens, by the attempt; under `undefined` those that ask for one that is not here. */
  private readonly listeners = new Map<string | undefined, Set<ViewListener>>();
  private isClosing = false;
  private readonly sources: Omit<LiveViewSources, 'viewOf'>;

  constructor(attempts: Attempts) {
    this.sources = { attempts, ticker: new Ticker() };
  }

  /**
   * Shows the attempt of this id to a listener that is made once it is sure that there is something to show.
   * @param viewOf what `status` would show of an attempt.
   * @throws SmartIdLimitError when too many listen, and what cannot be shown; what is wrong later cuts the listener.
   */
  async listen(
    kept: KeptAttempts,
    id: string,
    viewOf: LiveViewSources['viewOf'],
    createListener: () => ViewListener,
  ): Promise<void> {
    const attempt = await this.sources.attempts.read(kept, id);
    if (attempt && (this.listeners.get(attempt.id)?.size ?? 0) >= maxListeners) {
      throw new SmartIdLimitError('too_many_updates', 1);
    }
    const listener = createListener();
    if (this.isClosing) listener.disconnect();
    // Who has left meanwhile is not heard of any more.
    if (listener.isDisconnected) return;
    this.enter(attempt?.id, listener);
    try {
      if (attempt) await new LiveView({ ...this.sources, viewOf }, kept, listener).follow(attempt);
      else listener.end(failedView(id, 'no_attempt'));
    } catch {
      listener.disconnect();
    }
  }

  /** Cuts all: the pages go on with another process, or with this one when it is back. */
  close(): void {
    this.isClosing = true;
    for (const listeners of this.listeners.values()) for (const listener of [...listeners]) listener.disconnect();
  }

  private enter(id: string | undefined, listener: ViewListener): void {
    const listeners = this.listeners.get(id) ?? new Set();
    this.listeners.set(id, listeners.add(listener));
    listener.onDisconnect(() => {
      listeners.delete(listener);
      if (listeners.size === 0) this.listeners.delete(id);
    });
  }
}
