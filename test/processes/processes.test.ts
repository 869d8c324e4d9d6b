/** Several processes of one site, with their sessions and attempts in Redis: any of them goes on with what another one began. */

import { expect } from 'chai';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { EventStream } from '../support/event-stream.js';
import { callbackAfter, pathOf, usePhone } from '../support/phone.js';
import { SiteProcess } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';
import { Browser } from '../support/site.js';

const callbackURL = 'http://localhost/callback';

describe('A site of several processes', function () {
  this.timeout(60_000);
  let simulator: Simulator;
  let redis: RedisServer;
  let processes: SiteProcess[] = [];
  let browser: Browser;

  const start = () => SiteProcess.start({ simulator, redisUrl: redis.url, callbackURL });
  /** The same browser on another process. */
  const on = (count: number) => new Browser(processes[count]?.origin ?? '', browser.jar);
  const loggedIn = () => processes.flatMap((process) => process.loggedIn.splice(0));
  const confirm = (deviceLink = '') => usePhone(simulator, { deviceLink, flowType: 'QR' });
  const callbackOf = async (web2AppLink = '') =>
    pathOf(await callbackAfter(simulator, { deviceLink: web2AppLink, flowType: 'Web2App' }));

  before(async function () {
    redis = await RedisServer.start(this);
    simulator = await startSimulator({ port: 0 });
    processes = await Promise.all([start(), start(), start()]);
  });
  beforeEach(() => {
    browser = new Browser(processes[0]?.origin ?? '');
    loggedIn();
  });
  after(async () => {
    for (const process of processes) await process.kill();
    await simulator?.close();
    await redis?.close();
  });

  it('starts a login on one, shows it on the second and finishes it on the third', async () => {
    const { id, qrLink } = await browser.start();
    expect((await on(1).status(id)).qrLink).to.match(/deviceLinkType=QR/);
    await confirm(qrLink);
    expect((await on(1).settled(id)).state).to.equal('ready');
    expect((await on(2).post('/finish', { id })).status).to.equal(200);
    expect((await on(1).get('/me')).body.id).to.equal('PNOEE-40404040009');
    expect(loggedIn()).to.have.length(1);
  });

  it('takes the return from the app on another one than began', async () => {
    const { web2AppLink } = await browser.start();
    expect((await on(2).get(await callbackOf(web2AppLink))).status).to.equal(200);
    expect((await browser.get('/me')).body.id).to.equal('PNOEE-40404040009');
  });

  it('logs in exactly once, however many finishes and callbacks race on all of them', async () => {
    for (let round = 0; round < 5; round++) {
      browser = new Browser(processes[0]?.origin ?? '');
      const { id, qrLink, web2AppLink } = await browser.start();
      const ask = round % 2 ? (who: Browser) => who.post('/finish', { id }) : undefined;
      const callback = ask ? '' : await callbackOf(web2AppLink);
      if (ask) await confirm(qrLink);
      const answers = await Promise.all(
        Array.from({ length: 30 }, (_, count) => (ask ?? ((who: Browser) => who.get(callback)))(on(count % 3))),
      );
      expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
      expect(loggedIn()).to.have.length(1);
    }
  });

  it('stops by itself when it is told to, with logins that wait, and they go on elsewhere', async () => {
    const { id, qrLink } = await browser.start();
    const stream = await EventStream.open(browser, `/updates?id=${id}`);
    await stream.next();
    const since = performance.now();
    expect(await processes[0]?.stop()).to.equal(0);
    expect(performance.now() - since).to.be.below(5_000);
    await stream.closed();
    processes[0] = await start();
    await confirm(qrLink);
    expect((await on(1).settled(id)).state).to.equal('ready');
    expect((await on(0).post('/finish', { id })).status).to.equal(200);
  });

  it('goes on after a rolling restart, whatever was waiting', async () => {
    const waiting = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const visitor = new Browser(processes[0]?.origin ?? '');
        return { visitor, attempt: await visitor.start() };
      }),
    );
    for (const count of processes.keys()) {
      await processes[count]?.kill();
      processes[count] = await start();
    }
    for (const { visitor, attempt } of waiting) {
      const after = new Browser(processes[1]?.origin ?? '', visitor.jar);
      expect((await after.status(attempt.id)).state).to.equal('running');
      await confirm(attempt.qrLink);
      expect((await after.settled(attempt.id)).state).to.equal('ready');
      expect((await after.post('/finish', { id: attempt.id })).status).to.equal(200);
    }
  });

  it('goes on after Redis was killed in the middle and started again', async () => {
    const { id, qrLink } = await browser.start();
    await redis.kill();
    await redis.run();
    await confirm(qrLink);
    expect((await on(1).settled(id, '/status', 10_000)).state).to.equal('ready');
    expect((await on(2).post('/finish', { id })).status).to.equal(200);
  });
});
