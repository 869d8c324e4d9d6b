/** Which attempts have been used up, known to all processes of a site. */

import { createHash, randomBytes } from 'node:crypto';
import type { UsedAttempts } from '../login/used-kept-by-site.js';
import type { RedisConnection } from './connection.js';

/** Repeated by the same caller after an answer that was lost, it says the same again. */
const claimScript = `
local present = redis.call('GET', KEYS[1])
if present then return present == ARGV[1] and 1 or 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

export class RedisMarks implements UsedAttempts {
  constructor(
    private readonly connection: RedisConnection,
    private readonly prefix: string,
  ) {}

  async claim(id: string, milliseconds: number): Promise<boolean> {
    const caller = randomBytes(16).toString('base64url');
    const marked = await this.connection.run(claimScript, [this.placeOf(id)], [caller, `${milliseconds}`]);
    return marked === 1;
  }

  async release(id: string): Promise<void> {
    await this.connection.run("return redis.call('DEL', KEYS[1])", [this.placeOf(id)], []);
  }

  private placeOf(id: string): string {
    return `${this.prefix}used:${createHash('sha256').update(id).digest('base64url')}`;
  }
}
