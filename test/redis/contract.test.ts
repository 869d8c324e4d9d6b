import { createClient } from 'redis';
import { RedisAttemptStore } from '../../lib/redis/index.js';
import { describeAttempts } from '../stores/contract.js';
import { RedisServer } from '../support/redis-server.js';

describeAttempts('in Redis', async (test, cleanUp) => {
  const server = await RedisServer.start(test);
  cleanUp.push(() => server.close());
  return async () => {
    const client = await createClient({ url: server.url })
      .on('error', () => {})
      .connect();
    cleanUp.push(() => client.destroy());
    return new RedisAttemptStore({ client, secret: 'the secret of a site, long enough' });
  };
});
