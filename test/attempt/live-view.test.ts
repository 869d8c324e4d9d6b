/** A page gets the link of each second, and none of them twice or not at all. */

import { expect } from 'chai';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { EventStream } from '../support/event-stream.js';
import { Browser, type Site, startSite } from '../support/site.js';

const pages = 40;
const seconds = 6;

describe('The ticks of live updates', function () {
  this.timeout(30_000);
  let simulator: Simulator;
  let site: Site;
  before(async () => {
    simulator = await startSimulator({ port: 0 });
    site = await startSite(simulator);
  });
  after(async () => {
    await site.close();
    await simulator.close();
  });

  it('leave no second out, on any of many pages', async () => {
    const streams: EventStream[] = [];
    for (let count = 0; count < pages; count++) {
      const browser = new Browser(site.origin);
      const { id } = await browser.start();
      streams.push(await EventStream.open(browser, `/updates?id=${id}`));
    }
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    for (const stream of streams) {
      const told = stream.events.map(({ qrLink }) => Number(new URL(qrLink).searchParams.get('elapsedSeconds')));
      expect(told).to.have.length.above(seconds - 1);
      expect(told).to.deep.equal(told.map((_, index) => (told[0] ?? 0) + index));
      stream.leave();
    }
  });
});
