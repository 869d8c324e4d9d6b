/**
 * Attempts in Redis, for a site of several processes.
 * @module passport-smart-id/redis
 */

export type * from '../attempt/public-types.js';
export type * from '../documents/public-types.js';
export type {
  CommandOptions,
  RedisClient,
  RedisClusterClient,
  RedisSentinelClient,
  RedisServerClient,
} from './connection.js';
export { RedisDraftStore, type RedisDraftStoreOptions } from './draft-store.js';
export { RedisAttemptStore, type RedisAttemptStoreOptions } from './redis-store.js';
