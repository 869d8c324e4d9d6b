/** What Redis holds of attempts, and what happens when it is slow, cut off or started again. */

import { expect } from 'chai';
import type { Express } from 'express';
import session from 'express-session';
import { createClient } from 'redis';
import type { StartOptions } from '../../lib/index.js';
import { RedisAttemptStore, type RedisAttemptStoreOptions } from '../../lib/redis/index.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { inputError } from '../support/errors.js';
import { logInByQr, usePhone } from '../support/phone.js';
import { RedisServer, RedisWay } from '../support/redis-server.js';
import { Browser, type Site, startSite } from '../support/site.js';

const secret = 'the secret of a site, long enough';
const newSecret = 'another secret, that replaces the first';

/** A slot begins with the key of what is in it. */
const keyLength = 43;

const connect = (url: string) =>
  createClient({ url, socket: { reconnectStrategy: 50 } })
    .on('error', () => {})
    .connect();
type Client = Awaited<ReturnType<typeof connect>>;

describe('The attempt store in Redis', function () {
  this.timeout(30_000);
  let simulator: Simulator;
  let server: RedisServer;
  let way: RedisWay;
  /** By the way that can be cut. */
  let client: Client;
  /** Looks at what there is. */
  let looker: Client;
  const sites: Site[] = [];

  before(async function () {
    server = await RedisServer.start(this);
    way = await RedisWay.to(server);
    simulator = await startSimulator({ port: 0 });
    client = await connect(way.url);
    looker = await connect(server.url);
  });
  afterEach(async () => {
    for (const site of sites.splice(0)) await site.close();
    way.delay = 0;
    await looker.sendCommand(['FLUSHALL']);
  });
  after(async () => {
    client?.destroy();
    looker?.destroy();
    way?.close();
    await simulator?.close();
    await server?.close();
  });

  async function open(
    options: Partial<RedisAttemptStoreOptions> = {},
    sessions = new session.MemoryStore(),
    routes?: (app: Express, store: RedisAttemptStore) => void,
    start?: StartOptions,
  ) {
    const store = new RedisAttemptStore({ client, secret, ...options });
    const strategy = { store, callbackURL: 'http://localhost/callback', appCallbackURL: undefined };
    const site = await startSite(simulator, {
      strategy,
      start,
      session: { store: sessions },
      routes: (app) => routes?.(app, store),
    });
    sites.push(site);
    return { site, browser: new Browser(site.origin) };
  }
  /** Of attempts, which are in braces, and not of counts. */
  const keys = async () => ((await looker.sendCommand(['KEYS', '*{*'])) as unknown as string[]).sort();
  const confirm = (deviceLink = '') => usePhone(simulator, { deviceLink, flowType: 'QR' });
  /** Whether a login that was begun can be ended. */
  async function finished(browser: Browser, { id, qrLink }: { id: string; qrLink?: string }): Promise<boolean> {
    await confirm(qrLink);
    await browser.settled(id, '/status', 10_000);
    return (await browser.post('/finish', { id })).status === 200;
  }

  it('say nothing of themselves, of the person or of the session', async () => {
    const { browser } = await open();
    const { id, qrLink = '' } = await browser.start();
    const [key = '', ...others] = await keys();
    expect(others).to.deep.equal([]);
    const value = (await looker.get(key)) ?? '';
    const cookie = decodeURIComponent((await browser.cookies()).split('=')[1] ?? '').replace(/^s:|\..*$/g, '');
    const token = new URL(qrLink).searchParams.get('sessionToken') ?? '';
    for (const hidden of [id, cookie, token, 'asked', 'rpChallenge']) {
      expect(hidden).to.have.length.above(4);
      expect(key + value + Buffer.from(value, 'base64url').toString('latin1')).to.not.contain(hidden);
    }
  });

  it('leave nothing in Redis that stays, or that says whose it is', async () => {
    const documentNumber = 'PNOEE-40504040001-DEM0-Q';
    const { site, browser } = await open({}, undefined, undefined, {
      flow: 'notification',
      identify: () => ({ documentNumber }),
    });
    const hidden = [documentNumber, 'PNOEE-40504040001', '40504040001', 'sessionID', 'documentNumber', 'https://'];
    const hideCookie = async () => {
      const value = decodeURIComponent((await browser.cookies()).split('=')[1] ?? '').replace(/^s:/, '');
      hidden.push(value.split('.')[0] ?? '');
    };
    for (let count = 0; count < 7; count++) hidden.push((await browser.start()).id);
    await hideCookie();
    const id = hidden.at(-2) ?? '';
    await browser.settled(id);
    expect((await browser.post('/finish', { id })).status).to.equal(200);
    hidden.push((await browser.start()).id);
    await hideCookie();
    expect(site.errors).to.deep.equal([]);
    const names = (await looker.sendCommand(['KEYS', '*'])) as unknown as string[];
    const kinds = names.map((name) => name.replace(/[\w-]{43}/g, '…')).sort();
    expect([...new Set(kinds.map((kind) => kind.replace(/\d$/, 'slot')))]).to.deep.equal([
      'smart-id:count:…',
      'smart-id:{…}:slot',
      'smart-id:{…}:taken:…',
    ]);
    for (const name of names) {
      expect(Number(await looker.sendCommand(['PTTL', name])), name).to.be.within(1, 300_000);
      const value = (await looker.get(name)) ?? '';
      const all = [name, value, Buffer.from(value, 'base64url').toString('latin1')].join();
      for (const text of hidden) {
        expect(text).to.have.length.above(7);
        expect(all).to.not.contain(text);
      }
    }
  });

  it('go by themselves two minutes after their end, and at once when they are taken, but for who has taken them', async () => {
    const { browser } = await open();
    const begun = await browser.start();
    const [key = ''] = await keys();
    expect(Number(await looker.sendCommand(['PTTL', key]))).to.be.within(230_000, 240_000);
    expect(await finished(browser, begun)).to.equal(true);
    const [taken = '', ...others] = await keys();
    expect(others).to.deep.equal([]);
    expect(taken.startsWith(`${key.slice(0, -':0'.length)}:taken:`), taken).to.equal(true);
    expect(Number(await looker.sendCommand(['PTTL', taken]))).to.be.within(50_000, 60_000);
    expect(taken + ((await looker.get(taken)) ?? '')).to.not.contain(begun.id);
  });

  it('are under names of the site', async () => {
    const { browser } = await open({ prefix: 'bank:login:' });
    await browser.start();
    expect((await keys())[0]).to.match(/^bank:login:\{[\w-]{43}\}:0$/);
  });

  it('make room where they would end first, and keep their own time beside others', async () => {
    const { browser } = await open({}, undefined, (app, store) => {
      app.post('/extend/:id', async (req, res) => {
        const before = await store.read(req, req.params.id);
        if (!before) throw new Error('There is no such attempt.');
        res.json(await store.update(req, { ...before, expiresAt: before.expiresAt + 60_000 }, before));
      });
    });
    const ids: string[] = [];
    for (let count = 0; count < 5; count++) ids.push((await browser.start()).id);
    expect((await browser.post(`/extend/${ids[0]}`)).body).to.equal(true);
    ids.push((await browser.start()).id);
    const states = await Promise.all(ids.map(async (id) => (await browser.status(id)).state));
    expect(states.map((state) => state === 'running')).to.deep.equal([true, false, true, true, true, true]);
    const times = await Promise.all((await keys()).map(async (key) => Number(await looker.sendCommand(['PTTL', key]))));
    expect(times.filter((time) => time > 0 && time <= 240_000)).to.have.length(4);
    expect(times.filter((time) => time > 240_000 && time <= 300_000)).to.have.length(1);
  });

  it('are begun once where the answer of Redis is lost', async () => {
    const { browser } = await open();
    await browser.start();
    // Not the answer to the count, which comes before.
    way.answerToLose = ':0';
    const { id } = await browser.start();
    expect(way.answerToLose).to.equal(undefined);
    expect((await browser.status(id)).state).to.equal('running');
    expect(await keys()).to.have.length(2);
  });

  it('go on while the secret is replaced, and not with another one', async () => {
    const sessions = new session.MemoryStore();
    const { browser } = await open({}, sessions);
    const begun = await browser.start();
    const on = async (options: Partial<RedisAttemptStoreOptions>) =>
      new Browser((await open(options, sessions)).site.origin, browser.jar);
    expect((await (await on({ secret: newSecret })).status(begun.id)).code).to.equal('no_attempt');
    expect(await finished(await on({ secret: [newSecret, secret] }), begun)).to.equal(true);
  });

  it('are not there when somebody has changed them or put them in another place', async () => {
    const { browser } = await open();
    const begun = await browser.start();
    const [first = ''] = await keys();
    const value = (await looker.get(first)) ?? '';
    const second = await browser.start();
    const place = (await keys()).find((key) => key !== first) ?? '';
    const own = (await looker.get(place)) ?? '';
    await looker.set(place, own.slice(0, keyLength) + value.slice(keyLength));
    expect((await browser.status(second.id)).code).to.equal('no_attempt');
    for (const wrong of ['', 'x', value.slice(0, -4), `${value.slice(0, 100)}AAAA${value.slice(104)}`]) {
      await looker.set(first, wrong);
      expect((await browser.status(begun.id)).code, wrong).to.equal('no_attempt');
    }
    await looker.set(first, value);
    expect((await browser.status(begun.id)).state).to.equal('running');
  });

  it('go on when Redis was killed and is started again', async () => {
    const { browser } = await open();
    const begun = await browser.start();
    await server.kill();
    const started = server.run();
    expect(await finished(browser, begun)).to.equal(true);
    await started;
  });

  it('go on when all connections are cut', async () => {
    const { browser } = await open();
    const begun = await browser.start();
    way.cut();
    expect((await browser.status(begun.id)).state).to.equal('running');
    way.cut();
    expect(await finished(browser, begun)).to.equal(true);
  });

  it('go on where Redis is slow', async () => {
    const { browser } = await open();
    way.delay = 300;
    expect((await logInByQr(simulator, browser)).status).to.equal(200);
  });

  it('are ended once where the answer of Redis is lost', async () => {
    const { browser } = await open();
    const { id, qrLink } = await browser.start();
    await confirm(qrLink);
    await browser.settled(id);
    way.answerToLose = 'EVAL';
    expect((await browser.post('/finish', { id })).status).to.equal(200);
    expect(way.answerToLose).to.equal(undefined);
    expect((await browser.post('/finish', { id })).body.code).to.equal('no_attempt');
  });

  it('are changed once where the answer of Redis is lost', async () => {
    const changes: boolean[] = [];
    const { browser } = await open({}, undefined, (app, store) => {
      app.post('/change/:id', async (req, res) => {
        const before = await store.read(req, req.params.id);
        if (!before) throw new Error('There is no such attempt.');
        way.answerToLose = 'EVAL';
        for (const ended of ['first', 'second']) changes.push(await store.update(req, { ...before, ended }, before));
        res.json(await store.read(req, req.params.id));
      });
    });
    const { id } = await browser.start();
    const { body } = await browser.post(`/change/${id}`);
    expect(way.answerToLose).to.equal(undefined);
    expect(changes).to.deep.equal([true, false]);
    expect(body.ended).to.equal('first');
  });

  it('are an error of the site while Redis cannot be used, soon, and go on when it is back', async () => {
    const { site, browser } = await open();
    const begun = await browser.start();
    await server.kill();
    const since = performance.now();
    const { status, body } = await browser.get(`/status?id=${begun.id}`);
    expect([status, body.code]).to.deep.equal([503, 'store_unavailable']);
    expect(performance.now() - since).to.be.below(6_000);
    expect((await browser.post('/start')).status).to.equal(503);
    expect(site.errors).to.have.length(2);
    await server.run();
    expect(await finished(browser, begun)).to.equal(true);
  });

  it('are an error of the site where Redis never answers', async () => {
    const { browser } = await open();
    const begun = await browser.start();
    way.delay = 60_000;
    expect((await browser.get(`/status?id=${begun.id}`)).body.code).to.equal('store_unavailable');
    way.delay = 0;
    way.cut();
    expect(await finished(browser, begun)).to.equal(true);
  });

  for (const [field, options] of [
    ['client', { client: undefined }],
    ['client', { client: {} }],
    ['secret', { secret: undefined }],
    ['secret', { secret: 'too short' }],
    ['secret', { secret: [] }],
    ['secret', { secret: [secret, 'too short'] }],
    ['prefix', { prefix: 7 }],
    ['clock', { clock: 7 }],
  ] as [string, object][]) {
    it(`cannot be made with ${JSON.stringify(options, (_key, value) => value ?? 'nothing')}`, () => {
      const make = () =>
        new RedisAttemptStore({ client: { sendCommand: async () => {} }, secret, ...options } as never);
      expect(make).to.throw(...inputError(field));
    });
  }
});
