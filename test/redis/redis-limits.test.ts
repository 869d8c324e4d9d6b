/** What Redis holds of counts, and what happens to starts when it cannot be used. */

import { expect } from 'chai';
import { createClient } from 'redis';
import { RedisAttemptStore } from '../../lib/redis/index.js';
import { fetchWith } from '../../lib/shared/http.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { RedisServer } from '../support/redis-server.js';
import { Browser, type Site, startSite } from '../support/site.js';

const secret = 'the secret of a site, long enough';

const connect = (url: string) =>
  createClient({ url, socket: { reconnectStrategy: 50 } })
    .on('error', () => {})
    .connect();

describe('The limits in Redis', function () {
  this.timeout(30_000);
  let simulator: Simulator;
  let server: RedisServer;
  let client: Awaited<ReturnType<typeof connect>>;
  let site: Site;
  const sent: string[] = [];
  const fetch = fetchWith();

  before(async function () {
    server = await RedisServer.start(this);
    simulator = await startSimulator({ port: 0, notificationDelayMs: 60_000 });
    client = await connect(server.url);
    site = await startSite(simulator, {
      strategy: {
        store: new RedisAttemptStore({ client, secret }),
        fetch: (url, init) => {
          sent.push(`${url}`);
          return fetch(url, init);
        },
      },
      start: (req) => ({ flow: req.body.flow, identify: () => req.body.identify }),
    });
  });
  after(async () => {
    await site?.close();
    await simulator?.close();
    client?.destroy();
    await server?.close();
  });

  it('say nothing of the session or the person, and go with their window', async () => {
    const browser = new Browser(site.origin);
    await browser.post('/start', { flow: 'notification', identify: { semanticsIdentifier: 'PNOEE-40504040001' } });
    const counts = (await client.sendCommand(['KEYS', 'smart-id:count:*'])) as unknown as string[];
    expect(counts).to.have.length(2);
    for (const key of counts) {
      expect(key).to.match(/^smart-id:count:[\w-]{43}$/);
      expect(await client.get(key)).to.equal('1');
      expect(Number(await client.sendCommand(['PTTL', key]))).to.be.within(290_000, 300_000);
    }
  });

  it('are under other names with another secret, so that nobody can guess whose they are', async () => {
    const { limits } = new RedisAttemptStore({ client, secret });
    const { limits: others } = new RedisAttemptStore({ client, secret: 'another secret, that is long enough' });
    expect((await limits.increment('key', 1_000)).count).to.equal(1);
    expect((await others.increment('key', 1_000)).count).to.equal(1);
    expect((await limits.increment('key', 1_000)).count).to.equal(2);
  });

  it('let nothing be started while Redis cannot be used', async () => {
    const browser = new Browser(site.origin);
    sent.length = 0;
    await server.kill();
    const since = performance.now();
    const { status, body } = await browser.post('/start');
    expect([status, body.code]).to.deep.equal([503, 'store_unavailable']);
    expect(performance.now() - since).to.be.below(6_000);
    expect(sent).to.deep.equal([]);
    await server.run();
    expect((await browser.post('/start')).status).to.equal(200);
  });
});
