/** What happens to attempts when another server takes over what they are kept on. */

import { expect } from 'chai';
import { createCluster, createSentinel } from 'redis';
import type { AttemptView } from '../../lib/index.js';
import { RedisAttemptStore } from '../../lib/redis/index.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { usePhone } from '../support/phone.js';
import { RedisClusterServers, RedisSentinelServers, send } from '../support/redis-groups.js';
import { Browser, type Site, startSite } from '../support/site.js';
import { until } from '../support/until.js';

const secret = 'the secret of a site, long enough';

describe('Attempts whose server changes', function () {
  this.timeout(60_000);
  let simulator: Simulator;
  const cleanUp: (() => unknown)[] = [];

  before(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  afterEach(async () => {
    for (const work of cleanUp.splice(0).reverse()) await work();
  });
  after(() => simulator.close());

  async function open(store: RedisAttemptStore): Promise<[Browser, Site]> {
    const site = await startSite(simulator, { strategy: { store } });
    cleanUp.push(() => site.close());
    return [new Browser(site.origin), site];
  }
  async function finish(browser: Browser, id: string, deviceLink = ''): Promise<void> {
    await usePhone(simulator, { deviceLink, flowType: 'QR' });
    await browser.settled(id);
    const answers = await Promise.all(Array.from({ length: 10 }, () => browser.post('/finish', { id })));
    expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
  }

  it('are found where a cluster has moved their slot to another server', async function () {
    const cluster = await RedisClusterServers.start(this);
    cleanUp.push(() => cluster.close());
    const client = await createCluster({ rootNodes: cluster.rootNodes })
      .on('error', () => {})
      .connect();
    cleanUp.push(() => client.destroy());
    const [browser, site] = await open(new RedisAttemptStore({ client, secret }));
    const { id, qrLink } = await browser.start();
    const [key = ''] = (
      await Promise.all(cluster.servers.map(async (server) => (await send(server, 'KEYS', '*{*')) as string[]))
    ).flat();
    let waiting: Promise<AttemptView> | undefined;
    await cluster.moveSlotOf(key, async () => {
      waiting = browser.status(id);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    });
    expect((await waiting)?.state, 'asked for while it was moved').to.equal('running');
    expect((await browser.status(id)).state).to.equal('running');
    await finish(browser, id, qrLink);
    expect(site.errors).to.deep.equal([]);
  });

  it('are found where a replica has become the master', async function () {
    const group = await RedisSentinelServers.start(this);
    cleanUp.push(() => group.close());
    const client = await createSentinel(group.options)
      .on('error', () => {})
      .connect();
    cleanUp.push(() => client.destroy());
    const [browser, site] = await open(new RedisAttemptStore({ client, secret }));
    const { id, qrLink } = await browser.start();
    await group.killMaster();
    const since = performance.now();
    const { status } = await browser.get(`/status?id=${id}`);
    expect(status).to.be.oneOf([200, 503]);
    expect(performance.now() - since).to.be.below(6_000);
    await until(async () => (await browser.get(`/status?id=${id}`)).status === 200, 'another master', 30_000);
    await finish(browser, id, qrLink);
    expect((await new Browser(site.origin).post('/start')).status, 'a new one').to.equal(200);
  });
});
