import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { attemptLifetimeMs, finishGraceMs } from '../../lib/attempt/attempt.js';
import { SmartIdClient } from '../../lib/rp-api/client.js';
import { PollTurns } from '../../lib/rp-api/poll-turns.js';
import { pollDelayMs, resultLifetimeMs, SessionWatch } from '../../lib/rp-api/session-watch.js';
import { SmartIdServiceError } from '../../lib/shared/errors.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { ended, PolledService } from '../support/polled-service.js';
import { until } from '../support/until.js';

const turnMs = 40;
const maxPolls = 10;
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const names = (count: number, prefix = 'session') => Array.from({ length: count }, (_, index) => `${prefix} ${index}`);

describe('More sessions than there may be polls', () => {
  let service: PolledService;
  let watch: SessionWatch;
  let heard: Map<string, string>;
  let leaves: (() => void)[];

  beforeEach(() => {
    service = new PolledService();
    heard = new Map();
    leaves = [];
    watch = new SessionWatch(service, undefined, { turns: new PollTurns(maxPolls, turnMs) });
  });
  // Nothing goes round in the tests of other files.
  afterEach(() => {
    for (const leave of leaves) leave();
    watch.close();
  });

  const follow = (sessionIDs: string[]) => {
    const left = sessionIDs.map((sessionID) => watch.subscribe(sessionID, ({ state }) => heard.set(sessionID, state)));
    leaves.push(...left);
    return left;
  };
  const begun = () => pause(pollDelayMs.max + 50);

  it('are asked about by turns, never more at a time, and each that ends is heard of', async () => {
    const sessions = names(3 * maxPolls);
    follow(sessions);
    await until(() => sessions.every((name) => (service.asked.get(name) ?? 0) >= 3), 'three turns of each');
    for (const [index, name] of sessions.entries()) {
      service.end(name);
      if (index % 7 === 0) await pause(turnMs / 2);
    }
    await until(() => heard.size === sessions.length, 'the ends of all');
    expect(new Set(heard.values())).to.deep.equal(new Set(['complete']));
    expect(service.maxOpen).to.equal(maxPolls);
    expect(service.open).to.equal(0);
  });

  it('are heard of after about as many turns as there are sessions for each poll', async () => {
    follow(names(3 * maxPolls));
    await begun();
    const delays: number[] = [];
    for (const name of names(5, 'fair')) {
      follow([name]);
      const since = performance.now();
      service.end(name);
      await until(() => heard.has(name), 'the end');
      delays.push(performance.now() - since - pollDelayMs.max);
    }
    // Three turns where nothing else takes time; tests share the machine.
    expect(Math.min(...delays)).to.be.below(3.5 * turnMs + 100);
  });

  it('have short polls, of one turn', async () => {
    const sessions = names(maxPolls + 5);
    follow(sessions);
    await until(() => sessions.every((name) => service.asked.has(name)), 'a turn of each');
    const times = [...service.options.values()].map(({ timeoutMs }) => timeoutMs);
    expect(times).to.include(turnMs);
    expect(new Set(times)).to.deep.equal(new Set([undefined, turnMs]));
  });

  it('are no reason for short polls where they are as many as there may be polls', async () => {
    const sessions = names(maxPolls);
    follow(sessions);
    await begun();
    await pause(4 * turnMs);
    expect([...service.asked.values()]).to.deep.equal(sessions.map(() => 1));
    expect([...service.options.values()].every(({ timeoutMs, maxWaitMs }) => !timeoutMs && !maxWaitMs)).to.equal(true);
    expect(service.aborted).to.equal(0);
  });

  it('leave the queue when they are given up', async () => {
    const sessions = names(3 * maxPolls);
    const leave = follow(sessions);
    await begun();
    for (const end of leave.slice(5)) end();
    // Given up at once where nobody waits.
    watch.close();
    const asked = new Map(service.asked);
    await pause(6 * turnMs);
    expect(service.open).to.equal(5);
    for (const name of sessions.slice(5)) expect(service.asked.get(name), name).to.equal(asked.get(name));
    for (const name of sessions.slice(0, 5)) service.end(name);
    await until(() => heard.size === 5, 'the ends of the others');
  });

  it('are heard of with an error after some turns of failures, and not before', async () => {
    follow(names(3 * maxPolls));
    await begun();
    const fail = setInterval(() => service.fail(new SmartIdServiceError('server_error', 'It fails.')), 5);
    const before = new Map(service.asked);
    await until(() => [...heard.values()].filter((state) => state === 'error').length >= maxPolls, 'errors');
    clearInterval(fail);
    // Those that were long when it began fail at once: their client has asked again by itself.
    const short = [...heard.keys()].filter((name) => service.options.get(name)?.timeoutMs === turnMs);
    expect(short).to.not.have.length(0);
    for (const name of short) expect((service.asked.get(name) ?? 0) - (before.get(name) ?? 0)).to.be.at.least(4);
  });

  it('take no turns from each other where they are of no service', async () => {
    const watches = [1, 2].map(() => new SessionWatch(service));
    leaves = watches.map((one, index) => one.subscribe(`${index}`, () => {}));
    await begun();
    expect(service.open).to.equal(2);
    for (const one of watches) one.close();
  });
});

