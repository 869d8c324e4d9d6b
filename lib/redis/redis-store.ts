/** Attempts in Redis: any process of a site can go on with any of them, and exactly one ends it. */

import { KeyedAttemptStore } from '../attempt/keyed-store.js';
import type { AttemptLimits } from '../attempt/start-limit.js';
import type { UsedAttempts } from '../login/used-kept-by-site.js';
import { SmartIdInputError } from '../shared/errors.js';
import { Cipher } from './cipher.js';
import { type RedisClient, RedisConnection } from './connection.js';
import { RedisLimits } from './redis-limits.js';
import { RedisMarks } from './redis-marks.js';
import { RedisTexts } from './redis-texts.js';

/** What `RedisAttemptStore` is told. */
export interface RedisAttemptStoreOptions {
  /** Connected by the site, which also listens to its `error` events. */
  client: RedisClient;
  /** At least 32 characters; or several, of which the first encrypts and all decrypt, so that it can be replaced. */
  secret: string | readonly string[];
  /**
   * What the names of the keys begin with.
   * @default `'smart-id:'`
   */
  prefix?: string;
  /**
   * Milliseconds since the epoch, for tests.
   * @default `Date.now`
   */
  clock?: () => number;
}

/** The `store` of strategies, signings and `SmartIdLogin`, which it also tells which attempts have been used up. */
export class RedisAttemptStore extends KeyedAttemptStore implements UsedAttempts {
  readonly limits: AttemptLimits;
  private readonly marks: RedisMarks;

  /** @throws SmartIdInputError naming the option and the rule it breaks. */
  constructor(options: RedisAttemptStoreOptions) {
    checkOptions(options);
    const { client, secret, prefix = 'smart-id:', clock } = options;
    const [newest, ...older] = [secret].flat() as [string, ...string[]];
    const connection = new RedisConnection(client);
    super(new RedisTexts(connection, prefix, new Cipher([newest, ...older])), clock);
    this.limits = new RedisLimits(connection, prefix, newest);
    this.marks = new RedisMarks(connection, prefix);
  }

  claim(id: string, milliseconds: number): Promise<boolean> {
    return this.marks.claim(id, milliseconds);
  }

  release(id: string): Promise<void> {
    return this.marks.release(id);
  }
}

/** @throws SmartIdInputError naming the option that breaks a rule. */
export function checkOptions({ client, secret, prefix, clock }: RedisAttemptStoreOptions): void {
  if (typeof client?.sendCommand !== 'function') {
    throw new SmartIdInputError('client', "must be a client of the package 'redis'.");
  }
  const secrets: unknown[] = [secret].flat();
  if (secrets.length === 0 || !secrets.every((each) => typeof each === 'string' && each.length >= 32)) {
    throw new SmartIdInputError('secret', 'must be a text of at least 32 characters, or several.');
  }
  if (prefix !== undefined && typeof prefix !== 'string') throw new SmartIdInputError('prefix', 'must be a text.');
  if (clock !== undefined && typeof clock !== 'function') throw new SmartIdInputError('clock', 'must be a function.');
}
