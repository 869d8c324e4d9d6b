/**
 * One long poll for each session that somebody waits for in this process, however many requests ask about it.
 * It begins a moment after the first question, ends with the session, and is given up when nobody has asked for a while.
 */

import { randomInt } from 'node:crypto';
import { SmartIdSessionNotFoundError } from '../errors.js';
import type { SmartIdClient } from './client.js';
import type { CompleteSessionStatus } from './responses.js';

/** What is known of a session: nothing new yet, its end, or why it cannot be asked about. */
export type Look =
  | { state: 'running' }
  | { state: 'complete'; status: CompleteSessionStatus }
  | { state: 'error'; error: unknown };

type Hear = (look: Look) => void;

interface Watched {
  look: Look;
  /** Who is to hear, once, that the session has ended or cannot be asked about. */
  waiting: Set<Hear>;
  controller: AbortController;
  idle: NodeJS.Timeout;
}

/** Milliseconds after the last question or wait until the poll is given up, or what it brought is forgotten. */
const idleTime = 25_000;

/**
 * Milliseconds from the first question to the poll. A request and often a connection begin with it, which takes longer than the
 * answer to a visitor: were it begun before that answer is out, the time of the answer would tell that there is a session, and so
 * an account. It is a random time, so that no request can be sent to meet it, and far shorter than anybody takes to confirm.
 */
export const pollDelayMs = { min: 30, max: 130 };

const running: Look = { state: 'running' };

export class SessionWatch {
  private readonly watched = new Map<string, Watched>();
  private readonly client: Pick<SmartIdClient, 'waitForSession'>;
  private isClosing = false;

  /** @param onComplete hears of each session that has ended, as soon as the service has said so. */
  constructor(
    client: Pick<SmartIdClient, 'waitForSession'>,
    private readonly onComplete: (status: CompleteSessionStatus) => void = () => {},
  ) {
    this.client = client;
  }

  /**
   * What is known at this moment; answers at once. An error that may pass is told once, then the session is asked about anew.
   * @param sessionID none where the session is still to begin: the service is not asked, and it counts as running.
   */
  look(sessionID: string | undefined): Look {
    if (sessionID === undefined) return running;
    const watched = this.isClosing ? this.watched.get(sessionID) : this.watch(sessionID);
    return watched ? this.tell(sessionID, watched) : running;
  }

  /**
   * Hears of the end of a session that is running, once, or why it cannot be asked about. The poll goes on for as long.
   * @returns what ends the waiting.
   */
  follow(sessionID: string, hear: Hear): () => void {
    const watched = this.watch(sessionID);
    if (watched.look.state !== 'running') return () => {};
    watched.waiting.add(hear);
    return () => {
      if (watched.waiting.delete(hear)) this.rest(sessionID, watched);
    };
  }

  /**
   * What is known when the session ends, after `patience` milliseconds, or when the signal aborts.
   * @param sessionID as for `look`: a session that is still to begin does not end.
   */
  async wait(sessionID: string | undefined, patience: number, signal: AbortSignal): Promise<Look> {
    if (sessionID !== undefined) {
      const watched = this.watch(sessionID);
      const look = this.tell(sessionID, watched);
      if (look.state !== 'running') {
        this.rest(sessionID, watched);
        return look;
      }
    }
    if (signal.aborted) return running;
    return new Promise((resolve) => {
      const done = (look: Look) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        leave();
        resolve(look);
      };
      const stop = () => done(running);
      const timer = setTimeout(stop, patience).unref();
      signal.addEventListener('abort', stop);
      const leave = sessionID === undefined ? () => {} : this.follow(sessionID, done);
    });
  }

  /** From now on only what somebody waits for is asked about; there are no timers or requests once nobody does. */
  close(): void {
    this.isClosing = true;
    for (const [sessionID, watched] of this.watched) this.rest(sessionID, watched);
  }

  private tell(sessionID: string, watched: Watched): Look {
    const { look } = watched;
    if (look.state === 'error' && !(look.error instanceof SmartIdSessionNotFoundError)) this.forget(sessionID, watched);
    return look;
  }

  private watch(sessionID: string): Watched {
    const present = this.watched.get(sessionID);
    if (present) {
      if (present.waiting.size === 0) present.idle.refresh();
      return present;
    }
    const watched: Watched = {
      look: running,
      waiting: new Set(),
      controller: new AbortController(),
      idle: setTimeout(() => {
        if (watched.waiting.size > 0) watched.idle.refresh();
        else this.forget(sessionID, watched);
      }, idleTime).unref(),
    };
    this.watched.set(sessionID, watched);
    setTimeout(() => void this.ask(sessionID, watched), randomInt(pollDelayMs.min, pollDelayMs.max)).unref();
    return watched;
  }

  private async ask(sessionID: string, watched: Watched): Promise<void> {
    // Given up before it has begun.
    if (watched.controller.signal.aborted) return;
    try {
      const status = await this.client.waitForSession(sessionID, { signal: watched.controller.signal });
      watched.look = { state: 'complete', status };
      this.onComplete(status);
    } catch (error) {
      watched.look = { state: 'error', error };
    }
    const waiting = [...watched.waiting];
    if (waiting.length === 0) return;
    watched.waiting.clear();
    const look = this.tell(sessionID, watched);
    this.rest(sessionID, watched);
    for (const hear of waiting) hear(look);
  }

  /** Once an answer was given or a wait has ended. */
  private rest(sessionID: string, watched: Watched): void {
    if (watched.waiting.size > 0 || this.watched.get(sessionID) !== watched) return;
    if (this.isClosing) this.forget(sessionID, watched);
    else watched.idle.refresh();
  }

  private forget(sessionID: string, watched: Watched): void {
    clearTimeout(watched.idle);
    if (watched.look.state === 'running') watched.controller.abort();
    if (this.watched.get(sessionID) === watched) this.watched.delete(sessionID);
  }
}
