import { expect } from 'chai';
import type { Request } from 'express';
import { type Attempt, MemoryAttemptStore } from '../../lib/index.js';

describe('The attempt store in memory', () => {
  const realNow = performance.now;
  let passedMs = 0;
  before(() => {
    performance.now = () => realNow.call(performance) + passedMs;
  });
  after(() => {
    performance.now = realNow;
  });

  const pass = async (ms: number) => {
    passedMs += ms;
    // The cache looks at the time once in a millisecond.
    await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const now = Date.now();
  const expiresAt = now + 120_000;
  const request = (sessionID: string) => {
    const session = { save: (done: () => void) => done(), regenerate: () => {} };
    const sessionStore = { get: (_id: string, done: (error: unknown, found: object) => void) => done(null, {}) };
    return { headers: {}, sessionID, session, sessionStore } as unknown as Request;
  };
  const attempt = (id: string, inMs = 0) => ({ id, expiresAt: expiresAt + inMs }) as Attempt;
  const present = async (store: MemoryAttemptStore, req: Request, ids: string[]) => {
    const found = await Promise.all(ids.map((id) => store.read(req, id)));
    return ids.filter((_, index) => found[index]);
  };

  it('keeps each attempt for its own time, whatever is begun or changed beside it', async () => {
    const store = new MemoryAttemptStore(() => now);
    const req = request('one');
    await store.create(req, attempt('first'));
    await pass(200_000);
    await store.create(req, attempt('second', 200_000));
    expect(await store.update(req, attempt('second', 300_000), attempt('second', 200_000))).to.equal(true);
    expect(await present(store, req, ['first', 'second'])).to.deep.equal(['first', 'second']);
    await pass(41_000);
    expect(await present(store, req, ['first', 'second'])).to.deep.equal(['second']);
    expect(await store.take(req, 'first')).to.equal(undefined);
  });

  it('lets the attempt that would end first make room', async () => {
    const store = new MemoryAttemptStore(() => now);
    const req = request('one');
    for (const id of ['1', '2', '3', '4', '5']) await store.create(req, attempt(id));
    await store.update(req, attempt('1', 100_000), attempt('1'));
    await store.create(req, attempt('6'));
    expect(await present(store, req, ['1', '2', '3', '4', '5', '6'])).to.deep.equal(['1', '3', '4', '5', '6']);
  });
});
