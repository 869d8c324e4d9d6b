/** A service in maintenance is left in peace, and visitors are told at once. */

import { expect } from 'chai';
import { Circuit } from '../../lib/rp-api/circuit.js';
import { SmartIdClient } from '../../lib/rp-api/client.js';
import { SmartIdServiceError } from '../../lib/shared/errors.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { Browser, type Site, startSite } from '../support/site.js';
import { rejection } from '../support/stubbed-service.js';
import { until } from '../support/until.js';

describe('A pause for the service', () => {
  let now: number;
  let circuit: Circuit;
  beforeEach(() => {
    now = 1_000_000;
    circuit = new Circuit(() => now);
  });

  /** Seconds that whoever asks is told to wait; 0 where it may ask. */
  const toWait = () => {
    try {
      circuit.enter();
      return 0;
    } catch (error) {
      expect(error).to.be.instanceOf(SmartIdServiceError).and.include({ code: 'maintenance', status: 503 });
      return (error as SmartIdServiceError).retryAfterSeconds;
    }
  };
  const fail = (times: number) => {
    for (let count = 0; count < times; count++) circuit.fail();
  };

  it('comes after three failures in a row, and not after fewer', () => {
    fail(2);
    expect(toWait()).to.equal(0);
    circuit.succeed();
    fail(2);
    expect(toWait()).to.equal(0);
    fail(1);
    expect(toWait()).to.be.within(1, 2);
  });

  it('is as long as the service asks for, from its first word on, and five minutes at the most', () => {
    circuit.fail(30_000);
    expect(toWait()).to.equal(30);
    now += 29_999;
    expect(toWait()).to.equal(1);
    now += 1;
    expect(toWait()).to.equal(0);
    circuit.fail(3_600_000);
    expect(toWait()).to.equal(300);
  });

  it('doubles with each that is in vain, up to a minute, with a random part', () => {
    fail(2);
    const pauses = Array.from({ length: 9 }, () => {
      fail(1);
      const since = now;
      while (toWait()) now += 50;
      return now - since;
    });
    const longest = [1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1000);
    for (const [index, pause] of pauses.entries()) {
      expect(pause, `pause ${index}`).to.be.within((longest[index] ?? 0) * 0.5, (longest[index] ?? 0) * 1.5 + 100);
    }
  });

  it('is not made longer by answers to what was asked before', () => {
    fail(3);
    const told = toWait();
    fail(1_000);
    expect(toWait()).to.equal(told);
  });

  it('ends with few that try, and lets in everybody when one of them gets through', () => {
    circuit.fail(10_000);
    now += 10_000;
    const tried = Array.from({ length: 1_000 }, () => {
      now += 1;
      return toWait();
    });
    expect(tried.filter((seconds) => seconds === 0)).to.have.length.within(9, 11);
    circuit.succeed();
    expect([toWait(), toWait(), toWait()]).to.deep.equal([0, 0, 0]);
  });
});

describe('A service in maintenance', function () {
  this.timeout(20_000);
  let simulator: Simulator;
  let site: Site;
  const asked: string[] = [];
  const recording = (url: string, init: object) => {
    asked.push(url);
    return fetch(url, init) as never;
  };
  beforeEach(async () => {
    simulator = await startSimulator({ port: 0 });
    site = await startSite(simulator, { strategy: { fetch: recording } });
    asked.length = 0;
  });
  afterEach(async () => {
    await site.close();
    await simulator.close();
  });

  for (const status of [580, 503, 429]) {
    it(`with status ${status} and a Retry-After is not asked by anybody until then`, async () => {
      simulator.faults.add({ on: 'create', times: 1, status, headers: { 'retry-after': '2' } });
      const browser = new Browser(site.origin);
      for (let count = 0; count < 10; count++) {
        const { status, body } = await browser.post('/start');
        expect([status, body.code]).to.deep.equal([503, 'maintenance']);
      }
      expect(asked).to.have.length(1);
      expect(site.errors[9]).to.have.property('retryAfterSeconds').within(1, 2);
      await new Promise((resolve) => setTimeout(resolve, 2_050));
      expect((await browser.post('/start')).status).to.equal(200);
    });
  }

  it('is asked a few times where a hundred logins wait, and they go on when it is back', async () => {
    const waiting = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const browser = new Browser(site.origin);
        return { browser, ...(await browser.start()) };
      }),
    );
    simulator.faults.add({ on: 'any', status: 580 });
    asked.length = 0;
    const end = performance.now() + 4_000;
    while (performance.now() < end) await Promise.all(waiting.map(({ browser, id }) => browser.status(id)));
    // Each has asked once before it was known, and then a few more; without a pause it would be hundreds.
    expect(asked.length).to.be.within(3, 160);
    simulator.faults.clear();
    for (const { browser, id } of waiting) {
      await until(async () => (await browser.status(id)).state === 'running', 'the end of the pause');
    }
  });

  it('tells a client that waits for a session, where it asks for a pause that is too long to wait', async () => {
    const client = new SmartIdClient(simulator);
    simulator.faults.add({ on: 'session', status: 503, headers: { 'retry-after': '60' } });
    const error = await rejection(client.waitForSession('de305d54-75b4-431b-adb2-eb6b9e546014'));
    expect(error).to.include({ code: 'maintenance', httpStatus: 503, retryAfterSeconds: 60 });
  });

  it('may say when by a date, and what makes no sense is no pause', async () => {
    const client = new SmartIdClient(simulator);
    const ask = () => rejection(client.sessionStatus('de305d54-75b4-431b-adb2-eb6b9e546014'));
    for (const header of ['soon', '-5', '1e9', '', 'Thu, 01 Jan 1970 00:00:00 GMT']) {
      simulator.faults.add({ on: 'session', times: 1, status: 503, headers: { 'retry-after': header } });
      expect(await ask(), header).to.include({ httpStatus: 503, retryAfterSeconds: undefined });
      expect(await ask(), 'asked again').to.have.property('code', 'session_not_found');
    }
    const date = new Date(Date.now() + 20_000).toUTCString();
    simulator.faults.add({ on: 'session', times: 1, status: 503, headers: { 'retry-after': date } });
    expect(await ask())
      .to.have.property('retryAfterSeconds')
      .within(18, 20);
  });
});
