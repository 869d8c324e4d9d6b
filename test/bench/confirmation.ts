/** From the confirmation on the phone to the page of who is logged in, where the OCSP responder takes its time. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Build } from './builds.js';
import { printTable, quantile } from './measure.js';
import { type BenchSite, withSites } from './processes.js';
import type { Service } from './service.js';
import { accounts, confirm, expectOk } from './throughput.js';
import { forEach, Visitor } from './visitor.js';

const ocspDelayMs = 300;
const logins = 60;
const warmUpLogins = 100;
/** From the page to the confirmation: a person takes some seconds, in which nothing happens. */
const scanMs = 500;
/** Few: whoever waits should wait for the responder, and not for the machine. */
const atOnce = 2;
/** Milliseconds after `ready` until the page posts. */
const pages = { 'a page that posts at once': 0, 'a page that posts 1 s later': 1000 };

/** Milliseconds. */
interface Waited {
  fromConfirmation: number;
  /** From the page's post to the answer. */
  fromPost: number;
}

export async function benchConfirmation(builds: readonly Build[]): Promise<void> {
  await withSites(builds, { port: 0, accounts }, async (sites, service, order) => {
    await order({ persons: 'others' });
    for (const site of sites) await forEach(warmUpLogins, atOnce, (index) => logIn(site, service, index, 0));
    await order({ persons: 'others', ocspDelayMs });
    const rows: string[][] = [];
    for (const [name, pauseMs] of Object.entries(pages)) {
      for (const site of sites) {
        const waited = await forEach(logins, atOnce, (index) => logIn(site, service, index, pauseMs));
        rows.push([`${name}, ${site.label}`, ...figures(waited, 'fromConfirmation'), ...figures(waited, 'fromPost')]);
      }
    }
    console.log(
      `From the service's answer, when the phone has confirmed, to the answer of \`finish\`; OCSP takes ${ocspDelayMs} ms:\n`,
    );
    printTable(['', 'median ms', 'p95 ms', 'of it after the post', 'p95 ms'], rows);
  });
}

function figures(waited: readonly Waited[], what: keyof Waited): string[] {
  const times = waited.map((one) => one[what]);
  return [quantile(times, 0.5).toFixed(0), quantile(times, 0.95).toFixed(0)];
}

/** A visitor whose page listens to live updates. */
async function logIn(site: BenchSite, service: Service, index: number, pauseMs: number): Promise<Waited> {
  const visitor = new Visitor(site.origin);
  const { id, qrLink } = (await visitor.send('POST', '/start', {})).body;
  let resolve = () => {};
  const ready = new Promise<void>((resolveReady) => {
    resolve = resolveReady;
  });
  const close = await visitor.listen(`/updates?id=${id}`, (event) => {
    if (event.includes('"state":"ready"')) resolve();
  });
  // Nobody confirms before the page has asked the service.
  await sleep(scanMs);
  // The phone's own answer leaves the service at the moment of that of the session's status.
  await confirm(service, accounts[index % accounts.length] as string, qrLink);
  const confirmedAt = performance.now();
  await ready;
  close();
  await sleep(pauseMs);
  const postedAt = performance.now();
  expectOk(await visitor.send('POST', '/finish', { id }));
  const answeredAt = performance.now();
  return { fromConfirmation: answeredAt - confirmedAt, fromPost: answeredAt - postedAt };
}
