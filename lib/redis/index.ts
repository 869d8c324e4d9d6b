/** `passport-smart-id/redis`: attempts in Redis, for a site of several processes. */

export type { RedisClient } from './connection.js';
export { RedisAttemptStore, type RedisAttemptStoreOptions } from './redis-store.js';
