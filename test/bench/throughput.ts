/** Logins from end to end in one process, each by another person, against local logins by a name, which verify nothing. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Build } from './builds.js';
import { printTable } from './measure.js';
import { type BuildSite, withSites } from './processes.js';
import { type ProfileShares, parts } from './profile.js';
import type { Service, ServiceOrder } from './service.js';
import { forEach, Visitor } from './visitor.js';

const rounds = 10;
const warmUpMs = 5_000;
const profiledLogins = 400;
const atOnce = 20;

/** Whose keys the persons share. */
export const accounts = ['PNOEE-40404040009-MOCK-Q', 'PNOLT-40404040009-MOCK-Q', 'PNOBE-04040400287-MOCK-Q'];

/** A kind of login on one site. */
interface Kind {
  name: string;
  site: BuildSite;
  persons?: ServiceOrder['persons'];
  /** How many logins a round has: enough for some collections of garbage. */
  count: number;
  logIn(index: number): Promise<void>;
}

interface Sums {
  /** Milliseconds of the site's CPU. */
  cpu: number;
  logins: number;
  seconds: number;
  ocspRequests: number;
}

export async function benchThroughput(builds: readonly Build[]): Promise<void> {
  await withSites(builds, { port: 0, accounts }, async (sites, service, order) => {
    const pace = { pauseMs: 0 };
    const kinds = kindsOf(sites, service, pace);
    const sums = new Map<Kind, Sums>(kinds.map((kind) => [kind, { cpu: 0, logins: 0, seconds: 0, ocspRequests: 0 }]));
    const run = async ({ site, persons, logIn, count }: Kind): Promise<Sums> => {
      if (persons) await order({ persons });
      const before = await site.ask('cpu');
      const since = performance.now();
      await forEach(count, atOnce, logIn);
      const seconds = (performance.now() - since) / 1000;
      const cpu = (await site.ask('cpu')) - before;
      return { cpu, logins: count, seconds, ocspRequests: persons ? await order({ persons }) : 0 };
    };
    for (const kind of kinds) {
      const until = performance.now() + warmUpMs;
      let last: Sums | undefined;
      while (performance.now() < until) last = await run(kind);
      if (kind.persons === 'others' && last) pace.pauseMs = (atOnce * last.seconds * 1000) / last.logins;
    }
    for (let round = 0; round < rounds; round++) {
      for (const [kind, sum] of sums) sums.set(kind, added(sum, await run(kind)));
    }
    printSums(sums);
    for (const kind of kinds.filter(({ persons }) => persons === 'others')) {
      await kind.site.ask('profile-start');
      await run({ ...kind, count: profiledLogins });
      printProfile(kind, await kind.site.ask('profile-stop'), cpuMsOf(sums.get(kind)));
    }
  });
}

function added(one: Sums, other: Sums): Sums {
  return {
    cpu: one.cpu + other.cpu,
    logins: one.logins + other.logins,
    seconds: one.seconds + other.seconds,
    ocspRequests: one.ocspRequests + other.ocspRequests,
  };
}

/** Milliseconds for one login: all of them, since the garbage of some rounds is collected in others. */
function cpuMsOf(sums: Sums | undefined): number {
  return sums ? sums.cpu / sums.logins : Number.NaN;
}

/** How long each visitor of a local login rests after it, so that as many come in a second as by Smart-ID. */
interface Pace {
  pauseMs: number;
}

