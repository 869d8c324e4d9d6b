/**
 * What an attempt goes through needs to know of the place where it is kept: nothing of frameworks, sessions and stores.
 * There is one for each request, and it finds the attempts of the browser that sent it and of no other one.
 */

import type { Attempt } from './attempt.js';

export interface KeptAttempts {
  /** Stands for the browser where starts are counted: the id of its session. Undefined where the site has named none. */
  readonly browser: string | undefined;
  /** Whether the request came with what tells its browser apart, so that what it began can be found. */
  readonly hasSession: boolean;
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
  /** Does something that takes long, such as a request to the service, and goes on with the session as it is afterwards. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Goes on with the session as it is now, after a wait in which this request has changed nothing. */
  refresh(): Promise<void>;
}
