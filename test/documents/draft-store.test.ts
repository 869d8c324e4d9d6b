/** The same rules for every place where drafts are kept. */

import { expect } from 'chai';
import { createClient } from 'redis';
import type { DocumentDraft } from '../../lib/documents/complete.js';
import { type DraftAdditions, type DraftStore, MemoryDraftStore } from '../../lib/documents/draft-store.js';
import { RedisDraftStore } from '../../lib/redis/index.js';
import { RedisServer } from '../support/redis-server.js';

const draft = { certificate: 'AAAA', data: 'BBBB', pdf: 'Q0NDQw==' } as DocumentDraft;
const secret = 'the secret of a site, long enough';

const places: Record<string, (context: Mocha.Context) => Promise<{ store: DraftStore; close(): unknown }>> = {
  MemoryDraftStore: async () => ({ store: new MemoryDraftStore(), close() {} }),
  async RedisDraftStore(context) {
    const server = await RedisServer.start(context);
    const client = await createClient({ url: server.url })
      .on('error', () => {})
      .connect();
    return {
      store: new RedisDraftStore({ client, secret }),
      async close() {
        client.destroy();
        await server.close();
      },
    };
  },
};

for (const [name, open] of Object.entries(places)) {
  describe(`Drafts in a ${name}`, () => {
    let store: DraftStore;
    let close: () => unknown;
    before(async function () {
      ({ store, close } = await open(this));
    });
    after(() => close?.());

    it('are made once: another one of the same id changes nothing', async () => {
      expect(await store.create('a', draft, 60_000)).to.equal(true);
      expect(await store.create('a', { ...draft, data: 'CCCC' }, 60_000)).to.equal(false);
      expect((await store.load('a'))?.data).to.equal('BBBB');
    });

    it('get what is added to them: the first signature and evidence, and the later one of two timestamps', async () => {
      await store.create('b', draft, 60_000);
      const evidenceOf = (collectedAt: number) => ({ timestamp: 'VDE=', ocspResponses: ['T1M=', 'T1Q='], collectedAt });
      const kept: DraftAdditions = { signature: undefined, timestamp: undefined, evidence: undefined };
      for (const [additions, effect] of [
        [{ signature: 'U1M=' }, { signature: 'U1M=' }],
        [{ timestamp: 'VDE=' }, { timestamp: 'VDE=' }],
        [{ signature: 'T1Q=' }, {}],
        [{ timestamp: 'VDI=' }, { timestamp: 'VDI=' }],
        [{ evidence: evidenceOf(1) }, { evidence: evidenceOf(1) }],
        [{ evidence: evidenceOf(2), timestamp: 'VDM=' }, { timestamp: 'VDM=' }],
      ]) {
        Object.assign(kept, effect);
        expect(await store.add('b', additions as DraftAdditions, 60_000)).to.deep.equal(kept);
        expect(await store.load('b')).to.deep.include({ ...draft, ...kept });
      }
    });

    it('get nothing from what is undefined, and say what they have', async () => {
      await store.create('o', draft, 60_000);
      const none: DraftAdditions = { signature: undefined, timestamp: undefined, evidence: undefined };
      for (const additions of [{}, { signature: undefined }, none]) {
        expect(await store.add('o', additions, 60_000)).to.deep.equal(none);
      }
      await store.add('o', { signature: 'U1M=', timestamp: 'VDE=' }, 60_000);
      expect(await store.add('o', none, 60_000)).to.deep.equal({ ...none, signature: 'U1M=', timestamp: 'VDE=' });
      expect(await store.add('nobody', none, 60_000)).to.equal(undefined);
    });

    it('get one evidence of two that come at the same time, and tell both which', async () => {
      await store.create('n', draft, 60_000);
      const bring = async (collectedAt: number) => {
        const evidence = { timestamp: 'VDE=', ocspResponses: [], collectedAt };
        return (await store.add('n', { evidence }, 60_000))?.evidence?.collectedAt;
      };
      const [first, second] = await Promise.all([bring(1), bring(2)]);
      expect([first, (await store.load('n'))?.evidence?.collectedAt]).to.deep.equal([second, second]);
    });

    it('are claimed by one at a time, until that one gives them back or its time is over', async () => {
      const claim = (id: string, lifetimeMs = 60_000) => store.claim(id, lifetimeMs);
      expect(await Promise.all([claim('h'), claim('h'), claim('i')])).to.have.members([true, false, true]);
      await store.release('h');
      expect([await claim('h', 80), await claim('h'), await claim('i')]).to.deep.equal([true, false, false]);
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(await claim('h')).to.equal(true);
    });

    it('get nothing any more that were removed, or never were', async () => {
      await store.create('c', draft, 60_000);
      await store.remove('c');
      for (const id of ['c', 'never']) {
        expect(await store.add(id, { timestamp: 'VDE=' }, 60_000)).to.equal(undefined);
        expect(await store.load(id)).to.equal(undefined);
      }
    });

    it('are discarded only where nobody has signed them', async () => {
      await store.create('d', draft, 60_000);
      await store.discard('d');
      expect(await store.load('d')).to.equal(undefined);
      await store.create('e', draft, 60_000);
      await store.add('e', { signature: 'U1M=' }, 60_000);
      await store.discard('e');
      expect((await store.load('e'))?.signature).to.equal('U1M=');
    });

    it('are forgotten after their time, which what is added makes longer', async () => {
      await store.create('f', draft, 80);
      await store.create('g', draft, 80);
      await store.add('g', { signature: 'U1M=' }, 60_000);
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(await store.load('f')).to.equal(undefined);
      expect(await store.load('g')).to.deep.include(draft);
      expect(await store.create('f', draft, 60_000), 'its id is free').to.equal(true);
    });
  });
}

describe('MemoryDraftStore', () => {
  const large = (letter: string) => ({ ...draft, pdf: letter.repeat(4_000) }) as DocumentDraft;

  it('refuses a draft beyond maxBytes as what is full for now (503), and takes it when one has gone', async () => {
    const store = new MemoryDraftStore({ maxBytes: 10_000 });
    await store.create('a', large('a'), 60_000);
    await store.create('b', large('b'), 60_000);
    const error = await store.create('c', large('c'), 60_000).catch((reason) => reason);
    expect([error.name, error.code, error.status]).to.deep.equal(['SmartIdStoreError', 'store_full', 503]);
    await store.discard('a');
    expect(await store.create('c', large('c'), 60_000)).to.equal(true);
  });

  it('counts those no longer whose time is over', async () => {
    const store = new MemoryDraftStore({ maxBytes: 10_000 });
    await store.create('a', large('a'), 50);
    await store.create('b', large('b'), 50);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(await store.create('c', large('c'), 60_000)).to.equal(true);
  });

  it('keeps what was signed although it is full', async () => {
    const store = new MemoryDraftStore({ maxBytes: 5_000 });
    await store.create('a', large('a'), 60_000);
    await store.add('a', { signature: 'U'.repeat(4_000), timestamp: 'T'.repeat(8_000) }, 60_000);
    expect((await store.load('a'))?.timestamp).to.have.length(8_000);
  });

  it('names the option that is wrong', () => {
    for (const maxBytes of [0, -1, 1.5, Number.NaN, '9' as unknown as number]) {
      expect(() => new MemoryDraftStore({ maxBytes })).to.throw('maxBytes must be a whole number');
    }
  });
});
