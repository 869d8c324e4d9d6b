/** What one visitor can make the site do: counted where it leaves the site, at its fetch. */

import { expect } from 'chai';
import { SessionWatch } from '../../lib/rp-api/session-watch.js';
import { fetchWith } from '../../lib/shared/http.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { usePhone } from '../support/phone.js';
import { Browser, type Site, startSite } from '../support/site.js';
import { realNow, setTimeBy } from '../support/time.js';
import { until } from '../support/until.js';

const mostStarts = 30;

describe('What visitors can make the site send', () => {
  let simulator: Simulator;
  let site: Site;
  let browser: Browser;
  let time = realNow();
  const sent: string[] = [];
  const fetch = fetchWith();

  before(async () => {
    simulator = await startSimulator({ port: 0, notificationDelayMs: 60_000 });
    site = await startSite(simulator, {
      strategy: {
        clock: () => time,
        fetch: (url, init) => {
          sent.push(new URL(url).pathname.replace(/^.*\/v3\//, ''));
          return fetch(url, init);
        },
      },
      start: (req) => ({ flow: req.body.flow, identify: () => req.body.identify }),
    });
  });
  after(async () => {
    await site.close();
    await simulator.close();
  });
  setTimeBy(() => time);
  beforeEach(async () => {
    time = realNow();
    browser = new Browser(site.origin);
    await browser.start();
    sent.length = 0;
  });

  const startNearlyAll = async () => {
    for (let count = 1; count < mostStarts; count++) expect((await browser.post('/start')).status).to.equal(200);
  };

  it('is thirty starts in five minutes for each of them, and others are not held back', async () => {
    await startNearlyAll();
    for (let count = 0; count < 3; count++) {
      const { status, body } = await browser.post('/start');
      expect([status, body.code]).to.deep.equal([429, 'too_many_starts']);
    }
    expect(sent).to.have.length(mostStarts - 1);
    expect((await new Browser(site.origin).post('/start')).status).to.equal(200);
    time += 300_000;
    expect((await browser.post('/start')).status).to.equal(200);
  });

  it('counts starts for a person without an account too', async () => {
    const identify = { semanticsIdentifier: 'PNOEE-99999999999' };
    for (let count = 1; count < mostStarts; count++) {
      expect((await browser.post('/start', { identify })).status).to.equal(200);
    }
    expect((await browser.post('/start', { identify })).status).to.equal(429);
  });

  it('is ten pushes in five minutes to one person, from all browsers together', async () => {
    const push = async (identify: object) =>
      (await new Browser(site.origin).post('/start', { flow: 'notification', identify })).body;
    for (let count = 0; count < 10; count++) {
      const byDocument = { documentNumber: 'PNOEE-40504040001-DEM0-Q' };
      const identify = count % 2 === 0 ? byDocument : { semanticsIdentifier: 'PNOEE-40504040001' };
      expect((await push(identify)).state).to.equal('running');
    }
    expect((await push({ semanticsIdentifier: 'PNOEE-40504040001' })).code).to.equal('too_many_pushes');
    expect((await push({ documentNumber: 'PNOEE-40504040001-DEM0-Q' })).code).to.equal('too_many_pushes');
    expect(sent).to.have.length(10);
    expect((await push({ semanticsIdentifier: 'PNOLT-40504040001' })).state).to.equal('running');
    const qr = await browser.post('/start', { identify: { semanticsIdentifier: 'PNOEE-40504040001' } });
    expect(qr.body.state, 'another way stays open').to.equal('running');
    time += 300_000;
    expect((await push({ semanticsIdentifier: 'PNOEE-40504040001' })).state).to.equal('running');
  });

  it('is told how long to wait', async () => {
    await startNearlyAll();
    time += 60_500;
    await browser.post('/start');
    expect(site.errors.pop()).to.include({ code: 'too_many_starts', retryAfterSeconds: 240 });
  });

  it('does not count a start that is refused before anything is sent', async () => {
    const identify = { semanticsIdentifier: 'nobody' };
    for (let count = 0; count < mostStarts; count++) {
      expect((await browser.post('/start', { identify })).status).to.equal(400);
    }
    expect(sent).to.deep.equal([]);
    expect((await browser.post('/start')).status).to.equal(200);
  });

  it('is one long poll for a login, however many requests ask for its status', async () => {
    const { id, qrLink = '' } = await browser.start();
    sent.length = 0;
    const views = await Promise.all(Array.from({ length: 200 }, () => browser.status(id)));
    expect(views.every(({ state }) => state === 'running')).to.equal(true);
    await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR' });
    await browser.settled(id);
    // The rest is about the certificate, which is asked about as soon as the service has answered.
    expect(sent.filter((path) => path.startsWith('session/'))).to.have.length(1);
  });

  it('is one question about a session that the service no longer knows', async () => {
    for (const identify of [undefined, { semanticsIdentifier: 'PNOEE-40404040009' }]) {
      const { id } = await browser.start({ identify });
      sent.length = 0;
      simulator.faults.add({ on: 'session', status: 404 });
      // Whether they come before the answer or after it.
      for (let count = 0; count < 20; count++) await browser.status(id);
      await until(() => sent.length > 0, 'the question');
      for (let count = 0; count < 20; count++) await browser.status(id);
      simulator.faults.clear();
      expect(sent).to.have.length(1);
    }
  });

  it('is nothing for a status or a finish of a login that is not its own', async () => {
    const { id } = await new Browser(site.origin).start();
    sent.length = 0;
    for (const wrong of [id, 'A'.repeat(22), 'x'.repeat(5000)]) {
      await browser.get(`/status?id=${wrong}`);
      await browser.post('/finish', { id: wrong });
      await browser.get(`/callback?smartIdAttempt=${wrong}.${wrong}`);
    }
    expect(sent).to.deep.equal([]);
  });
});

describe('A long poll that nobody asks about', () => {
  const realSetTimeout = globalThis.setTimeout;
  afterEach(() => {
    globalThis.setTimeout = realSetTimeout;
  });

  it('is given up', async () => {
    const [begin, giveUp] = [0, 1];
    const timers: (() => void)[] = [];
    // Only the two timers of the watch are made here; their ends are what is asked about, not how long they take.
    globalThis.setTimeout = ((handler: () => void, delay: number) => {
      timers[delay === 25_000 ? giveUp : begin] = handler;
      return { unref: () => ({ refresh: () => undefined }) };
    }) as unknown as typeof setTimeout;
    let signal: AbortSignal | undefined;
    const watch = new SessionWatch({
      waitForSession: (_id, options) => {
        signal = options?.signal;
        return new Promise(() => {});
      },
    });
    expect(watch.observe('de305d54-75b4-431b-adb2-eb6b9e546014').state).to.equal('running');
    timers[begin]?.();
    expect(signal?.aborted).to.equal(false);
    timers[giveUp]?.();
    expect(signal?.aborted).to.equal(true);
  });
});
