import { expect } from 'chai';
import { createClient, createCluster } from 'redis';
import type { DocumentDraft } from '../../lib/documents/complete.js';
import { RedisDraftStore } from '../../lib/redis/index.js';
import { RedisClusterServers } from '../support/redis-groups.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';

const secret = 'the secret of a site, long enough';
const draft = { certificate: 'AAAA', data: 'BBBB', pdf: 'Q0NDQw==' } as DocumentDraft;

function connect(url: string) {
  return createClient({ url })
    .on('error', () => {})
    .connect();
}

describe('RedisDraftStore', () => {
  let server: RedisServer;
  let client: Awaited<ReturnType<typeof connect>>;
  before(async function () {
    server = await RedisServer.start(this);
    client = await connect(server.url);
  });
  after(async () => {
    client?.destroy();
    await server?.close();
  });

  it('gives a draft to any process, until it is removed', async () => {
    const [one, other] = [new RedisDraftStore({ client, secret }), new RedisDraftStore({ client, secret })];
    expect(await one.create('a', draft, 60_000)).to.equal(true);
    expect(JSON.stringify(await other.load('a'))).to.equal(JSON.stringify(draft));
    await other.add('a', { signature: 'RERERA==' }, 60_000);
    await one.add('a', { timestamp: 'VFRUVA==' }, 60_000);
    expect(await one.load('a')).to.deep.include({ ...draft, signature: 'RERERA==', timestamp: 'VFRUVA==' });
    expect(await one.claim('a', 60_000)).to.equal(true);
    expect(await other.claim('a', 60_000)).to.equal(false);
    await one.release('a');
    expect(await other.claim('a', 60_000)).to.equal(true);
    await other.remove('a');
    expect(await one.load('a')).to.equal(undefined);
  });

  it('keeps nothing that can be read, under another name or with another secret', async () => {
    const store = new RedisDraftStore({ client, secret });
    await store.create('c', draft, 60_000);
    await store.add('c', { signature: 'RERERA==' }, 60_000);
    const { draft: kept = '', signature = '' } = await client.hGetAll('smart-id:draft:c');
    expect(Buffer.from(kept, 'base64url').toString('latin1')).not.to.contain('Q0NDQw');
    await client.hSet('smart-id:draft:d', { draft: kept });
    expect(await store.load('d'), 'of another document').to.equal(undefined);
    await client.hSet('smart-id:draft:c', { timestamp: signature });
    expect((await store.load('c'))?.timestamp, 'another part of it').to.equal(undefined);
    const stranger = new RedisDraftStore({ client, secret: 'the secret of another site, long enough' });
    expect(await stranger.load('c')).to.equal(undefined);
    const successor = new RedisDraftStore({ client, secret: ['the new secret of the same site, long', secret] });
    expect(await successor.load('c')).to.deep.include(draft);
  });

  it('keeps a document of 20 MB, of which no command and no reply holds the process for long', async () => {
    const lengths: number[] = [];
    const watched = {
      async sendCommand(command: string[]) {
        const reply = await client.sendCommand(command);
        for (const text of [...command, reply].flat()) lengths.push(String(text).length);
        return reply;
      },
    };
    const store = new RedisDraftStore({ client: watched, secret });
    const large = { ...draft, pdf: Buffer.alloc(20_000_000, 7).toString('base64') };
    await store.create('e', large, 60_000);
    expect(((await store.load('e')) as { pdf: string }).pdf === large.pdf).to.equal(true);
    expect(Math.max(...lengths)).to.be.within(600_000, 700_000);
    await store.remove('e');
    expect(await client.exists('smart-id:draft:e')).to.equal(0);
  });

  describe('with a document in parts', () => {
    const key = (id: string) => `smart-id:draft:${id}`;
    const large = (letter: string) => ({ ...draft, pdf: letter.repeat(1_200_000) }) as DocumentDraft;
    const changed = (text = '') => `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`;
    const partsIn = async (id: string) => (await client.hKeys(key(id))).filter((field) => field.startsWith('part:'));

    it('keeps the one of two that is there first, and nothing of the other', async () => {
      const stores = [new RedisDraftStore({ client, secret }), new RedisDraftStore({ client, secret })];
      const letters = ['A', 'B'];
      const made = await Promise.all(
        stores.map((store, index) => store.create('f', large(letters[index] as string), 60_000)),
      );
      expect(made).to.have.members([true, false]);
      const loaded = await stores[0]?.load('f');
      expect(JSON.stringify(loaded)).to.equal(JSON.stringify(large(letters[made.indexOf(true)] as string)));
      expect(await partsIn('f')).to.have.length(3);
      expect(await stores[1]?.create('f', large('C'), 1_000)).to.equal(false);
      expect(await client.pTTL(key('f')), 'its time stays as it is').to.be.above(50_000);
      expect(await partsIn('f')).to.have.length(3);
    });

    it('has none where a part of it is gone, was changed or is of another place', async () => {
      const store = new RedisDraftStore({ client, secret });
      const wrongParts: ((parts: Record<string, string>, names: string[], others: string[]) => unknown)[] = [
        (_parts, [first]) => client.hDel(key('g'), first as string),
        (parts, [first, second]) => client.hSet(key('g'), first as string, parts[second as string] as string),
        (_parts, [first], [other]) => client.hSet(key('g'), first as string, other as string),
        (parts, [, , last]) => client.hSet(key('g'), last as string, changed(parts[last as string])),
      ];
      await store.create('h', large('H'), 60_000);
      const others = Object.values(await client.hGetAll(key('h')));
      for (const change of wrongParts) {
        await store.create('g', large('G'), 60_000);
        const { draft: _head, ...parts } = await client.hGetAll(key('g'));
        const names = Object.keys(parts).sort();
        expect(names).to.have.length(3);
        await change(parts, names, others);
        expect(await store.load('g')).to.equal(undefined);
        await store.remove('g');
      }
    });

    it('says that the store has failed where parts go away before all of them are there', async () => {
      let scripts = 0;
      const losing = {
        sendCommand: async (command: string[]) => {
          if (++scripts === 3) await client.del(key('i'));
          return client.sendCommand(command);
        },
      };
      const store = new RedisDraftStore({ client: losing, secret });
      const error = await store.create('i', large('I'), 60_000).catch((reason) => reason);
      expect([error.name, error.status]).to.deep.equal(['SmartIdStoreError', 503]);
      expect(await store.load('i')).to.equal(undefined);
      expect(await store.add('i', { signature: 'U1M=' }, 60_000)).to.equal(undefined);
    });

    it('forgets what was begun and not finished', async () => {
      let scripts = 0;
      const dying = {
        sendCommand: async (command: string[]) => (++scripts > 2 ? new Promise(() => {}) : client.sendCommand(command)),
      };
      void new RedisDraftStore({ client: dying, secret }).create('j', large('J'), 60_000).catch(() => {});
      await until(async () => (await partsIn('j')).length === 2, 'two parts');
      expect(await client.pTTL(key('j'))).to.be.within(1, 60_000);
    });
  });

  it('works with a cluster', async function () {
    const cluster = await RedisClusterServers.start(this);
    const clusterClient = createCluster({ rootNodes: cluster.rootNodes }).on('error', () => {});
    try {
      await clusterClient.connect();
      const store = new RedisDraftStore({ client: clusterClient, secret });
      for (const id of ['a', 'b', 'c', 'd']) {
        await store.create(id, draft, 60_000);
        await store.add(id, { signature: 'RERERA==' }, 60_000);
        expect(await store.load(id)).to.deep.include({ ...draft, signature: 'RERERA==' });
      }
    } finally {
      clusterClient.destroy();
      await cluster.close();
    }
  });

  it('names the option that is wrong', () => {
    expect(() => new RedisDraftStore({ client, secret: 'short' })).to.throw('secret must be');
  });
});
