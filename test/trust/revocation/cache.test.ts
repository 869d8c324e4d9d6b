import { expect } from 'chai';
import { RevocationCache } from '../../../lib/trust/revocation/cache.js';

describe('The memory of revocation answers', () => {
  const now = Date.now();
  const minutes = (count: number) => now + count * 60_000;

  it('keeps an answer as long as it says, to the last millisecond', () => {
    const cache = new RevocationCache<object>(10);
    const answer = {};
    cache.set('key', answer, now, minutes(2));
    expect(cache.get('key', now)).to.equal(answer);
    expect(cache.get('key', now + 120_000 - 1)).to.equal(answer);
    expect(cache.get('key', now + 120_000)).to.equal(undefined);
    expect(cache.get('other', now)).to.equal(undefined);
  });

  it('keeps no answer longer than five minutes', () => {
    const cache = new RevocationCache<object>(10);
    cache.set('key', {}, now, minutes(60));
    expect(cache.get('key', now + 300_000 - 1)).to.not.equal(undefined);
    expect(cache.get('key', now + 300_000)).to.equal(undefined);
  });

  it('keeps no answer that does not say how long it is good', () => {
    const cache = new RevocationCache<object>(10);
    cache.set('key', {}, now, undefined);
    expect(cache.get('key', now)).to.equal(undefined);
  });
});
