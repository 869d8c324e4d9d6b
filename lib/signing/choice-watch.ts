/**
 * Waits for the choices of certificates in the background, whether anybody asks or not: the page that began a signing
 * may be asleep behind the app.
 */

import { setMaxListeners } from 'node:events';
import type { Attempt } from '../attempt/attempt.js';
import type { Attempts } from '../attempt/attempts.js';
import type { KeptAttempts } from '../attempt/kept-attempts.js';
import type { CompleteSessionStatus } from '../rp-api/responses.js';

/** Choices that are waited for; beyond that those who ask go on with the signing. */
const maxWatched = 500;
/** Of one wait; the next begins where the attempt is still there. */
const waitMs = 20_000;

export class ChoiceWatch {
  private readonly watched = new Set<string>();
  private readonly closing = new AbortController();

  constructor(private readonly attempts: Attempts) {
    // One for each choice.
    setMaxListeners(maxWatched, this.closing.signal);
  }

  /** Whether this attempt is waited for. */
  has(id: string): boolean {
    return this.watched.has(id);
  }

  /**
   * Waits until the person has chosen, or the attempt has ended.
   * @param onChosen is called with the choice. Errors of the wait are for those who ask.
   */
  async watch(kept: KeptAttempts, attempt: Attempt, onChosen: (status: CompleteSessionStatus) => void): Promise<void> {
    const { id, session } = attempt;
    const { signal } = this.closing;
    if (session.asked.sessionType !== 'cert') return;
    if (this.watched.size >= maxWatched || signal.aborted) return;
    this.watched.add(id);
    try {
      const sessionWatch = this.attempts.watchOf(attempt);
      let observed = await sessionWatch.wait(session.sessionID, waitMs, signal);
      while (observed.state === 'running' && !signal.aborted && (await this.isOpen(kept, attempt))) {
        observed = await sessionWatch.wait(session.sessionID, waitMs, signal);
      }
      if (observed.state === 'complete' && observed.status.result.endResult === 'OK') onChosen(observed.status);
    } catch {
      // Such as a session store that is out of reach: those who ask go on.
    } finally {
      this.watched.delete(id);
    }
  }

  /** Ends all waits. */
  close(): void {
    this.closing.abort();
  }

  private async isOpen(kept: KeptAttempts, { id, expiresAt }: Attempt): Promise<boolean> {
    if (this.attempts.clock() >= expiresAt) return false;
    const present = await this.attempts.readAgain(kept, id);
    return present !== undefined && present.ended === undefined;
  }
}
