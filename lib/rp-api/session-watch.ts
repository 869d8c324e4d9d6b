/**
 * One long poll for each session that somebody waits for in this process, however many requests ask about it.
 * It begins with the first question, ends with the session, and is given up when nobody has asked for a while.
 */

import { SmartIdSessionNotFoundError } from '../errors.js';
import type { SmartIdClient } from './client.js';
import type { CompleteSessionStatus } from './responses.js';

/** What is known of a session: nothing new yet, its end, or why it cannot be asked about. */
export type Look =
  | { state: 'running' }
  | { state: 'complete'; status: CompleteSessionStatus }
  | { state: 'error'; error: unknown };

interface Watched {
  look: Look;
  /** To be called when the session ends, or cannot be asked about. */
  waiting: Set<() => void>;
  controller: AbortController;
  idle: NodeJS.Timeout;
}

/** Milliseconds after the last question until the poll is given up, or what it brought is forgotten; no wait is as long. */
const idleTime = 25_000;

export class SessionWatch {
  private readonly watched = new Map<string, Watched>();
  private readonly client: Pick<SmartIdClient, 'waitForSession'>;
  private isClosing = false;

  constructor(client: Pick<SmartIdClient, 'waitForSession'>) {
    this.client = client;
  }

  /**
   * What is known at this moment; answers at once. An error that may pass is told once, then the session is asked about anew.
   * @param sessionID none where the session is still to begin: the service is not asked, and it counts as running.
   */
  look(sessionID: string | undefined): Look {
    if (sessionID === undefined) return { state: 'running' };
    const watched = this.isClosing ? this.watched.get(sessionID) : this.watch(sessionID);
    return watched ? this.tell(sessionID, watched) : { state: 'running' };
  }

  /**
   * What is known when the session ends, after `patience` milliseconds, or when the signal aborts.
   * @param sessionID as for `look`: a session that is still to begin does not end.
   */
  async wait(sessionID: string | undefined, patience: number, signal: AbortSignal): Promise<Look> {
    const watched = sessionID === undefined ? undefined : this.watch(sessionID);
    await endOf(watched, patience, signal);
    if (sessionID === undefined || !watched) return { state: 'running' };
    const look = this.tell(sessionID, watched);
    if (this.isClosing && watched.waiting.size === 0) this.forget(sessionID, watched);
    return look;
  }

  /** From now on only what somebody waits for is asked about; there are no timers or requests once nobody does. */
  close(): void {
    this.isClosing = true;
    for (const [sessionID, watched] of this.watched) if (watched.waiting.size === 0) this.forget(sessionID, watched);
  }

  private tell(sessionID: string, watched: Watched): Look {
    const { look } = watched;
    if (look.state === 'error' && !(look.error instanceof SmartIdSessionNotFoundError)) this.forget(sessionID, watched);
    return look;
  }

  private watch(sessionID: string): Watched {
    const present = this.watched.get(sessionID);
    if (present) {
      present.idle.refresh();
      return present;
    }
    const controller = new AbortController();
    const watched: Watched = {
      look: { state: 'running' },
      waiting: new Set(),
      controller,
      idle: setTimeout(() => this.forget(sessionID, watched), idleTime).unref(),
    };
    this.watched.set(sessionID, watched);
    void this.ask(sessionID, watched);
    return watched;
  }

  private async ask(sessionID: string, watched: Watched): Promise<void> {
    try {
      const status = await this.client.waitForSession(sessionID, { signal: watched.controller.signal });
      watched.look = { state: 'complete', status };
    } catch (error) {
      watched.look = { state: 'error', error };
    }
    for (const tell of watched.waiting) tell();
  }

  private forget(sessionID: string, watched: Watched): void {
    clearTimeout(watched.idle);
    watched.controller.abort();
    if (this.watched.get(sessionID) === watched) this.watched.delete(sessionID);
  }
}

function endOf(watched: Watched | undefined, patience: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || (watched && watched.look.state !== 'running')) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      watched?.waiting.delete(done);
      resolve();
    };
    const timer = setTimeout(done, patience).unref();
    signal.addEventListener('abort', done);
    watched?.waiting.add(done);
  });
}