/** The local logins are those of the first site: they use nothing of this package. */
function kindsOf(sites: readonly BuildSite[], service: Service, pace: Pace): Kind[] {
  const [first] = sites as [BuildSite];
  const logInLocally = async () => {
    const visitor = new Visitor(first.origin);
    await visitor.send('GET', '/form');
    expectOk(await visitor.send('POST', '/local', { username: 'somebody', password: 'x' }));
  };
  const local: Kind = {
    name: 'passport-local, as fast as it can',
    site: first,
    count: 500,
    logIn: logInLocally,
  };
  // A process that is never idle reads and writes for many at a time, which makes each of them cheaper.
  const localInStep: Kind = {
    name: 'passport-local, at the pace of Smart-ID logins',
    site: first,
    count: 50,
    logIn: async () => {
      await logInLocally();
      await sleep(pace.pauseMs);
    },
  };
  const smartId = sites.flatMap((site): Kind[] => [
    {
      name: `by QR code, each another person, ${site.label}`,
      site,
      persons: 'others',
      count: 50,
      logIn: (index) => logInByQrCode(site, service, accounts[index % accounts.length] as string),
    },
    {
      name: `by QR code, one person, remembered, ${site.label}`,
      site,
      persons: 'same',
      count: 50,
      logIn: () => logInByQrCode(site, service, accounts[0] as string),
    },
  ]);
  return [local, ...smartId, localInStep];
}

async function logInByQrCode({ origin }: BuildSite, service: Service, account: string): Promise<void> {
  const visitor = new Visitor(origin);
  const { id, qrLink } = (await visitor.send('POST', '/start', {})).body;
  await confirm(service, account, qrLink);
  expectOk(await visitor.send('POST', '/finish', { id }));
}

/** Plays the phone. */
export async function confirm({ mockUrl }: Service, documentNumber: string, deviceLink: string): Promise<void> {
  const body = JSON.stringify({ documentNumber, flowType: 'QR', deviceLink });
  const response = await fetch(mockUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  if (!response.ok) throw new Error(`The phone answered with ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
}

export function expectOk({ status, body }: { status: number; body: unknown }): void {
  if (status !== 200) throw new Error(`A login ended with ${status}: ${JSON.stringify(body)}`);
}

function printSums(sums: ReadonlyMap<Kind, Sums>): void {
  const all = [...sums];
  const local = all[0]?.[1];
  const localInStep = all.at(-1)?.[1];
  console.log('Logins in one process, with the simulator and the visitors on the same machine:\n');
  printTable(
    ['', 'logins/s', 'OCSP requests for each', 'CPU ms of the site', 'to local', 'to local at that pace'],
    all.map(([{ name }, sum]) => [
      name,
      (sum.logins / sum.seconds).toFixed(0),
      (sum.ocspRequests / sum.logins).toFixed(2),
      cpuMsOf(sum).toFixed(2),
      (cpuMsOf(sum) / cpuMsOf(local)).toFixed(1),
      (cpuMsOf(sum) / cpuMsOf(localInStep)).toFixed(1),
    ]),
  );
  for (const [{ persons, name }, { logins, ocspRequests }] of sums) {
    if (persons !== 'others') continue;
    if (ocspRequests !== logins) throw new Error(`${name}: ${logins} logins have asked by OCSP ${ocspRequests} times.`);
    console.log(`${name}: ${logins} logins and as many OCSP requests.`);
  }
  console.log();
}

/** The exchanges with the service and with the responder use the same client: two of three are the service's. */
function printProfile({ name }: Kind, profile: ProfileShares, cpuMs: number): void {
  console.log(`What the CPU of a login is used for (${name}), by samples:\n`);
  const row = (what: string, share: number) => [what, `${(share * 100).toFixed(1)} %`, (share * cpuMs).toFixed(2)];
  const { 'HTTP client': client, 'RP API': rpApi, OCSP: ocsp, ...others } = profile.parts;
  printTable(
    ['', 'part', 'ms'],
    [
      ...parts.flatMap((part) => (part in others ? [row(part, profile.parts[part])] : [])),
      row('two exchanges with the RP API', rpApi + (client * 2) / 3),
      row('one exchange by OCSP', ocsp + client / 3),
    ],
  );
  const top = (entries: ProfileShares['functions']) => entries.map(({ name, share }) => row(name, share));
  printTable(
    ['beside verification: module, with what it calls of Node', 'part', 'ms'],
    top(profile.modules).slice(0, 20),
  );
  printTable(['function, by itself', 'part', 'ms'], top(profile.functions).slice(0, 20));
}
