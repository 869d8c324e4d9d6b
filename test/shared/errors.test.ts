import { expect } from 'chai';
import { SmartIdLimitError, SmartIdServiceError } from '../../lib/shared/errors.js';
import { withDefaults } from '../../lib/simulator/options.js';

describe('Names of before', () => {
  it('retryAfter: the seconds of retryAfterSeconds', () => {
    expect(new SmartIdLimitError('too_many_starts', 7).retryAfter).to.equal(7);
    expect(new SmartIdServiceError('maintenance', '', { retryAfterSeconds: 60 }).retryAfter).to.equal(60);
    expect(new SmartIdServiceError('network', '').retryAfter).to.equal(undefined);
  });

  it('options of the simulator without their unit', () => {
    const before = { sessionLifetime: 1, notificationDelay: 2, linkedSignatureWait: 3 };
    const now = { sessionLifetimeMs: 1, notificationDelayMs: 2, linkedSignatureWaitMs: 3 };
    expect(withDefaults(before)).to.include(now);
    expect(withDefaults({ sessionLifetime: 9, notificationDelay: 9, linkedSignatureWait: 9, ...now })).to.include(now);
  });
});
