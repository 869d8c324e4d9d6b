/** `passport-smart-id/redis`: attempts in Redis, for a site of several processes. */

export { RedisAttemptStore, type RedisAttemptStoreOptions, type RedisClient } from './redis-store.js';
