import { MemoryAttemptStore, SessionAttemptStore } from '../../lib/index.js';
import { describeAttempts } from './store-contract.js';

describeAttempts('in the session', async () => async () => new SessionAttemptStore());

describeAttempts('in memory', async () => {
  const store = new MemoryAttemptStore();
  return async () => store;
});
