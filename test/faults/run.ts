/**
 * `npm run faults`: people log in on three processes of a site while processes and Redis are killed and started again and the
 * service freezes, at random. `-- --minutes N` says for how long. The status is 0 only when no login was lost or doubled.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startService } from '../bench/processes.js';
import { usePhone } from '../support/phone.js';
import { SiteProcess } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';
import { type Answer, Browser } from '../support/site.js';

const { values } = parseArgs({ options: { minutes: { type: 'string' }, visitors: { type: 'string' } } });
const end = performance.now() + Number(values.minutes ?? 10) * 60_000;
const visitors = Number(values.visitors ?? 20);
/** Milliseconds after which a page counts as stuck, and for which one answer is waited for. */
const patience = { page: 120_000, answer: 15_000 };
const person = 'PNOEE-40404040009';

const tally = {
  loggedIn: 0,
  refusedStarts: 0,
  retried: 0,
  cutOff: 0,
  lost: 0,
  doubled: 0,
  stuck: 0,
  killedProcesses: 0,
  killedRedis: 0,
  frozenService: 0,
};

const { process: service, told: simulator } = await startService();
const redis = await RedisServer.launch();
const startProcess = () =>
  SiteProcess.start({ simulator, redisUrl: redis.url, callbackURL: 'http://localhost/callback' });
const processes = await Promise.all([startProcess(), startProcess(), startProcess()]);

try {
  await Promise.all([breakThings(), ...Array.from({ length: visitors }, visit)]);
} finally {
  service.kill('SIGCONT');
  service.kill();
  for (const process of processes) await process.kill();
  await redis.close();
}
for (const [what, count] of Object.entries(tally)) console.log(`${what.padEnd(16)} ${String(count).padStart(6)}`);
process.exit(tally.lost + tally.doubled + tally.stuck > 0 || tally.loggedIn === 0 ? 1 : 0);

async function breakThings(): Promise<void> {
  while (performance.now() < end) {
    await sleep(1_000 + Math.random() * 3_000);
    const what = Math.random();
    if (what < 0.5) {
      const index = Math.floor(Math.random() * processes.length);
      await processes[index]?.kill();
      tally.killedProcesses++;
      processes[index] = await startProcess();
    } else if (what < 0.75) {
      await redis.kill();
      tally.killedRedis++;
      await sleep(Math.random() * 1_500);
      await redis.run();
    } else {
      service.kill('SIGSTOP');
      tally.frozenService++;
      await sleep(500 + Math.random() * 2_500);
      service.kill('SIGCONT');
    }
  }
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

async function logIn(jar: Browser['jar'], until: number): Promise<void> {
  const begun = await ask(jar, until, (browser) => browser.post('/start'));
  if (begun.status !== 200) {
    tally.refusedStarts++;
    return;
  }
  const { id, qrLink = '' } = begun.body;
  await sleep(Math.random() * 1_500);
  await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR' });
  let state = '';
  while (state !== 'ready') {
    const { body } = await ask(jar, until, (browser) => browser.get(`/status?id=${id}`));
    state = body.state;
    if (state === 'failed') return lose(`the status says ${body.code}`);
    if (state === 'running') await sleep(200);
  }
  await finish(jar, until, id);
}

/** Two windows that both finish, on whichever process; and again where an answer did not come. */
async function finish(jar: Browser['jar'], until: number, id: string): Promise<void> {
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
      return;
    }
    const codes = answers.map((answer) => answer?.body?.code);
    const isOver = codes.every((code) => code === undefined || code === 'no_attempt' || code === 'already_used');
    if (isOver && codes.some(Boolean) && isCutOff) {
      // The attempt was taken, and then the process, or Redis, was killed before the session was kept.
      tally.cutOff++;
      return;
    }
    if (isOver && codes.every(Boolean)) return lose(`finishing says ${codes.join(' and ')}`);
    await sleep(200);
  }
  throw new Error('The login cannot be finished.');
}

function lose(why: string): void {
  tally.lost++;
  console.error(`lost: ${why}`);
}

/** On any process; undefined where the connection broke or nothing came. */
async function tryOnce(jar: Browser['jar'], work: (browser: Browser) => Promise<Answer>): Promise<Answer | undefined> {
  const { origin } = processes[Math.floor(Math.random() * processes.length)] as SiteProcess;
  const late = sleep(patience.answer).then(() => undefined);
  return Promise.race([work(new Browser(origin, jar)).catch(() => undefined), late]);
}

/** Asks again, as a page does, until there is an answer that is none of a broken site. */
async function ask(jar: Browser['jar'], until: number, work: (browser: Browser) => Promise<Answer>): Promise<Answer> {
  while (performance.now() < until) {
    const answer = await tryOnce(jar, work);
    if (answer && answer.status < 500) return answer;
    tally.retried++;
    await sleep(200);
  }
  throw new Error('There was no answer.');
}
