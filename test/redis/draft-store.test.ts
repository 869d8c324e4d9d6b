import { expect } from 'chai';
import { createClient, createCluster } from 'redis';
import type { DocumentDraft } from '../../lib/documents/complete.js';
import { RedisDraftStore } from '../../lib/redis/index.js';
import { RedisClusterServers } from '../support/redis-groups.js';
import { RedisServer } from '../support/redis-server.js';

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
    await one.save('a', draft, 60_000);
    expect(await other.load('a')).to.deep.equal(draft);
    await other.save('a', { ...draft, signature: 'RERERA==' }, 60_000);
    expect((await one.load('a'))?.signature).to.equal('RERERA==');
    await other.remove('a');
    expect(await one.load('a')).to.equal(undefined);
  });

  it('forgets a draft after its time', async () => {
    const store = new RedisDraftStore({ client, secret });
    await store.save('b', draft, 60);
    expect(await store.load('b')).to.deep.equal(draft);
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(await store.load('b')).to.equal(undefined);
  });

  it('keeps nothing that can be read, under another name or with another secret', async () => {
    const store = new RedisDraftStore({ client, secret });
    await store.save('c', draft, 60_000);
    const kept = (await client.get('smart-id:draft:c')) ?? '';
    expect(Buffer.from(kept, 'base64url').toString('latin1')).not.to.contain('Q0NDQw');
    await client.set('smart-id:draft:d', kept);
    expect(await store.load('d')).to.equal(undefined);
    const stranger = new RedisDraftStore({ client, secret: 'the secret of another site, long enough' });
    expect(await stranger.load('c')).to.equal(undefined);
    const successor = new RedisDraftStore({ client, secret: ['the new secret of the same site, long', secret] });
    expect(await successor.load('c')).to.deep.equal(draft);
  });

  it('keeps a document of 20 MB', async () => {
    const store = new RedisDraftStore({ client, secret });
    const pdf = Buffer.alloc(20_000_000, 7).toString('base64');
    await store.save('e', { ...draft, pdf } as DocumentDraft, 60_000);
    const loaded = (await store.load('e')) as { pdf: string };
    expect(loaded.pdf === pdf).to.equal(true);
  });

  it('works with a cluster', async function () {
    const cluster = await RedisClusterServers.start(this);
    const clusterClient = createCluster({ rootNodes: cluster.rootNodes }).on('error', () => {});
    try {
      await clusterClient.connect();
      const store = new RedisDraftStore({ client: clusterClient, secret });
      for (const id of ['a', 'b', 'c', 'd']) {
        await store.save(id, draft, 60_000);
        expect(await store.load(id)).to.deep.equal(draft);
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
