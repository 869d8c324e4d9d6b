/** What the limits keep to where several processes of a site share them. */

import { expect } from 'chai';
import session from 'express-session';
import type { RedisAttemptStore } from '../../lib/redis/index.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { type SigningSite, startSigningSite } from '../support/signing-site.js';
import { Browser, type Site, startSite } from '../support/site.js';

const maxStarts = 30;
const maxPushes = 10;
const person = 'PNOEE-40504040001';

/** @param prepare as for `describeAttempts`. */
export function describeLimits(
  name: string,
  prepare: (test: Mocha.Context, cleanUp: (() => unknown)[]) => Promise<() => Promise<RedisAttemptStore>>,
): void {
  describe(`Limits ${name}`, function () {
    this.timeout(30_000);
    let simulator: Simulator;
    let store: RedisAttemptStore;
    /** Two processes of one site. */
    let sites: [Site, Site];
    let signingSite: SigningSite;
    const cleanUp: (() => unknown)[] = [];

    before(async function () {
      simulator = await startSimulator({ port: 0, notificationDelayMs: 60_000 });
      const makeStore = await prepare(this, cleanUp);
      store = await makeStore();
      const sessions = new session.MemoryStore();
      const start = async () =>
        startSite(simulator, {
          strategy: { store: await makeStore() },
          session: { store: sessions },
          start: (req) => ({ flow: req.body.flow, identify: () => req.body.identify }),
        });
      sites = [await start(), await start()];
      signingSite = await startSigningSite(simulator, { signing: { store }, sessions });
    });
    after(async () => {
      for (const site of [...(sites ?? []), signingSite]) await site?.close();
      await simulator?.close();
      for (const work of cleanUp.reverse()) await work();
    });

    function browsers(): [Browser, Browser] {
      const first = new Browser(sites[0].origin);
      return [first, new Browser(sites[1].origin, first.jar)];
    }
    const push = async (site: Site, identify: object) =>
      (await new Browser(site.origin).post('/start', { flow: 'notification', identify })).body;

    it('are those of a browser session on all processes together', async () => {
      const [first, second] = browsers();
      await first.start();
      const answers = await Promise.all(
        Array.from({ length: maxStarts + 9 }, (_, count) => (count % 2 ? first : second).post('/start')),
      );
      expect(answers.filter(({ status }) => status === 200)).to.have.length(maxStarts - 1);
      expect(answers.filter(({ body }) => body.code === 'too_many_starts')).to.have.length(10);
      const errors = sites.flatMap((site) => site.errors);
      expect(errors.pop()).to.have.property('retryAfterSeconds').that.is.within(290, 300);
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

    it('begin again when the window has ended', async () => {
      const { limits } = store;
      const { remainingMs } = await limits.increment('key', 1_000);
      const second = await limits.increment('key', 5_000);
      expect(second.count).to.equal(2);
      expect(second.remainingMs).to.be.within(1, remainingMs);
      await new Promise((resolve) => setTimeout(resolve, second.remainingMs + 10));
      expect((await limits.increment('key', 1_000)).count).to.equal(1);
    });
  });
}
