/**
 * `npm run faults`: people log in on three processes of a site while processes, Redis and the service are killed and started again,
 * or the service freezes, at random. `-- --minutes N` says for how long. The status is 0 only when no login that the service has
 * completed was lost or doubled and no page was stuck.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { EventStream } from '../support/event-stream.js';
import { scanQrCode } from '../support/phone.js';
import { SiteProcess } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';
import { type Answer, Browser } from '../support/site.js';
import { FaultyService } from './service.js';

type Jar = Browser['jar'];

const { values } = parseArgs({ options: { minutes: { type: 'string' }, visitors: { type: 'string' } } });
const end = performance.now() + Number(values.minutes ?? 10) * 60_000;
const visitors = Number(values.visitors ?? 20);
/** Milliseconds after which a page counts as stuck, and for which one answer is waited for. */
const patience = { page: 120_000, answer: 15_000 };
const person = 'PNOEE-40404040009';

const tally = {
  loggedIn: 0,
  refusedStarts: 0,
  /** Requests and live updates that were asked for again. */
  repeated: 0,
  /** The service was killed and knows nothing of the session any more. */
  forgotten: 0,
  /** A process or Redis was killed after the attempt was taken and before the session was kept: the person begins again. */
  cutOff: 0,
  lost: 0,
  doubled: 0,
  stuck: 0,
  killedProcesses: 0,
  killedRedis: 0,
  killedService: 0,
  frozenService: 0,
};

/** What is broken when the chance is below this, and not below the one before. */
const breakages = [
  { below: 0.5, cause: replaceProcess },
  { below: 0.7, cause: restartRedis },
  { below: 0.85, cause: restartService },
  { below: 1, cause: freezeService },
];

const service = await FaultyService.start();
const redis = await RedisServer.launch();
const startProcess = () =>
  SiteProcess.start({ simulator: service.told, redisUrl: redis.url, callbackURL: 'http://localhost/callback' });
const processes = await Promise.all([startProcess(), startProcess(), startProcess()]);

try {
  await Promise.all([breakThings(), ...Array.from({ length: visitors }, visit)]);
} finally {
  await service.kill();
  for (const process of processes) await process.kill();
  await redis.close();
}
for (const [what, count] of Object.entries(tally)) console.log(`${what.padEnd(16)} ${String(count).padStart(6)}`);
process.exit(tally.lost + tally.doubled + tally.stuck > 0 || tally.loggedIn === 0 ? 1 : 0);

/** Each once, so that a short run has them all, and then at random. */
async function breakThings(): Promise<void> {
  for (let count = 0; performance.now() < end; count++) {
    await sleep(1_000 + Math.random() * 3_000);
    const chance = Math.random();
    const next = breakages[count] ?? breakages.find(({ below }) => chance < below);
    await next?.cause();
  }
}

async function replaceProcess(): Promise<void> {
  const index = Math.floor(Math.random() * processes.length);
  await processes[index]?.kill();
  tally.killedProcesses++;
  processes[index] = await startProcess();
}

async function restartRedis(): Promise<void> {
  await redis.kill();
  tally.killedRedis++;
  await sleep(Math.random() * 1_500);
  await redis.run();
}

async function restartService(): Promise<void> {
  await service.kill();
  tally.killedService++;
  await service.run();
}

async function freezeService(): Promise<void> {
  service.freeze();
  tally.frozenService++;
  await sleep(500 + Math.random() * 2_500);
  service.thaw();
}

async function visit(): Promise<void> {
  while (performance.now() < end) {
    const until = performance.now() + patience.page;
    const jar = new Browser('http://127.0.0.1').jar;
    try {
      await logIn(jar, until);
    } catch (error) {
      if (performance.now() < until) throw error;
      tally.stuck++;
    }
  }
}

async function logIn(jar: Jar, until: number): Promise<void> {
  let kills = 0;
  const begun = await ask(jar, until, (browser) => {
    kills = service.kills;
    return browser.post('/start');
  });
  if (begun.status !== 200) {
    tally.refusedStarts++;
    return;
  }
  const { id, qrLink = '' } = begun.body;
  await sleep(Math.random() * 1_500);
  try {
    await scanQrCode(service.told, { deviceLink: qrLink });
  } catch (error) {
    if (kills === service.kills) throw error;
    tally.forgotten++;
    return;
  }
  const { state, code } = await (Math.random() < 0.5 ? endByStatus(jar, until, id) : endByUpdates(jar, until, id));
  const why = state === 'ready' ? await finish(jar, until, id) : `the page says ${code}`;
  if (why === undefined) return;
  if (kills !== service.kills) tally.forgotten++;
  else {
    tally.lost++;
    console.error(`lost: ${why}`);
  }
}

async function endByStatus(jar: Jar, until: number, id: string): Promise<{ state: string; code?: string }> {
  for (;;) {
    const { body } = await ask(jar, until, (browser) => browser.get(`/status?id=${id}`));
    if (body.state !== 'running') return body;
    await sleep(200);
  }
}

async function endByUpdates(jar: Jar, until: number, id: string): Promise<{ state: string; code?: string }> {
  while (performance.now() < until) {
    const stream = await EventStream.open(anyProcess(jar), `/updates?id=${id}`).catch(() => undefined);
    try {
      if (stream) return await stream.end();
    } catch {
      // It was cut: another one goes on.
    } finally {
      stream?.leave();
    }
    tally.repeated++;
    await sleep(200);
  }
  throw new Error('There were no updates.');
}

/** Two windows that both finish, on whichever process; and again where an answer did not come. Why the login was lost, if it was. */
async function finish(jar: Jar, until: number, id: string): Promise<string | undefined> {
  let succeeded = 0;
  let isCutOff = false;
  while (performance.now() < until) {
    const answers = await Promise.all([1, 2].map(() => tryOnce(jar, (browser) => browser.post('/finish', { id }))));
    succeeded += answers.filter((answer) => answer?.status === 200).length;
    if (succeeded > 1) tally.doubled++;
    isCutOff ||= answers.some((answer) => !answer || answer.status >= 500);
    const { body } = await ask(jar, until, (browser) => browser.get('/me'));
    if (body?.id === person) {
      tally.loggedIn++;
      return undefined;
    }
    const codes = answers.map((answer) => answer?.body?.code);
    const isOver = codes.every((code) => code === undefined || code === 'no_attempt' || code === 'already_used');
    if (isOver && codes.some(Boolean) && isCutOff) {
      tally.cutOff++;
      return undefined;
    }
    if ((isOver && codes.every(Boolean)) || codes.includes('expired')) return `finishing says ${codes.join(' and ')}`;
    await sleep(200);
  }
  throw new Error('The login cannot be finished.');
}

function anyProcess(jar: Jar): Browser {
  const { origin } = processes[Math.floor(Math.random() * processes.length)] as SiteProcess;
  return new Browser(origin, jar);
}

/** On any process; undefined where the connection broke or nothing came. */
async function tryOnce(jar: Jar, work: (browser: Browser) => Promise<Answer>): Promise<Answer | undefined> {
  const late = sleep(patience.answer).then(() => undefined);
  return Promise.race([work(anyProcess(jar)).catch(() => undefined), late]);
}

/** Asks again, as a page does, until there is an answer that is none of a broken site. */
async function ask(jar: Jar, until: number, work: (browser: Browser) => Promise<Answer>): Promise<Answer> {
  while (performance.now() < until) {
    const answer = await tryOnce(jar, work);
    if (answer && answer.status < 500) return answer;
    tally.repeated++;
    await sleep(200);
  }
  throw new Error('There was no answer.');
}
