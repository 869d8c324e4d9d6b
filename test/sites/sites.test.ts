/** The table of site kinds by way of login: each cell is a test. */

import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { type SmallSite, siteKinds } from './in-process.js';
import { ways } from './ways.js';

for (const [kind, startSite] of Object.entries(siteKinds)) {
  describe(`A site of the kind ${kind}`, () => {
    let simulator: Simulator;
    let site: SmallSite;
    before(async () => {
      simulator = await startSimulator({ port: 0, notificationAnswer: 'phone' });
      site = await startSite(simulator);
    });
    after(async () => {
      await site.close();
      await simulator.close();
    });

    for (const [way, take] of Object.entries(ways)) {
      it(`logs in: ${way}`, () => take({ origin: site.origin, simulator }));
    }
  });
}
