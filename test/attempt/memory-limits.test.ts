import { expect } from 'chai';
import { MemoryAttemptLimits } from '../../lib/attempt/memory-limits.js';
import { StartLimits } from '../../lib/attempt/start-limit.js';
import type { SmartIdLimitError } from '../../lib/shared/errors.js';
import { realNow, setTimeBy } from '../support/time.js';

describe('Limits in memory', () => {
  let time = realNow();
  setTimeBy(() => time);

  it('count in a window that begins with the first of a key, and begin again after it', async () => {
    const limits = new MemoryAttemptLimits();
    expect(await limits.increment('one', 1_000)).to.deep.equal({ count: 1, remainingMs: 1_000 });
    time += 400;
    expect(await limits.increment('one', 1_000)).to.deep.equal({ count: 2, remainingMs: 600 });
    expect(await limits.increment('other', 1_000)).to.deep.equal({ count: 1, remainingMs: 1_000 });
    time += 600;
    expect(await limits.increment('one', 1_000)).to.deep.equal({ count: 1, remainingMs: 1_000 });
  });

  it('forget nobody before the window ends, however many others are counted', async () => {
    const limits = new StartLimits(new MemoryAttemptLimits(), 'login');
    for (let count = 0; count < 30; count++) await limits.countStart('one');
    for (let other = 0; other < 20_000; other++) await limits.countStart(`other ${other}`);
    const error: SmartIdLimitError = await limits.countStart('one').then(
      () => expect.fail('There were too many.'),
      (reason) => reason,
    );
    expect(error).to.include({ code: 'too_many_starts', retryAfterSeconds: 300 });
  });

  it('count logins and signings apart where both share them', async () => {
    const limits = new MemoryAttemptLimits();
    const to = { semanticsIdentifier: 'PNOEE-40504040001' };
    for (let count = 0; count < 10; count++) await new StartLimits(limits, 'login').countPush(to);
    await new StartLimits(limits, 'signing').countPush(to);
    const code = await new StartLimits(limits, 'login').countPush(to).catch((error) => error.code);
    expect(code).to.equal('too_many_pushes');
  });
});
