/** How often one browser session may start a login, each of which is a request to the RP API and may be a push. */

import { LRUCache } from 'lru-cache';
import { SmartIdLimitError } from '../errors.js';

const mostStarts = 30;
/** Milliseconds from the first start in which the others count. */
const span = 300_000;
/** Sessions remembered; beyond that those that started longest ago are forgotten. */
const mostSessions = 10_000;

export class StartLimit {
  private readonly windows = new LRUCache<string, { since: number; starts: number }>({ max: mostSessions });
  private readonly clock: () => number;

  /** @param clock milliseconds since the epoch. */
  constructor(clock: () => number) {
    this.clock = clock;
  }

  /**
   * Counts a start.
   * @throws SmartIdLimitError when there were too many.
   */
  count(sessionID: string): void {
    const now = this.clock();
    const present = this.windows.get(sessionID);
    const window = present && now - present.since < span ? present : { since: now, starts: 0 };
    if (window.starts >= mostStarts) throw new SmartIdLimitError(Math.ceil((window.since + span - now) / 1000));
    window.starts++;
    this.windows.set(sessionID, window);
  }
}
