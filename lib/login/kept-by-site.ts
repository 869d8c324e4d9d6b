/** An attempt that the site keeps itself, as plain data, and hands in with each call. */

import { type Attempt, finishableUntil } from '../attempt/attempt.js';
import type { KeptAttempts } from '../attempt/kept-attempts.js';
import type { UsedAttempts } from './used-kept-by-site.js';

export class KeptBySite implements KeptAttempts {
  readonly browser: string | undefined;

  constructor(
    /** As it is after what was done with it. */
    public attempt: Attempt | undefined,
    private readonly used: UsedAttempts,
    private readonly clock: () => number,
    { browser }: { browser?: string } = {},
  ) {
    this.browser = browser;
  }

  /** Which browser it is is for the site to know, which has kept the attempt. */
  hasSession(): boolean {
    return true;
  }

  async create(attempt: Attempt): Promise<void> {
    this.attempt = attempt;
  }

  async read(id: string): Promise<Attempt | undefined> {
    return this.attempt?.id === id ? this.attempt : undefined;
  }

  readAgain(id: string): Promise<Attempt | undefined> {
    return this.read(id);
  }

  async update(after: Attempt, before: Attempt): Promise<boolean> {
    if (this.attempt !== before) return false;
    this.attempt = after;
    return true;
  }

  async take(id: string): Promise<Attempt | undefined> {
    const attempt = await this.read(id);
    const isFirst = attempt && (await this.used.claim(id, Math.max(1, finishableUntil(attempt) - this.clock())));
    return isFirst ? attempt : undefined;
  }

  async giveBack({ id, ended }: Attempt): Promise<void> {
    // The site may still have it as it was before it was cancelled.
    if (!ended) await this.used.release(id);
  }

  during<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  async refresh(): Promise<void> {}
}
