/** The end of a process: nothing holds it back, and nobody who waits for a result loses it. */

import { expect } from 'chai';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { EventStream } from '../support/event-stream.js';
import { callbackAfter, pathOf, usePhone } from '../support/phone.js';
import { Browser, type Site, startSite } from '../support/site.js';
import { until } from '../support/until.js';

describe('A strategy that is closed', function () {
  this.timeout(20_000);
  let simulator: Simulator;
  let site: Site;
  let browser: Browser;
  /** Polls of the simulator that have not been answered. */
  let polls: number;

  beforeEach(async () => {
    polls = 0;
    simulator = await startSimulator({ port: 0 });
    site = await startSite(simulator, {
      strategy: {
        fetch: async (url, init) => {
          if (!url.includes('/session/')) return fetch(url, init);
          polls++;
          try {
            const response = await fetch(url, init);
            return { status: response.status, body: [Buffer.from(await response.arrayBuffer())] as never };
          } finally {
            polls--;
          }
        },
      },
    });
    browser = new Browser(site.origin);
  });
  afterEach(async () => {
    await site.close();
    await simulator.close();
  });

  it('cuts live updates, and asks the service no more', async () => {
    const { id } = await browser.start();
    const stream = await EventStream.open(browser, `/updates?id=${id}`);
    await stream.next();
    await until(() => polls === 1, 'the poll');
    site.strategy.close();
    await stream.closed();
    await until(() => polls === 0, 'the end of the poll');
    expect((await browser.status(id)).state).to.equal('running');
    expect(polls).to.equal(0);
    const late = await EventStream.open(browser, `/updates?id=${id}`).catch(() => undefined);
    await late?.closed();
    expect(polls).to.equal(0);
  });

  it('lets a request that waits for a result have it', async () => {
    const { web2AppLink = '' } = await browser.start();
    const callback = pathOf(await callbackAfter(simulator, { deviceLink: web2AppLink, flowType: 'Web2App' }));
    simulator.faults.add({ on: 'session', times: 1, delay: 500 });
    const answer = browser.get(callback);
    await until(() => polls === 1, 'the poll');
    site.strategy.close();
    expect((await answer).status).to.equal(200);
    await until(() => polls === 0, 'the end of the poll');
  });

  it('can still finish what it is asked to finish', async () => {
    const { id, qrLink = '' } = await browser.start();
    site.strategy.close();
    await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR' });
    expect((await browser.post('/finish', { id })).status).to.equal(200);
    expect(polls).to.equal(0);
  });
});
