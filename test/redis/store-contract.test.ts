import { createClient, createCluster, createSentinel } from 'redis';
import { RedisAttemptStore, type RedisClient } from '../../lib/redis/index.js';
import { describeAttempts } from '../attempt/store-contract.js';
import { RedisClusterServers, RedisSentinelServers } from '../support/redis-groups.js';
import { RedisServer } from '../support/redis-server.js';
import { checkExpiries } from './expiries.js';
import { describeLimits } from './limits-contract.js';

/** Makes the client of one process. */
type MakeClient = () => Promise<RedisClient>;
type Prepare = (test: Mocha.Context, cleanUp: (() => unknown)[]) => Promise<MakeClient>;

const prepareServer: Prepare = async (test, cleanUp) => {
  const server = await RedisServer.start(test);
  cleanUp.push(() => checkExpiries([server]).finally(() => server.close()));
  return async () => {
    const client = await createClient({ url: server.url })
      .on('error', () => {})
      .connect();
    cleanUp.push(() => client.destroy());
    return client;
  };
};

const prepareCluster: Prepare = async (test, cleanUp) => {
  const cluster = await RedisClusterServers.start(test);
  cleanUp.push(() => checkExpiries(cluster.servers).finally(() => cluster.close()));
  return async () => {
    const client = await createCluster({ rootNodes: cluster.rootNodes })
      .on('error', () => {})
      .connect();
    cleanUp.push(() => client.destroy());
    return client;
  };
};

const prepareSentinel: Prepare = async (test, cleanUp) => {
  const group = await RedisSentinelServers.start(test);
  cleanUp.push(() => checkExpiries(group.servers).finally(() => group.close()));
  return async () => {
    const client = await createSentinel(group.options)
      .on('error', () => {})
      .connect();
    cleanUp.push(() => client.destroy());
    return client;
  };
};

for (const [name, prepare] of [
  ['in Redis', prepareServer],
  ['in a Redis cluster', prepareCluster],
  ['in Redis with a sentinel', prepareSentinel],
] as [string, Prepare][]) {
  const prepareStores = async (test: Mocha.Context, cleanUp: (() => unknown)[]) => {
    const makeClient = await prepare(test, cleanUp);
    return async () =>
      new RedisAttemptStore({ client: await makeClient(), secret: 'the secret of a site, long enough' });
  };
  describeAttempts(name, prepareStores);
  describeLimits(name, prepareStores);
}
