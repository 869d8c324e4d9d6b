/** What is left when the tests are through: nothing in Redis may stay for ever. */

import { expect } from 'chai';
import { send } from '../support/redis-groups.js';
import type { RedisServer } from '../support/redis-server.js';

/** An attempt's two minutes, and two more; or a window of the limits. */
const maxLifetimeMs = 300_000;

/** @throws where one of the keys has no end or a late one, or where there are none, so that nothing was looked at. */
export async function checkExpiries(servers: readonly RedisServer[]): Promise<void> {
  let checked = 0;
  for (const server of servers) {
    for (const key of (await send(server, 'KEYS', '*')) as string[]) {
      const remainingMs = Number(await send(server, 'PTTL', key));
      // It may have gone between the two commands.
      if (remainingMs === -2) continue;
      expect(remainingMs, key).to.be.within(0, maxLifetimeMs);
      checked++;
    }
  }
  expect(checked).to.be.above(0);
}
