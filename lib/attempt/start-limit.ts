/** How often logins may be started in one browser session, or sent as a push to one person. */

import { LRUCache } from 'lru-cache';
import { SmartIdLimitError } from '../errors.js';

/** Milliseconds from the first start in which the others count. */
const span = 300_000;
/** Sessions or persons remembered; beyond that those that were counted longest ago are forgotten. */
const mostRemembered = 10_000;

export class StartLimit {
  private readonly windows = new LRUCache<string, { since: number; starts: number }>({ max: mostRemembered });
  private readonly code: SmartIdLimitError['code'];
  private readonly most: number;
  private readonly clock: () => number;

  /**
   * @param code what the error is called.
   * @param most starts in five minutes.
   * @param clock milliseconds since the epoch.
   */
  constructor(code: SmartIdLimitError['code'], most: number, clock: () => number) {
    this.code = code;
    this.most = most;
    this.clock = clock;
  }

  /**
   * Counts a start.
   * @throws SmartIdLimitError when there were too many.
   */
  count(key: string): void {
    const now = this.clock();
    const present = this.windows.get(key);
    const window = present && now - present.since < span ? present : { since: now, starts: 0 };
    if (window.starts >= this.most) {
      throw new SmartIdLimitError(this.code, Math.ceil((window.since + span - now) / 1000));
    }
    window.starts++;
    this.windows.set(key, window);
  }
}
