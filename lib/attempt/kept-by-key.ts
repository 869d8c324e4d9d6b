/** The attempts of a browser that is told apart by a secret of its own, and needs no session of the site. */

import type { Attempt } from './attempt.js';
import type { KeptAttempts } from './kept-attempts.js';
import type { KeyedAttempts } from './keyed-attempts.js';

export class KeptByKey implements KeptAttempts {
  /** @param browser the secret. */
  constructor(
    readonly browser: string,
    readonly hasSession: boolean,
    private readonly attempts: KeyedAttempts,
  ) {}

  create(attempt: Attempt): Promise<void> {
    return this.attempts.create(this.browser, attempt);
  }

  read(id: string): Promise<Attempt | undefined> {
    return this.attempts.read(this.browser, id);
  }

  readAgain(id: string): Promise<Attempt | undefined> {
    return this.read(id);
  }

  update(after: Attempt, before: Attempt): Promise<boolean> {
    return this.attempts.update(this.browser, after, before);
  }

  take(id: string): Promise<Attempt | undefined> {
    return this.attempts.take(this.browser, id);
  }

  giveBack(attempt: Attempt): Promise<void> {
    return this.create(attempt);
  }

  during<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  async refresh(): Promise<void> {}
}
