/** The requests that the page makes to its own server, and which of them are tried again. */

import type { AttemptView } from '../../attempt/view.js';

/** What the router answers: the view, and words for it. `done`: another tab of this browser has finished it well. */
export type Shown = Omit<AttemptView, 'state'> & {
  state: AttemptView['state'] | 'done';
  message?: string;
  /** Where an attempt that is `done` leads, where that is not what the page was told. */
  next?: string;
  /** Milliseconds until `expiresAt`, by the clock of the server. Not in live updates. */
  expiresInMs?: number;
};

/** The server, or something before it, cannot answer just now. */
const retryableStatuses = new Set([408, 429, 502, 503, 504]);
/** Nothing was done with the request, so that even a push can be asked for again. */
const unprocessedStatuses = new Set([408, 429, 503]);
/** Milliseconds before each further try. */
const retryDelaysMs = [1000, 2000];
/** Milliseconds that a `Retry-After` may ask for. What takes longer is not tried again, and the person is told. */
const maxRetryAfterMs = 3000;

/** An answer with the status of an error. */
export class StatusError extends Error {
  constructor(
    readonly status: number,
    private readonly retryAfterMs: number,
    /** Whether it is the Smart-ID service that failed, and not the site or what stands before it. */
    readonly isOfService: boolean,
  ) {
    super(`status ${status}`);
  }

  /** Whether the same request may be tried again soon. */
  isRetryable(statuses: ReadonlySet<number>): boolean {
    return statuses.has(this.status) && this.retryAfterMs <= maxRetryAfterMs;
  }
}

/** Tries once: for what the page asks again soon in any case. */
export async function get(path: string): Promise<Shown> {
  return answerOf(await fetch(path, { headers: { accept: 'application/json' } }));
}

/**
 * Tries again where the status allows it.
 * @param isWanted as for `post`.
 */
export function getPatiently(path: string, isWanted: () => boolean): Promise<Shown> {
  return retry(() => get(path), isWanted, retryableStatuses);
}

/**
 * Tries again where the status allows it.
 * @param isWanted called before each further try: false where the person has chosen something else, or left.
 * @param mustHappenOnce whether the server must not do it twice. It is then tried again only where nothing can have
 * been done.
 */
export function post(path: string, body: object, isWanted: () => boolean, mustHappenOnce = false): Promise<Shown> {
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  const ask = async () => answerOf(await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }));
  return retry(ask, isWanted, mustHappenOnce ? unprocessedStatuses : retryableStatuses);
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
      if (!(error instanceof StatusError && error.isRetryable(statuses))) throw error;
      await pause(delayMs);
      if (!isWanted()) throw error;
    }
  }
  return ask();
}

async function answerOf(response: Response): Promise<Shown> {
  if (response.ok) return response.json();
  const { status, headers } = response;
  const isOfService = headers.get('smart-id-fault') === 'service';
  throw new StatusError(status, Number(headers.get('retry-after') ?? 0) * 1000, isOfService);
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
