/** How often attempts may be started in one browser session, or sent as a push to one person. */

import { LRUCache } from 'lru-cache';
import { SmartIdLimitError } from '../errors.js';
import { semanticsIdentifierOf } from '../protocol/document-number.js';
import type { ExpectedSigner } from '../verify/certificate-checks.js';

/** Milliseconds from the first start in which the others count. */
const span = 300_000;
/** Sessions or persons remembered; beyond that those that were counted longest ago are forgotten. */
const mostRemembered = 10_000;
/** In five minutes, for one browser session: each is a request to the RP API, or one to come. */
const mostStarts = 30;
/** In five minutes, to one person, whoever asks: each lights up a phone. */
const mostPushes = 10;

export class StartLimits {
  private readonly starts: StartLimit;
  private readonly pushes: StartLimit;

  /** @param clock milliseconds since the epoch. */
  constructor(clock: () => number) {
    this.starts = new StartLimit('too_many_starts', mostStarts, clock);
    this.pushes = new StartLimit('too_many_pushes', mostPushes, clock);
  }

  /**
   * Counts a start in this browser session.
   * @throws SmartIdLimitError when there were too many.
   */
  countStart(sessionID: string): void {
    this.starts.count(sessionID);
  }

  /**
   * Counts a push to this person.
   * @throws SmartIdLimitError when there were too many.
   */
  countPush(to: ExpectedSigner): void {
    this.pushes.count(personOf(to));
  }
}

function personOf(expected: ExpectedSigner): string {
  return 'documentNumber' in expected ? semanticsIdentifierOf(expected.documentNumber) : expected.semanticsIdentifier;
}

class StartLimit {
  private readonly windows = new LRUCache<string, { since: number; starts: number }>({ max: mostRemembered });
  private readonly code: SmartIdLimitError['code'];
  private readonly most: number;
  private readonly clock: () => number;

  constructor(code: SmartIdLimitError['code'], most: number, clock: () => number) {
    this.code = code;
    this.most = most;
    this.clock = clock;
  }

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
