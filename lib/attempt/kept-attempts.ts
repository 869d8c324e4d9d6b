/**
 * Where the attempts of one browser are kept, as far as the steps of a login or signing need to know: they know nothing
 * of frameworks, sessions and stores. There is one for each request, and it finds the attempts of no other browser.
 */

import type { Attempt } from './attempt.js';

/** Milliseconds in which nothing else is expected to have happened to what a request has loaded. */
export const shortWaitMs = 100;

export interface KeptAttempts {
  /**
   * Stands for the browser where starts are counted: the id of its session. Undefined where the site has named none.
   */
  readonly browser: string | undefined;
  /** Whether the request came with a session that is known here, or with that of this browser, even if it has ended. */
  hasSession(browser: string): boolean;
  /** Keeps a new attempt; resolves once it is stored. */
  create(attempt: Attempt): Promise<void>;
  read(id: string): Promise<Attempt | undefined>;
  /** The attempt as it is kept now, for work that has waited. */
  readAgain(id: string): Promise<Attempt | undefined>;
  /** As `update` of an `AttemptStore`. */
  update(after: Attempt, before: Attempt): Promise<boolean>;
  /** As `take` of an `AttemptStore`. */
  take(id: string): Promise<Attempt | undefined>;
  /** Keeps an attempt again that was taken and could not be used, so that the same finish can be tried again. */
  giveBack(attempt: Attempt): Promise<void>;
  /**
   * Does something that takes long, such as a request to the service, and goes on with the session as it is afterwards.
   */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Goes on with the session as it is now, after a wait in which this request has changed nothing. */
  refresh(): Promise<void>;
}
