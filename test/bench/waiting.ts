/** Many attempts that wait in one process, each with a live page and a fresh link every second, against the simulator in another. */

import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateChallenge } from '../../lib/protocol/challenge.js';
import { encodeInteractions } from '../../lib/protocol/interactions.js';
import { SmartIdClient } from '../../lib/rp-api/client.js';
import { fetchWith } from '../../lib/shared/http.js';
import { printTable, quantile } from './measure.js';
import { type BenchSite, withSite } from './processes.js';
import type { Service } from './service.js';
import { forEach, Visitor } from './visitor.js';

/** Milliseconds for which they are watched. */
const span = 10_000;
const completions = 100;
const documentNumber = 'PNOEE-40404040009-MOCK-Q';

const request = {
  interactions: encodeInteractions([{ type: 'displayTextAndPIN', displayText60: 'Log in' }], 'device-link'),
  certificateLevel: 'QUALIFIED',
  signatureAlgorithm: 'rsassa-pss',
  hashAlgorithm: 'SHA-512',
} as const;

interface Waiting {
  cpu: number;
  bytes: number;
  tick?: number;
  end?: number;
}

export async function benchWaiting(counts: readonly number[]): Promise<void> {
  const rows: (string | number)[][] = [];
  for (const count of counts) {
    let plain: Waiting | undefined;
    let ours: Waiting | undefined;
    await withSite(async (site, service) => {
      plain = await watchPlain(site, service, count);
    });
    await withSite(async (site, service) => {
      ours = await watchLogins(site, service, count);
    });
    if (!plain || !ours) throw new Error('Nothing was measured.');
    console.error(`${count} measured`);
    rows.push([
      count,
      `${(ours.cpu * 100).toFixed(0)} %`,
      `${(plain.cpu * 100).toFixed(0)} %`,
      (ours.bytes / 1000).toFixed(1),
      (plain.bytes / 1000).toFixed(1),
      ((ours.bytes - plain.bytes) / 1000).toFixed(1),
      ours.tick?.toFixed(0) ?? '',
      ours.end?.toFixed(0) ?? '',
    ]);
  }
  console.log(
    'Waiting logins; `plain` is as many pages with a poll and 500 bytes each second, without this package:\n',
  );
  printTable(['waiting', 'CPU', 'plain CPU', 'kB each', 'plain kB', 'more kB', 'p99 tick ms', 'p99 end ms'], rows);
}

/** As many sockets, to the page and to the service, that something goes through each second. */
async function watchPlain(site: BenchSite, service: Service, count: number): Promise<Waiting> {
  const { baseUrl } = service.environment;
  // No connection is kept: a process that is busy would use one that the service has closed meanwhile.
  const client = new SmartIdClient({ ...service, fetch: fetchWith(new Agent()) });
  const before = await site.ask('heap');
  // Of a session that begins with each: the poll must wait for something.
  const closers = await forEach(count, 50, async () => {
    const { sessionID } = await client.authenticationDeviceLinkAnonymous({
      ...request,
      rpChallenge: generateChallenge(),
    });
    const poll = `${baseUrl}/session/${sessionID}?timeoutMs=60500`;
    return new Visitor(site.origin).listen(`/plain?poll=${encodeURIComponent(poll)}`, () => {});
  });
  const used = await watch(site, before, count);
  for (const close of closers) close();
  return used;
}

async function watch(site: BenchSite, heapBefore: number, count: number): Promise<Waiting> {
  await site.ask('heap');
  // What the collection of garbage has held up comes first.
  await sleep(2_000);
  const begun = await site.ask('cpu');
  const since = performance.now();
  await sleep(span);
  const cpu = ((await site.ask('cpu')) - begun) / (performance.now() - since);
  return { cpu, bytes: ((await site.ask('heap')) - heapBefore) / count };
}

async function watchLogins(site: BenchSite, service: Service, count: number): Promise<Waiting> {
  // The first login makes the account's key and loads what is loaded once.
  await finish(site, service, await begin(site));
  const before = await site.ask('heap');
  const logins = await forEach(count, 50, () => begin(site));
  const used = await watch(site, before, count);
  // While they began, the machine had other things to do.
  for (const { times } of logins) times.splice(0, times.length - span / 1000);
  const late = logins.flatMap(({ times }) => delaysOf(times));
  const ends: number[] = [];
  for (const login of logins.slice(0, completions)) ends.push(await finish(site, service, login));
  for (const { close } of logins) close();
  return { ...used, tick: quantile(late, 0.99), end: quantile(ends, 0.99) };
}

interface Login {
  visitor: Visitor;
  id: string;
  lastEvent?: Buffer;
  /** When each event came. */
  times: number[];
  ended: Promise<number>;
  close(): void;
}

async function begin({ origin }: BenchSite): Promise<Login> {
  const visitor = new Visitor(origin);
  const { status, body } = await visitor.send('POST', '/start', {});
  if (status !== 200) throw new Error(`A login could not be started: ${status}`);
  const times: number[] = [];
  let tellEnd: (time: number) => void = () => {};
  const ended = new Promise<number>((resolve) => {
    tellEnd = resolve;
  });
  const login: Login = { visitor, id: body.id, times, ended, close: () => {} };
  login.close = await visitor.listen(`/updates?id=${body.id}`, (event) => {
    const now = performance.now();
    times.push(now);
    login.lastEvent = event;
    if (event.includes('"state":"ready"')) tellEnd(now);
  });
  return login;
}

/** Confirms it, and gives how long after that the page heard of it. */
async function finish(site: BenchSite, { mockUrl }: Service, login: Login): Promise<number> {
  while (!login.lastEvent) await sleep(10);
  const [, deviceLink] = /"qrLink":"([^"]+)"/.exec(login.lastEvent.toString()) ?? [];
  const body = JSON.stringify({ documentNumber, flowType: 'QR', deviceLink });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(mockUrl, { method: 'POST', headers, body });
  const since = performance.now();
  if (!response.ok) throw new Error(`The phone answered with ${response.status}: ${await response.text()}`);
  const end = await login.ended;
  login.close();
  const { status } = await login.visitor.send('POST', '/finish', { id: login.id });
  if (status !== 200) throw new Error(`A login on ${site.origin} ended with ${status}.`);
  return Math.max(0, end - since);
}

/** Milliseconds by which each tick came later than the earliest one, second by second. */
function delaysOf(times: readonly number[]): number[] {
  const offsets = times.map((time, index) => time - index * 1000);
  const earliest = Math.min(...offsets);
  return offsets.map((offset) => offset - earliest);
}
