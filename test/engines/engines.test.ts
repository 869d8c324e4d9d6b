/**
 * The same ways of logging in and signing in three engines, on each kind of host: every cell of the table is one test.
 */

import { expect } from 'chai';
import { chromium } from './chromium.js';
import type { Engine, RunningEngine } from './engine.js';
import { firefox } from './firefox.js';
import { type Host, hosts } from './hosts.js';
import { Network } from './network.js';
import { type Way, ways } from './ways.js';
import { webkit } from './webkit.js';

for (const engine of [chromium, firefox, webkit]) describeEngine(engine);

function describeEngine(engine: Engine): void {
  describe(engine.name, function () {
    this.timeout(60_000);
    let network: Network;
    let running: RunningEngine;
    before(async function () {
      network = await Network.start();
      running = await engine.launch(this, network.proxyPort);
    });
    after(async () => {
      await running?.close();
      await network?.close();
    });

    for (const host of hosts as readonly Host[]) {
      for (const way of ways) {
        if (way.needsReturn && host.whyWithoutReturn) continue;
        it(`${engine.name}, ${host.name}: ${way.name}`, () => go(way, host));
      }
    }

    async function go(way: Way, host: Host): Promise<void> {
      const { origin, notes } = network.at(host);
      const session = await running.begin(way.options);
      try {
        await way.go({ session, origin, notes, simulator: network.simulator });
        expect(session.problems, 'errors that the engine tells of').to.deep.equal([]);
        expect(notes.violations, 'what policies have kept away').to.deep.equal([]);
        expect(notes.errors, 'errors of the site').to.deep.equal([]);
      } finally {
        await session.close();
        notes.violations.length = notes.errors.length = 0;
      }
    }
  });
}
