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

  it('keeps a document of 20 MB', async () => {
    const store = new RedisDraftStore({ client, secret });
    const pdf = Buffer.alloc(20_000_000, 7).toString('base64');
    await store.create('e', { ...draft, pdf } as DocumentDraft, 60_000);
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
