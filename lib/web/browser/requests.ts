/** What the page asks its own server. */

import type { AttemptView } from '../../attempt/view.js';

/** What the router answers: the view, and words for it. `done`: another tab of this browser has finished it well. */
export type Shown = Omit<AttemptView, 'state'> & {
  state: AttemptView['state'] | 'done';
  message?: string;
  /** Until `expiresAt`. Not in live updates. */
  expiresInMs?: number;
};

/** Where something on the way, or the server, cannot answer just now. */
const passingStatuses = new Set([408, 429, 502, 503, 504]);
/** After which nothing was done, so that even a push can be asked for again. */
const untouchedStatuses = new Set([408, 429, 503]);
/** Milliseconds before each further try. */
const retryDelaysMs = [1000, 2000];
/** Milliseconds that a server may ask to wait for; what takes longer is told to the person. */
const maxRetryAfterMs = 3000;

export class Refused extends Error {
  constructor(
    readonly status: number,
    private readonly retryAfterMs: number,
  ) {
    super(`status ${status}`);
  }

  /** Whether the same may be asked again soon. */
  isPassing(statuses: ReadonlySet<number>): boolean {
    return statuses.has(this.status) && this.retryAfterMs <= maxRetryAfterMs;
  }
}

/** Once: for what is asked again soon in any case. */
export async function get(path: string): Promise<Shown> {
  return answerOf(await fetch(path, { headers: { accept: 'application/json' } }));
}

/** Tries again where that may help. @param isWanted as of `post`. */
export function getPatiently(path: string, isWanted: () => boolean): Promise<Shown> {
  return retry(() => get(path), isWanted, passingStatuses);
}

/**
 * Tries again where that may help.
 * @param isWanted whether it still matters: the person may have chosen something else, or left, before a further try.
 * @param isOnce whether it must not happen twice: then only where nothing can have happened.
 */
export function post(path: string, body: object, isWanted: () => boolean, isOnce = false): Promise<Shown> {
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  const ask = async () => answerOf(await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }));
  return retry(ask, isWanted, isOnce ? untouchedStatuses : passingStatuses);
}

async function retry(
  ask: () => Promise<Shown>,
  isWanted: () => boolean,
  statuses: ReadonlySet<number>,
): Promise<Shown> {
  for (const delayMs of retryDelaysMs) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Refused && error.isPassing(statuses))) throw error;
      await pause(delayMs);
      if (!isWanted()) throw error;
    }
  }
  return ask();
}

async function answerOf(response: Response): Promise<Shown> {
  if (response.ok) return response.json();
  throw new Refused(response.status, Number(response.headers.get('retry-after') ?? 0) * 1000);
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