describe('More sessions at the RP API than there may be polls', () => {
  let simulator: Simulator;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  after(() => simulator.close());

  it('are all heard of', async () => {
    const { environment, relyingPartyUUID, relyingPartyName } = simulator;
    const client = new SmartIdClient({ environment, relyingPartyUUID, relyingPartyName });
    const watch = new SessionWatch(client, undefined, { turns: new PollTurns(1, 1_000) });
    const sessions = await Promise.all(
      ['a', 'b', 'c'].map((nonce) => client.certificateChoiceDeviceLinkAnonymous({ nonce })),
    );
    const ends = sessions.map(({ sessionID }) => watch.wait(sessionID, 15_000, new AbortController().signal));
    await pause(1_500);
    simulator.faults.add({ on: 'session', times: 3, status: 404 });
    expect((await Promise.all(ends)).map(({ state }) => state)).to.deep.equal(['error', 'error', 'error']);
    watch.close();
  });
});

describe('A result of the RP API', () => {
  const realSetTimeout = globalThis.setTimeout;
  const realClearTimeout = globalThis.clearTimeout;
  let now = 0;
  const timers = new Set<{ at: number; act: () => void }>();

  /** Time that passes when a test says so. */
  beforeEach(() => {
    now = 0;
    timers.clear();
    globalThis.setTimeout = ((act: () => void, delay: number) => {
      const timer = {
        at: now + delay,
        act,
        unref: () => timer,
        refresh: () => {
          timer.at = now + delay;
          timers.add(timer);
          return timer;
        },
      };
      timers.add(timer);
      return timer;
    }) as unknown as typeof setTimeout;
    globalThis.clearTimeout = ((timer: never) => void timers.delete(timer)) as typeof clearTimeout;
  });
  afterEach(() => {
    globalThis.setTimeout = realSetTimeout;
    globalThis.clearTimeout = realClearTimeout;
  });

  const pass = async (milliseconds: number) => {
    now += milliseconds;
    for (const timer of [...timers]) {
      if (timer.at > now || !timers.delete(timer)) continue;
      timer.act();
    }
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };

  const complete = async (watch: SessionWatch, service: PolledService, sessionID: string) => {
    watch.observe(sessionID);
    service.end(sessionID);
    await pass(pollDelayMs.max);
    expect(watch.observe(sessionID)).to.deep.equal({ state: 'complete', status: ended });
  };

  it('is kept for as long as its attempt may be finished', () => {
    expect(resultLifetimeMs).to.be.at.least(attemptLifetimeMs + finishGraceMs);
  });

  for (const isClosed of [false, true]) {
    it(`is kept for that time although nobody asks, and no longer${isClosed ? '; also after close' : ''}`, async () => {
      const service = new PolledService();
      const watch = new SessionWatch(service);
      await complete(watch, service, 'a');
      if (isClosed) watch.close();
      await pass(resultLifetimeMs - pollDelayMs.max - 1);
      expect(watch.observe('a')).to.deep.equal({ state: 'complete', status: ended });
      await pass(pollDelayMs.max + 2);
      expect(watch.observe('a').state).to.equal('running');
      expect(service.asked.get('a')).to.equal(1);
    });
  }

  it('of a session is forgotten before those that came later, where there are too many', async () => {
    const service = new PolledService();
    const watch = new SessionWatch(service, undefined, { maxResults: 3 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) await complete(watch, service, name);
    watch.close();
    const states = ['a', 'b', 'c', 'd', 'e'].map((name) => watch.observe(name).state);
    expect(states).to.deep.equal(['running', 'running', 'complete', 'complete', 'complete']);
    expect(service.asked.get('e')).to.equal(1);
  });
});

describe('A closed watch', () => {
  it('does not keep the process alive, whatever results and turns there were', async () => {
    const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
    const code = `
      const { SessionWatch } = await import(${url('../../lib/rp-api/session-watch.js')});
      const { PollTurns } = await import(${url('../../lib/rp-api/poll-turns.js')});
      const status = { state: 'COMPLETE', result: { endResult: 'OK' } };
      const client = { waitForSession: (id) => (id === 'ended' ? Promise.resolve(status) : new Promise(() => {})) };
      const watch = new SessionWatch(client, undefined, { turns: new PollTurns(1, 1_000) });
      watch.observe('ended');
      setTimeout(() => ['a', 'b', 'c'].map((id) => watch.observe(id)), 200);
      setTimeout(() => {
        watch.close();
        console.log(watch.observe('ended').state);
      }, 400);`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', code],
      { timeout: 15_000 },
    );
    // It would be killed, and this rejected, if it did not end by itself.
    expect(stdout).to.equal('complete\n');
  });
});
