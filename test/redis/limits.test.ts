/** Starts and pushes, counted in Redis for all processes of a site. */

import { expect } from 'chai';
import session from 'express-session';
import { createClient } from 'redis';
import { fetchWith } from '../../lib/http.js';
import { RedisAttemptStore } from '../../lib/redis/index.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { RedisServer } from '../support/redis-server.js';
import { type SigningSite, startSigningSite } from '../support/signing-site.js';
import { Browser, type Site, startSite } from '../support/site.js';

const secret = 'the secret of a site, long enough';
const maxStarts = 30;
const maxPushes = 10;
const person = 'PNOEE-40504040001';

const connect = (url: string) =>
  createClient({ url, socket: { reconnectStrategy: 50 } })
    .on('error', () => {})
    .connect();
type Client = Awaited<ReturnType<typeof connect>>;

describe('The limits in Redis', function () {
  this.timeout(30_000);
  let simulator: Simulator;
  let server: RedisServer;
  let clients: [Client, Client];
  /** Two processes of one site. */
  let sites: [Site, Site];
  let signingSite: SigningSite;
  const sent: string[] = [];
  const fetch = fetchWith();

  before(async function () {
    server = await RedisServer.start(this);
    simulator = await startSimulator({ port: 0, notificationDelay: 60_000 });
    clients = [await connect(server.url), await connect(server.url)];
    const sessions = new session.MemoryStore();
    const start = (client: Client) =>
      startSite(simulator, {
        strategy: {
          store: new RedisAttemptStore({ client, secret }),
          fetch: (url, init) => {
            sent.push(`${url}`);
            return fetch(url, init);
          },
        },
        session: { store: sessions },
        start: (req) => ({ flow: req.body.flow, identify: () => req.body.identify }),
      });
    sites = [await start(clients[0]), await start(clients[1])];
    const store = new RedisAttemptStore({ client: clients[0], secret });
    signingSite = await startSigningSite(simulator, { signing: { store }, sessions });
  });
  afterEach(async () => {
    await clients[0].sendCommand(['FLUSHALL']);
  });
  after(async () => {
    for (const site of [...(sites ?? []), signingSite]) await site?.close();
    await simulator?.close();
    for (const client of clients ?? []) client.destroy();
    await server?.close();
  });

  function browsers(): [Browser, Browser] {
    const first = new Browser(sites[0].origin);
    return [first, new Browser(sites[1].origin, first.jar)];
  }
  const push = async (site: Site, identify: object) =>
    (await new Browser(site.origin).post('/start', { flow: 'notification', identify })).body;
  const keys = async () => (await clients[0].sendCommand(['KEYS', '*'])) as unknown as string[];

  it('are those of a browser session on all processes together', async () => {
    const [first, second] = browsers();
    await first.start();
    const answers = await Promise.all(
      Array.from({ length: maxStarts + 9 }, (_, count) => (count % 2 ? first : second).post('/start')),
    );
    expect(answers.filter(({ status }) => status === 200)).to.have.length(maxStarts - 1);
    expect(answers.filter(({ body }) => body.code === 'too_many_starts')).to.have.length(10);
    expect(sites[0].errors.pop()).to.have.property('retryAfter').that.is.within(290, 300);
    expect((await new Browser(sites[1].origin).post('/start')).status, 'another browser').to.equal(200);
  });

  it('are those of a person on all processes together, however the person is named', async () => {
    for (let count = 0; count < maxPushes; count++) {
      const identify = count % 2 ? { documentNumber: `${person}-DEM0-Q` } : { semanticsIdentifier: person };
      expect((await push(sites[count < 5 ? 0 : 1], identify)).state).to.equal('running');
    }
    for (const site of sites) {
      expect((await push(site, { semanticsIdentifier: person })).code).to.equal('too_many_pushes');
    }
    expect((await push(sites[0], { semanticsIdentifier: 'PNOLT-40504040001' })).state).to.equal('running');
  });

  it('count logins and signings apart', async () => {
    const [first] = browsers();
    for (let count = 0; count < maxStarts; count++) expect((await first.post('/start')).status).to.equal(200);
    expect((await first.post('/start')).status).to.equal(429);
    const signer = { documentNumber: `${person}-DEM0-Q` };
    const { status } = await new Browser(signingSite.origin, first.jar).post('/start', { signer });
    expect(status).to.equal(200);
  });

  it('say nothing of the session or the person, and go with their window', async () => {
    const [first] = browsers();
    await first.post('/start', { flow: 'notification', identify: { semanticsIdentifier: person } });
    const counts = (await keys()).filter((key) => key.startsWith('smart-id:count:'));
    expect(counts).to.have.length(2);
    const cookie = decodeURIComponent((await first.cookies()).split('=')[1] ?? '').replace(/^s:|\..*$/g, '');
    for (const key of counts) {
      expect(key).to.match(/^smart-id:count:[\w-]{43}$/);
      expect(key).to.not.contain(cookie);
      expect(Number(await clients[0].sendCommand(['PTTL', key]))).to.be.within(290_000, 300_000);
    }
  });

  it('are under other names with another secret, so that nobody can guess whose they are', async () => {
    const { limits } = new RedisAttemptStore({ client: clients[0], secret });
    const { limits: others } = new RedisAttemptStore({
      client: clients[0],
      secret: 'another secret, that is long enough',
    });
    expect((await limits.increment('key', 1_000)).count).to.equal(1);
    expect((await others.increment('key', 1_000)).count).to.equal(1);
    expect((await limits.increment('key', 1_000)).count).to.equal(2);
  });

  it('begin again when the window has ended', async () => {
    const { limits } = new RedisAttemptStore({ client: clients[0], secret });
    const { remainingMs } = await limits.increment('key', 1_000);
    const second = await limits.increment('key', 5_000);
    expect(second.count).to.equal(2);
    expect(second.remainingMs).to.be.within(1, remainingMs);
    await new Promise((resolve) => setTimeout(resolve, second.remainingMs + 10));
    expect((await limits.increment('key', 1_000)).count).to.equal(1);
  });

  it('let nothing be started while Redis cannot be used', async () => {
    const [first] = browsers();
    sent.length = 0;
    await server.kill();
    const since = performance.now();
    const { status, body } = await first.post('/start');
    expect([status, body.code]).to.deep.equal([503, 'store_unavailable']);
    expect(performance.now() - since).to.be.below(6_000);
    expect(sent).to.deep.equal([]);
    await server.run();
    expect((await first.post('/start')).status).to.equal(200);
  });
});
