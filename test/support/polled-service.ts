/** Stands in for the client where a test is about who is asked about, when and how often, and not about answers. */

import type { WaitOptions } from '../../lib/rp-api/client.js';
import type { CompleteSessionStatus } from '../../lib/rp-api/responses.js';
import { SmartIdServiceError } from '../../lib/shared/errors.js';

export const ended: CompleteSessionStatus = { state: 'COMPLETE', result: { endResult: 'OK' } };

interface Wait {
  end: () => void;
  fail: (error: unknown) => void;
}

export class PolledService {
  /** How many waits there are, and how many there have been at most. */
  open = 0;
  maxOpen = 0;
  /** How often each session was asked about, and with which options the last time. */
  readonly asked = new Map<string, number>();
  readonly options = new Map<string, WaitOptions>();
  /** How many waits were aborted. */
  aborted = 0;
  private readonly waits = new Map<string, Wait>();
  private readonly ended = new Set<string>();

  readonly waitForSession = (sessionID: string, options: WaitOptions = {}): Promise<CompleteSessionStatus> => {
    this.asked.set(sessionID, (this.asked.get(sessionID) ?? 0) + 1);
    this.options.set(sessionID, options);
    this.open += 1;
    this.maxOpen = Math.max(this.maxOpen, this.open);
    const { timeoutMs, signal } = options;
    return new Promise<CompleteSessionStatus>((resolve, reject) => {
      if (this.ended.has(sessionID)) return resolve(ended);
      if (signal?.aborted) return reject(signal.reason);
      this.waits.set(sessionID, { end: () => resolve(ended), fail: reject });
      signal?.addEventListener('abort', () => {
        this.aborted += 1;
        reject(signal.reason);
      });
      if (timeoutMs === undefined) return;
      setTimeout(() => reject(new SmartIdServiceError('timeout', 'It has not ended in time.')), timeoutMs);
    }).finally(() => {
      this.open -= 1;
      this.waits.delete(sessionID);
    });
  };

  /** From now on the session has ended, whether or not it is asked about at this moment. */
  end(sessionID: string): void {
    this.ended.add(sessionID);
    this.waits.get(sessionID)?.end();
  }

  /** Answers those who wait now with an error. */
  fail(error: unknown): void {
    for (const { fail } of this.waits.values()) fail(error);
  }
}
