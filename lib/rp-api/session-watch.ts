/**
 * One long poll for each session that somebody waits for in this process, however many requests ask about it. It begins
 * a moment after the first question, ends with the session, and is given up when nobody has asked for a while. Where
 * more sessions are waited for than there may be polls, the polls take turns.
 */

import { randomInt } from 'node:crypto';
import { SmartIdServiceError, SmartIdSessionNotFoundError } from '../shared/errors.js';
import { SmartIdClient } from './client.js';
import { PollTurns, type Turn } from './poll-turns.js';
import type { CompleteSessionStatus } from './responses.js';

/** What is known of a session: nothing new yet, its end, or why it cannot be asked about. */
export type Observed =
  | { state: 'running' }
  | { state: 'complete'; status: CompleteSessionStatus }
  | { state: 'error'; error: unknown };

type OnEnd = (observed: Observed) => void;

interface Watched {
  observed: Observed;
  /** Who is to hear, once, that the session has ended or cannot be asked about. */
  waiting: Set<OnEnd>;
  controller: AbortController;
  /** Ends the poll, or forgets what it brought. */
  idle: NodeJS.Timeout;
  /** Short polls in a row that have failed. */
  failures: number;
}

/**
 * Milliseconds after the last question or wait until the poll is given up, or the error that it brought is forgotten.
 */
const maxIdleMs = 25_000;

/**
 * How long a result is kept, whoever asks about it: the page may have gone to sleep while the person was in the app,
 * and the service need not be there when it comes back. It is as long as an attempt may be finished after its start, so
 * as long as it may be of use.
 */
export const resultLifetimeMs = 180_000;
const maxResults = 10_000;

/** Long polls of this process at a time. Each is a connection and a request that the service holds. */
const maxPolls = 10_000;
/**
 * With more sessions than that, a poll lasts for so long: shorter ones would be more requests than all others together.
 */
const turnMs = 5_000;
const turnsOfProcess = new PollTurns(maxPolls, turnMs);

/** Short polls in a row that may fail before those who wait hear of it. Longer polls ask again by themselves. */
const maxFailures = 4;

/**
 * Milliseconds from the first question to the poll. A request and often a connection begin with it, which takes longer
 * than the answer to a visitor: were it begun before that answer is out, the time of the answer would tell that there
 * is a session, and so an account. It is a random time, so that no request can be sent to meet it, and far shorter than
 * anybody takes to confirm.
 */
export const pollDelayMs = { min: 30, max: 130 };

const running: Observed = { state: 'running' };

type Client = Pick<SmartIdClient, 'waitForSession'>;

/** What asks no service has no polls, so it takes no turn from those that do. */
function turnsOf(client: Client): PollTurns {
  return client instanceof SmartIdClient ? turnsOfProcess : new PollTurns(Number.POSITIVE_INFINITY, turnMs);
}

export class SessionWatch {
  private readonly watched = new Map<string, Watched>();
  /** Of the sessions that have ended, the oldest result first. */
  private readonly results = new Map<string, Watched>();
  private readonly limits: { turns: PollTurns; maxResults: number };
  private isClosing = false;

  /**
   * @param onComplete hears of each session that has ended, as soon as the service has said so.
   * @param limits for tests; by default all watches of the service share one bound on polls, which is of the process.
   */
  constructor(
    private readonly client: Client,
    private readonly onComplete: (status: CompleteSessionStatus) => void = () => {},
    limits: { turns?: PollTurns; maxResults?: number } = {},
  ) {
    this.limits = { turns: turnsOf(client), maxResults, ...limits };
  }

  /**
   * What is known at this moment, at once. A poll begins with the first question and lasts for as long as there are
   * more. An error that may pass is told once, then the session is asked about anew.
   * @param sessionID none where the session is still to begin: the service is not asked, and it counts as running.
   */
  observe(sessionID: string | undefined): Observed {
    if (sessionID === undefined) return running;
    const watched = this.isClosing ? this.watched.get(sessionID) : this.watch(sessionID);
    return watched ? this.takeObserved(sessionID, watched) : running;
  }

  /**
   * Hears of the end of a session that is running, once, or why it cannot be asked about. The poll goes on for as long.
   * @returns what ends the waiting.
   */
  subscribe(sessionID: string, onEnd: OnEnd): () => void {
    const watched = this.watch(sessionID);
    if (watched.observed.state !== 'running') return () => {};
    watched.waiting.add(onEnd);
    return () => {
      if (watched.waiting.delete(onEnd)) this.prolongOrForget(sessionID, watched);
    };
  }

