/** Starts and pushes, counted in Redis for all processes of a site. */

import { createHmac } from 'node:crypto';
import type { AttemptLimits } from '../attempt/start-limit.js';
import type { RedisConnection } from './connection.js';
import { deriveKey } from './secret-keys.js';

/**
 * Repeated after an answer that was lost, it counts one too many, which only holds back sooner. The time is set
 * together with the count, so that no count stays for ever.
 */
const incrementScript = `
redis.call('SET', KEYS[1], 0, 'PX', ARGV[1], 'NX')
return {redis.call('INCR', KEYS[1]), redis.call('PTTL', KEYS[1])}`;

export class RedisLimits implements AttemptLimits {
  private readonly connection: RedisConnection;
  private readonly prefix: string;
  private readonly hashKey: Buffer;

  constructor(connection: RedisConnection, prefix: string, secret: string) {
    this.connection = connection;
    this.prefix = prefix;
    this.hashKey = deriveKey(secret, 'limits');
  }

  async increment(key: string, windowMs: number): Promise<{ count: number; remainingMs: number }> {
    const answer = await this.connection.run(incrementScript, [this.placeOf(key)], [`${windowMs}`]);
    const [count, remainingMs] = answer as [number, number];
    return { count, remainingMs };
  }

  /** Personal codes can be guessed: only with the secret can anybody tell whose count it is. */
  private placeOf(key: string): string {
    return `${this.prefix}count:${createHmac('sha256', this.hashKey).update(key).digest('base64url')}`;
  }
}
