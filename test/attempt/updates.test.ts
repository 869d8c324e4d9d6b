/** Live updates of a login, as server-sent events over real HTTP: what comes, when it ends, and what is left behind. */

import { createHook } from 'node:async_hooks';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import type express from 'express';
import type { Request } from 'express';
import type session from 'express-session';
import { fetchWith } from '../../lib/shared/http.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { form, unusable, usable } from '../attacks/accounts.js';
import { EventStream } from '../support/event-stream.js';
import { gatedStore } from '../support/gated-store.js';
import { answerPush, callbackAfter, okDocument, usePhone } from '../support/phone.js';
import { useShortWaits } from '../support/short-waits.js';
import { Browser, type Site, type SiteOptions, startSite, storedSessions } from '../support/site.js';
import { until } from '../support/until.js';

const require = createRequire(import.meta.url);
const lifetime = 120_000;
const mostStreams = 10;

describe('Live updates', () => {
  let simulator: Simulator;
  let site: Site;
  let browser: Browser;
  /** The clock of the site: it goes on by itself, or stands still. */
  let clock: () => number;
  /** How often the site has asked for it. */
  let clockReads = { count: 0 };
  /** The long polls of the site that are under way. */
  let polls = new Set<string>();
  const sent: string[] = [];
  const streams: EventStream[] = [];
  const fetchOfSite = fetchWith();

  before(async function () {
    this.timeout(30_000);
    simulator = await startSimulator({ port: 0, notificationAnswer: 'phone' });
    await open();
    // The first confirmation makes the key of the account, which takes a while.
    const { qrLink = '' } = await browser.start();
    await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR' });
    await site.close();
  });
  after(() => simulator.close());
  beforeEach(() => open());
  afterEach(async () => {
    for (const stream of streams.splice(0)) stream.leave();
    simulator.faults.clear();
    await site.close();
  });

  async function open(options: SiteOptions = {}): Promise<void> {
    clock = Date.now;
    sent.length = 0;
    const reads = { count: 0 };
    clockReads = reads;
    const own = new Set<string>();
    polls = own;
    site = await startSite(simulator, {
      ...options,
      strategy: {
        clock: () => {
          reads.count += 1;
          return clock();
        },
        fetch: async (url, init) => {
          const path = new URL(url).pathname.replace(/^.*\/v3\//, '');
          sent.push(path);
          if (!path.startsWith('session/')) return fetchOfSite(url, init);
          own.add(path);
          return fetchOfSite(url, init).finally(() => void own.delete(path));
        },
        ...options.strategy,
      },
      start: ({ body }) => ({
        flow: body.flow,
        holdPush: body.holdPush,
        identify: () => body.identify,
      }),
    });
    browser = new Browser(site.origin);
  }

  async function reopen(options: SiteOptions): Promise<void> {
    await site.close();
    await open(options);
  }

  async function listen(id: string, who = browser, isReading = true): Promise<EventStream> {
    const stream = await EventStream.open(who, `/updates?id=${encodeURIComponent(id)}`, { isReading });
    streams.push(stream);
    return stream;
  }

  const scan = (qrLink = '', documentNumber = okDocument) =>
    usePhone(simulator, { deviceLink: qrLink, flowType: 'QR', documentNumber });
  const elapsed = ({ qrLink }: { qrLink: string }) => Number(new URL(qrLink).searchParams.get('elapsedSeconds'));
  /** How many streams of how many attempts the site counts. */
  const counted = (): number[] => [...(site.strategy as any).steps.live.listeners.values()].map(({ size }) => size);
  const watched = (): any[] => {
    const { watch, decoyWatch } = (site.strategy as any).steps.attempts;
    return [...watch.watched.values(), ...decoyWatch.watched.values()];
  };
  const polled = () => sent.filter((path) => path.startsWith('session/'));

  it('begin with what the status shows, and nothing on the way may keep them back', async () => {
    const now = Date.now();
    clock = () => now;
    const { id } = await browser.start();
    const stream = await listen(id);
    expect(stream.status).to.equal(200);
    expect(stream.headers['content-type']).to.equal('text/event-stream; charset=utf-8');
    expect(stream.headers['cache-control']).to.equal('no-store, no-transform');
    expect(stream.headers['x-accel-buffering']).to.equal('no');
    expect(stream.headers).to.not.have.any.keys('content-length', 'etag', 'content-encoding');
    const view = await stream.next();
    expect(view).to.deep.equal(await browser.status(id));
    expect(elapsed(view)).to.equal(0);
  });

  it('bring a new QR link each second', async () => {
    const { id } = await browser.start();
    const since = performance.now();
    const stream = await listen(id);
    const views = [await stream.next(), await stream.next(), await stream.next(), await stream.next()];
    const duration = (performance.now() - since) / 1000;
    const seconds = views.map(elapsed);
    for (const [index, second] of seconds.slice(1).entries()) expect(second).to.be.above(seconds[index] ?? 0);
    expect(seconds.at(-1)).to.be.within(3, Math.ceil(duration));
    expect(new Set(views.map(({ qrLink }) => qrLink)).size).to.equal(4);
    expect(new Set(views.map((view) => JSON.stringify({ ...view, qrLink: '' }))).size).to.equal(1);
    expect(polled(), 'one long poll').to.have.length(1);
  });

  it('tell the end when it comes and not at the next second', async () => {
    const waits: number[] = [];
    // A machine that is busy may be late, but not each time.
    while (waits.length < 5 && !waits.some((wait) => wait < 600)) {
      const { id } = await browser.start();
      const stream = await listen(id);
      await stream.next();
      const { qrLink } = await stream.next();
      await scan(qrLink);
      const view = await stream.end();
      expect(view).to.include({ id, state: 'ready', flow: 'device-link' });
      expect(view).to.not.have.any.keys('qrLink', 'web2AppLink');
      waits.push((stream.times.at(-1) ?? 0) - (stream.times[1] ?? 0));
      stream.leave();
    }
    expect(waits.at(-1), 'milliseconds since a second began').to.be.below(600);
  });

  it('say nothing after the end, and are closed after some seconds if the page does not', async function () {
    this.timeout(20_000);
    const end = async (id: string, state: string) => {
      const stream = await listen(id);
      const view = await stream.next();
      expect(view).to.include({ id, state });
      const since = performance.now();
      await stream.closed();
      expect(stream.events, state).to.have.length(1);
      expect(performance.now() - since, state).to.be.within(4_500, 9_000);
      return view;
    };
    const over = async (body: object, use: (view: any) => Promise<unknown>, state: string) => {
      const visitor = new Browser(site.origin);
      const view = await visitor.start(body);
      await use(view);
      await visitor.settled(view.id);
      const stream = await listen(view.id, visitor);
      expect(await stream.next()).to.include({ id: view.id, state });
      const since = performance.now();
      await stream.closed();
      expect(stream.events, state).to.have.length(1);
      expect(performance.now() - since, state).to.be.within(4_500, 9_000);
      // What has ended well can still be finished.
      expect((await visitor.status(view.id)).state).to.equal(state);
    };
    const { id: held } = await browser.start({ flow: 'notification', holdPush: true, identify: usable });
    const [heldView, unknown] = await Promise.all([
      end(held, 'running'),
      end('A'.repeat(22), 'failed'),
      over({}, ({ qrLink }) => scan(qrLink), 'ready'),
      over(
        {},
        ({ web2AppLink }) => callbackAfter(simulator, { deviceLink: web2AppLink, flowType: 'Web2App' }),
        'callback',
      ),
      over({}, ({ qrLink }) => scan(qrLink, 'PNOEE-30403039917-MOCK-Q'), 'failed'),
    ]);
    expect(heldView.isHeld).to.equal(true);
    expect(unknown.code).to.equal('no_attempt');
    expect(counted()).to.deep.equal([]);
    expect(polls.size).to.equal(0);
  });

  it('tell why it failed, as neutrally as the status', async () => {
    const { id, qrLink } = await browser.start();
    const stream = await listen(id);
    await stream.next();
    await scan(qrLink, 'PNOEE-30403039917-MOCK-Q');
    expect(await stream.end()).to.deep.equal(await browser.status(id));
    expect(stream.events.at(-1)).to.include({ state: 'failed', code: 'not_completed' });
  });

  it('tell that nobody has confirmed in time', async () => {
    const { id } = await browser.start();
    const stream = await listen(id);
    await stream.next();
    clock = () => Date.now() + lifetime;
    expect(await stream.end()).to.include({ state: 'failed', code: 'not_completed' });
  });

  it('say again after ten seconds what has not changed', async () => {
    const realNow = performance.now;
    let shift = 0;
    performance.now = () => realNow.call(performance) + shift;
    try {
      const { id } = await browser.start({ flow: 'notification', identify: usable });
      const stream = await listen(id);
      const view = await stream.next();
      expect(view.verificationCode).to.match(/^\d{4}$/);
      shift = 9_000;
      const ticks = clockReads.count;
      await until(() => clockReads.count > ticks + 1, 'a second');
      shift = 10_000;
      expect(await stream.next()).to.deep.equal(view);
      expect(stream.events).to.have.length(2);
    } finally {
      performance.now = realNow;
    }
  });

  it('send what the site makes of a view, for the request', async () => {
    await reopen({
      show: ({ state }, { query, sessionID }) => ({ state, query, hasSession: sessionID !== undefined }),
    });
    const { id } = await browser.start();
    const views = [await (await listen(id)).next(), await (await listen('x')).next()];
    expect(views).to.deep.equal([
      { state: 'running', query: { id }, hasSession: true },
      { state: 'failed', query: { id: 'x' }, hasSession: true },
    ]);
  });

  it('end where the site can make nothing of a view', async () => {
    await reopen({
      show: () => {
        throw new Error('No words.');
      },
    });
    const { id } = await browser.start();
    const stream = await listen(id);
    await stream.closed();
    expect(stream.events).to.deep.equal([]);
    expect(counted()).to.deep.equal([]);
  });

  it('come with Express 4 too', async () => {
    await reopen({ express: require('express4') as typeof express });
    const { id, qrLink } = await browser.start();
    const stream = await listen(id);
    await stream.next();
    await scan(qrLink);
    expect((await stream.end()).state).to.equal('ready');
    stream.leave();
    await until(() => counted().length === 0, 'the end');
  });

  it('are of an attempt that the query names', async () => {
    for (const query of ['', '?id=', '?id=a&id=b', '?id[a]=b', `?id=${'x'.repeat(201)}`]) {
      const { status, body } = await browser.get(`/updates${query}`);
      expect([status, body.code], query).to.deep.equal([400, 'invalid_input']);
      expect(body.error, query).to.match(/^id must /);
    }
    expect(counted()).to.deep.equal([]);
  });

  it('need a session as the status does', async () => {
    const error = await new Promise((resolve) => {
      site.strategy.updates()({ query: { id: 'x' } } as unknown as Request, {} as never, resolve);
    });
    expect(error).to.include({ name: 'SmartIdSessionError', code: 'session_missing' });
  });

  describe('for another browser', () => {
    it('are of no attempt, and ask nobody', async () => {
      const { id } = await browser.start();
      sent.length = 0;
      const other = new Browser(site.origin);
      await other.start();
      sent.length = 0;
      for (const who of [other, new Browser(site.origin)]) {
        const view = await (await listen(id, who)).next();
        expect(view).to.deep.equal({ id, state: 'failed', code: 'no_attempt' });
      }
      expect(sent).to.deep.equal([]);
    });

    it('take no connection away from the one that began', async () => {
      const { id } = await browser.start();
      const other = new Browser(site.origin);
      for (let count = 0; count < mostStreams; count++) expect((await listen(id, other)).status).to.equal(200);
      const stream = await listen(id);
      expect(stream.status).to.equal(200);
      expect((await stream.next()).state).to.equal('running');
    });
  });

  describe('of one attempt', () => {
    it('are ten at the most, which go on, and another may come when one has left', async () => {
      const { id } = await browser.start();
      const open = await Promise.all(Array.from({ length: mostStreams }, () => listen(id)));
      for (const stream of open) expect((await stream.next()).state).to.equal('running');
      const { status, body } = await browser.get(`/updates?id=${id}`);
      expect([status, body.code]).to.deep.equal([429, 'too_many_updates']);
      expect(site.errors.pop()).to.include({ name: 'SmartIdLimitError', retryAfterSeconds: 1 });
      for (const stream of open) expect((await stream.next()).state).to.equal('running');
      expect(polled(), 'one long poll for all').to.have.length(1);

      const { id: another } = await browser.start();
      expect((await listen(another)).status).to.equal(200);

      open[0]?.leave();
      await until(() => counted()[0] === mostStreams - 1, 'one to leave');
      expect((await listen(id)).status).to.equal(200);
      expect((await browser.get(`/updates?id=${id}`)).status).to.equal(429);
      for (const stream of streams) stream.leave();
      await until(() => counted().length === 0, 'all to leave');
    });
  });

  describe('leave the session alone', () => {
    useShortWaits();

    /** Of a site that keeps sessions whether they have changed or not, and of one that does not. */
    async function withBoth(
      look: (known: { there: Site; visitor: Browser; colour: (is?: string) => Promise<unknown> }) => Promise<void>,
    ): Promise<void> {
      const lookAt = async (resave: boolean) => {
        const there = await startSite(simulator, {
          session: { resave },
          strategy: { clock: () => clock() },
          routes: (app) => {
            app.get('/colour', (req, res) => {
              const kept = req.session as session.Session & { colour?: unknown };
              if (req.query.is) kept.colour = req.query.is;
              res.json(kept.colour ?? null);
            });
          },
        });
        const visitor = new Browser(there.origin);
        const colour = async (is?: string) => (await visitor.get(`/colour${is ? `?is=${is}` : ''}`)).body;
        try {
          await look({ there, visitor, colour });
        } finally {
          await there.close();
        }
      };
      await Promise.all([lookAt(true), lookAt(false)]);
    }
    const streamsOf = ({ strategy }: Site) => (strategy as any).steps.live.listeners.size as number;

    it('which another request has changed meanwhile, whoever closes', async function () {
      this.timeout(30_000);
      await withBoth(async ({ there, visitor, colour }) => {
        const { id, qrLink } = await visitor.start();
        const [left, closed] = [await listen(id, visitor), await listen(id, visitor)];
        for (const stream of [left, closed]) await stream.next();
        const written: string[] = [];
        expect(await colour('red')).to.equal('red');
        for (const name of ['set', 'touch', 'destroy'] as const) {
          const original: (...args: any[]) => unknown = there.sessions[name].bind(there.sessions);
          there.sessions[name] = (...args: any[]) => {
            written.push(name);
            return original(...args);
          };
        }
        left.leave();
        await scan(qrLink);
        expect((await closed.end()).state).to.equal('ready');
        await closed.closed();
        await until(() => streamsOf(there) === 0, 'the end');
        expect(written).to.deep.equal([]);
        expect(await colour()).to.equal('red');
      });
    });

    it('which has ended meanwhile', async function () {
      this.timeout(30_000);
      await withBoth(async ({ there, visitor }) => {
        const { id, qrLink } = await visitor.start();
        const stream = await listen(id, visitor);
        await stream.next();
        await new Promise<void>((resolve) => there.sessions.clear(() => resolve()));
        await scan(qrLink);
        await stream.end();
        await stream.closed();
        expect(await storedSessions(there)).to.deep.equal([]);
      });
    });
  });

  describe('of a page that leaves', () => {
    /** The timers that updates and watches have made and not ended. */
    function useTimers(): Map<number, string> {
      const timers = new Map<number, string>();
      const depth = Error.stackTraceLimit;
      const hook = createHook({
        init(id, type) {
          if (type !== 'Timeout') return;
          Error.stackTraceLimit = 50;
          const { stack = '' } = new Error();
          Error.stackTraceLimit = depth;
          // Whose code it was that asked for it.
          const own = stack.split('\n').find((line) => line.includes('/lib/') && !/node:|node_modules/.test(line));
          const [file] = /lib\/(?:attempt\/(?:live-view|ticker)|rp-api\/session-watch)/.exec(own ?? '') ?? [];
          if (file) timers.set(id, file);
        },
        destroy: (id) => void timers.delete(id),
      }).enable();
      ended.push(() => void hook.disable());
      return timers;
    }
    const ended: (() => void)[] = [];
    afterEach(() => {
      for (const end of ended.splice(0)) end();
    });

    it('go on with nothing, and the long poll is given up as it would be without them', async () => {
      const timers = useTimers();
      const { id } = await browser.start();
      const stream = await listen(id);
      await stream.next();
      await stream.next();
      await until(() => timers.size === 2, 'the wait and the watch');
      stream.leave();
      await until(() => counted().length === 0, 'the end');
      // One is left, which gives up the long poll of those that nobody asks about.
      await until(() => timers.size === 1, 'the timers to end');
      const [{ idle, observed }] = watched();
      expect(idle.hasRef()).to.equal(false);
      expect(observed.state).to.equal('running');
      const reads = clockReads.count;
      let refreshed = 0;
      idle.refresh = () => {
        refreshed += 1;
        return idle;
      };
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      expect([clockReads.count - reads, refreshed, timers.size], 'a second later').to.deep.equal([0, 0, 1]);
      expect(polls.size).to.equal(1);
      idle._onTimeout();
      await until(() => polls.size === 0, 'the long poll to end');
      expect(watched()).to.deep.equal([]);
    });

    it('go on with nothing after the end either, or of a login without an account', async () => {
      const timers = useTimers();
      const { id, qrLink } = await browser.start();
      const decoy = await browser.start({ identify: unusable[0][1] });
      const [stream, ofDecoy] = [await listen(id), await listen(decoy.id)];
      await scan(qrLink);
      await stream.end();
      for (let count = 0; count < 2; count++) await ofDecoy.next();
      for (const open of [stream, ofDecoy]) open.leave();
      await until(() => counted().length === 0, 'the end');
      await until(() => timers.size === watched().length, 'the timers to end');
    });

    it('do not even begin where it left while the store was asked', async () => {
      const { store, gate } = gatedStore((req) => req.originalUrl?.split('?')[0] === '/updates');
      await reopen({ strategy: { store } });
      const { id } = await browser.start();
      sent.length = 0;
      const controller = new AbortController();
      const [reached] = await Promise.all([
        once(gate, 'reached').then(async ([req]) => {
          const closed = once(req.res, 'close');
          controller.abort();
          await closed;
        }),
        fetch(`${site.origin}/updates?id=${id}`, {
          headers: { cookie: await browser.cookies() },
          signal: controller.signal,
        }).catch(() => {}),
      ]);
      expect(reached).to.equal(undefined);
      const reads = clockReads.count;
      gate.emit('release');
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect([counted(), clockReads.count - reads, sent]).to.deep.equal([[], 0, []]);
    });
  });

  describe('of a person without a usable account', () => {
    const plain = (view: any) =>
      form({ ...view, qrLink: view.qrLink?.replace(/elapsedSeconds=\d+/, 'elapsedSeconds=') });

    for (const flow of ['device-link', 'notification'] as const) {
      for (const holdPush of flow === 'notification' ? [false, true] : [undefined]) {
        it(`look like those of anybody, and ask for nothing: ${flow}${holdPush ? ', held' : ''}`, async () => {
          const who = [[undefined, usable], ...unusable] as const;
          // The first session of a process names nobody to the service.
          await browser.start();
          const open = await Promise.all(
            who.map(async ([, identify]) => {
              const visitor = new Browser(site.origin);
              const { id } = await visitor.start({ flow, identify, holdPush });
              const [attempt] = (await storedSessions(site)).flatMap(({ smartId }) =>
                smartId.attempts.filter((kept: any) => kept.id === id),
              );
              return { visitor, id, sessionID: attempt.session.sessionID as string | undefined };
            }),
          );
          const seen = await Promise.all(
            open.map(async ({ id, visitor }) => {
              const stream = await listen(id, visitor);
              const views = [await stream.next()];
              if (flow === 'device-link') views.push(await stream.next(), await stream.next());
              return { stream, views };
            }),
          );
          const looks = seen.map(({ views }) => views.map(plain));
          for (const look of looks.slice(1)) expect(look).to.deep.equal(looks[0]);
          if (holdPush) {
            expect(polled()).to.deep.equal([]);
            return;
          }
          await until(() => polled().length > 0, 'the poll');
          expect(polled()).to.deep.equal([`session/${open[0]?.sessionID}`]);
          clock = () => Date.now() + lifetime;
          const ends = await Promise.all(seen.map(({ stream }) => stream.end()));
          for (const end of ends) expect(form(end)).to.deep.equal(form(ends[0]));
          expect(ends[0]).to.include({ state: 'failed', code: 'not_completed' });
          expect(polled()).to.have.length(1);
        });
      }
    }

    for (const [code, fault] of [
      ['timeout', { body: { state: 'COMPLETE', result: { endResult: 'TIMEOUT' } } }],
      ['expired', { status: 404 }],
      ['no sense', { body: '{}' }],
    ] as const) {
      it(`are not told apart by a session that is given up or cannot be asked about: ${code}`, async () => {
        simulator.faults.add({ on: 'session', ...fault });
        const { id } = await browser.start({ identify: usable });
        const stream = await listen(id);
        const views = [await stream.next(), await stream.next(), await stream.next()];
        for (const view of views) expect(plain(view)).to.deep.equal(plain(views[0]));
        expect(views.map(({ state }) => state)).to.deep.equal(['running', 'running', 'running']);
        // Where there may be an answer later, it is asked for each second.
        expect(polled()).to.have.length.within(1, code === 'no sense' ? 5 : 1);
        clock = () => Date.now() + lifetime;
        expect(await stream.end()).to.include({ state: 'failed', code: 'not_completed' });
      });
    }
  });

  describe('while the service fails', () => {
    it('end, and the status tells the error', async () => {
      const { id, qrLink } = await browser.start();
      simulator.faults.add({ on: 'session', delay: 300, body: '{}' });
      const stream = await listen(id);
      expect((await stream.next()).state).to.equal('running');
      await stream.closed();
      expect(counted()).to.deep.equal([]);
      let answer = await browser.get(`/status?id=${id}`);
      await until(async () => {
        answer = await browser.get(`/status?id=${id}`);
        return answer.status !== 200;
      }, 'the error');
      expect([answer.status, answer.body.code]).to.deep.equal([503, 'bad_response']);
      expect(site.errors).to.have.length(1);

      simulator.faults.clear();
      const again = await listen(id);
      expect((await again.next()).state).to.equal('running');
      await scan(qrLink);
      expect((await again.end()).state).to.equal('ready');
      expect((await browser.post('/finish', { id })).status).to.equal(200);
    });

    it('end for each that listens, at once or at the next try', async () => {
      const { id } = await browser.start();
      simulator.faults.add({ on: 'session', delay: 300, body: '{}' });
      const open = await Promise.all([1, 2, 3].map(() => listen(id)));
      await Promise.all(open.map((stream) => stream.closed()));
      expect(counted()).to.deep.equal([]);
    });
  });

  it('of a push that is held back are one view, and go on once it has gone out', async () => {
    const { id } = await browser.start({ flow: 'notification', holdPush: true, identify: usable });
    const held = await listen(id);
    const view = await held.next();
    expect(view).to.include({ id, state: 'running', isHeld: true });
    held.leave();
    expect(polled()).to.deep.equal([]);
    await browser.post('/push', { id });
    const stream = await listen(id);
    const { isHeld, ...rest } = view;
    expect(await stream.next()).to.include({ state: 'running', verificationCode: rest.verificationCode });
    await answerPush(simulator, view.verificationCode);
    expect((await stream.end()).state).to.equal('ready');
  });

  it('do not pile up for a page that reads slowly, and it gets the end all the same', async function () {
    this.timeout(30_000);
    // More than the system takes of what nobody reads.
    const padding = 'x'.repeat(16_000_000);
    const shown: { state: string; waiting: number }[] = [];
    await reopen({
      show: (view, { res }) => {
        shown.push({ state: view.state, waiting: res?.writableLength ?? 0 });
        return { ...view, padding };
      },
    });
    const { id, qrLink } = await browser.start();
    const stream = await listen(id, browser, false);
    await until(() => shown.length >= 4, 'four seconds');
    for (const { waiting } of shown) expect(waiting).to.be.below(1.1 * padding.length);
    expect(shown.at(-1)?.waiting, 'it is slow').to.be.above(0);
    await scan(qrLink);
    await until(() => shown.at(-1)?.state === 'ready', 'the end');
    stream.read();
    expect((await stream.end()).state).to.equal('ready');
    expect(stream.events.map(({ state }) => state)).to.deep.equal(['running', 'ready']);
  });
});