  /**
   * What is known when the session ends, after `maxWaitMs`, or when the signal aborts.
   * @param sessionID as for `observe`: a session that is still to begin does not end.
   */
  async wait(sessionID: string | undefined, maxWaitMs: number, signal: AbortSignal): Promise<Observed> {
    if (sessionID !== undefined) {
      const watched = this.watch(sessionID);
      const observed = this.takeObserved(sessionID, watched);
      if (observed.state !== 'running') {
        this.prolongOrForget(sessionID, watched);
        return observed;
      }
    }
    if (signal.aborted) return running;
    return new Promise((resolve) => {
      const done = (observed: Observed) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        unsubscribe();
        resolve(observed);
      };
      const stop = () => done(running);
      const timer = setTimeout(stop, maxWaitMs).unref();
      signal.addEventListener('abort', stop);
      const unsubscribe = sessionID === undefined ? () => {} : this.subscribe(sessionID, done);
    });
  }

  /**
   * From now on only what somebody waits for is asked about; there are no requests once nobody does. Results stay for
   * as long as the process does, which they do not hold back.
   */
  close(): void {
    this.isClosing = true;
    for (const [sessionID, watched] of this.watched) this.prolongOrForget(sessionID, watched);
  }

  private takeObserved(sessionID: string, watched: Watched): Observed {
    const { observed } = watched;
    if (observed.state === 'error' && !(observed.error instanceof SmartIdSessionNotFoundError))
      this.forget(sessionID, watched);
    return observed;
  }

  private watch(sessionID: string): Watched {
    const present = this.watched.get(sessionID);
    if (present) {
      if (present.waiting.size === 0) prolong(present);
      return present;
    }
    const watched: Watched = {
      observed: running,
      waiting: new Set(),
      controller: new AbortController(),
      idle: setTimeout(() => {
        if (watched.waiting.size > 0) watched.idle.refresh();
        else this.forget(sessionID, watched);
      }, maxIdleMs).unref(),
      failures: 0,
    };
    this.watched.set(sessionID, watched);
    const begin = () => this.limits.turns.add((turn) => this.poll(sessionID, watched, turn), watched.controller.signal);
    setTimeout(begin, randomInt(pollDelayMs.min, pollDelayMs.max)).unref();
    return watched;
  }

  /** One turn. @returns whether there is to be another one. */
  private async poll(sessionID: string, watched: Watched, turn: Turn): Promise<boolean> {
    try {
      const status = await this.client.waitForSession(sessionID, { signal: turn.signal, ...this.timesOf(turn) });
      watched.observed = { state: 'complete', status };
      this.keepResult(sessionID, watched);
      this.onComplete(status);
    } catch (error) {
      if (this.mayGoOn(watched, turn, error)) return true;
      watched.observed = { state: 'error', error };
    }
    const waiting = [...watched.waiting];
    if (waiting.length === 0) return false;
    watched.waiting.clear();
    const observed = this.takeObserved(sessionID, watched);
    this.prolongOrForget(sessionID, watched);
    for (const onEnd of waiting) onEnd(observed);
    return false;
  }

  /** A short turn is one poll, or two where the service answers a little early. */
  private timesOf({ isShort }: Turn): { timeoutMs?: number; maxWaitMs?: number } {
    const { turnMs } = this.limits.turns;
    return isShort ? { timeoutMs: turnMs, maxWaitMs: turnMs } : {};
  }

  /** Whether a turn has ended without a word about the session, or with a fault that may pass. */
  private mayGoOn(watched: Watched, { isShort, signal }: Turn, error: unknown): boolean {
    if (watched.controller.signal.aborted) return false;
    if (signal.aborted) return true;
    if (!isShort || !(error instanceof SmartIdServiceError) || error.code === 'bad_response') return false;
    watched.failures = error.code === 'timeout' ? 0 : watched.failures + 1;
    return watched.failures <= maxFailures;
  }

  private keepResult(sessionID: string, watched: Watched): void {
    // Given up in that moment.
    if (this.watched.get(sessionID) !== watched) return;
    clearTimeout(watched.idle);
    watched.idle = setTimeout(() => this.forget(sessionID, watched), resultLifetimeMs).unref();
    this.results.set(sessionID, watched);
    if (this.results.size <= this.limits.maxResults) return;
    const [oldest] = this.results;
    if (oldest) this.forget(...oldest);
  }

  /** Once an answer was given or a wait has ended. */
  private prolongOrForget(sessionID: string, watched: Watched): void {
    if (watched.waiting.size > 0 || this.watched.get(sessionID) !== watched) return;
    if (this.isClosing && watched.observed.state !== 'complete') this.forget(sessionID, watched);
    else prolong(watched);
  }

  private forget(sessionID: string, watched: Watched): void {
    clearTimeout(watched.idle);
    if (watched.observed.state === 'running') watched.controller.abort();
    if (this.watched.get(sessionID) !== watched) return;
    this.watched.delete(sessionID);
    this.results.delete(sessionID);
  }
}

/** A result has its own time, which no question makes longer. */
function prolong({ observed, idle }: Watched): void {
  if (observed.state !== 'complete') idle.refresh();
}
