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
  ended: Promise<void>;
  controller: AbortController;
  idle: NodeJS.Timeout;
}

/** Milliseconds after the last question until the poll is given up, or what it brought is forgotten; no wait is as long. */
const idleTime = 25_000;

export class SessionWatch {
  private readonly watched = new Map<string, Watched>();
  private readonly client: Pick<SmartIdClient, 'waitForSession'>;

  constructor(client: Pick<SmartIdClient, 'waitForSession'>) {
    this.client = client;
  }

  /**
   * What is known at this moment; answers at once. An error that may pass is told once, then the session is asked about anew.
   * @param sessionID none where the session is still to begin: the service is not asked, and it counts as running.
   */
  look(sessionID: string | undefined): Look {
    return sessionID === undefined ? { state: 'running' } : this.tell(sessionID, this.watch(sessionID));
  }

  private tell(sessionID: string, watched: Watched): Look {
    const { look } = watched;
    if (look.state === 'error' && !(look.error instanceof SmartIdSessionNotFoundError)) this.forget(sessionID, watched);
    return look;
  }

  /**
   * What is known when the session ends, after `patience` milliseconds, or when the signal aborts.
   * @param sessionID as for `look`: a session that is still to begin does not end.
   */
  async wait(sessionID: string | undefined, patience: number, signal: AbortSignal): Promise<Look> {
    if (sessionID === undefined) {
      await endOf(undefined, patience, signal);
      return { state: 'running' };
    }
    const watched = this.watch(sessionID);
    await endOf(watched, patience, signal);
    return this.tell(sessionID, watched);
  }

  /** Gives up all that is waited for. */
  close(): void {
    for (const [sessionID, watched] of this.watched) this.forget(sessionID, watched);
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
      ended: Promise.resolve(),
      controller,
      idle: setTimeout(() => this.forget(sessionID, watched), idleTime).unref(),
    };
    watched.ended = this.client.waitForSession(sessionID, { signal: controller.signal }).then(
      (status) => {
        watched.look = { state: 'complete', status };
      },
      (error: unknown) => {
        watched.look = { state: 'error', error };
      },
    );
    this.watched.set(sessionID, watched);
    return watched;
  }

  private forget(sessionID: string, watched: Watched): void {
    clearTimeout(watched.idle);
    watched.controller.abort();
    if (this.watched.get(sessionID) === watched) this.watched.delete(sessionID);
  }
}

function endOf(watched: Watched | undefined, patience: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, patience).unref();
    signal.addEventListener('abort', done);
    void watched?.ended.then(done);
  });
}
