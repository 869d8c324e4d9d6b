/** Logins from end to end in one process, against local logins by a name, which verify nothing. */

import { printTable } from './measure.js';
import { withSite } from './processes.js';
import { forEach, Visitor } from './visitor.js';

const logins = 1_000;
const atOnce = 20;
const documentNumber = 'PNOEE-40404040009-MOCK-Q';

export async function benchThroughput(): Promise<void> {
  await withSite(async ({ origin, ask }, { mockUrl }) => {
    const smartId = async () => {
      const visitor = new Visitor(origin);
      const { id, qrLink } = (await visitor.send('POST', '/start', {})).body;
      const body = JSON.stringify({ documentNumber, flowType: 'QR', deviceLink: qrLink });
      await fetch(mockUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      expectOk(await visitor.send('POST', '/finish', { id }));
    };
    const local = async () => {
      const visitor = new Visitor(origin);
      await visitor.send('GET', '/form');
      expectOk(await visitor.send('POST', '/local', { username: 'somebody', password: 'x' }));
    };
    const measure = async (work: () => Promise<void>, count: number) => {
      const before = await ask('cpu');
      const since = performance.now();
      await forEach(count, atOnce, work);
      const seconds = (performance.now() - since) / 1000;
      return { rate: count / seconds, cpu: ((await ask('cpu')) - before) / count };
    };
    for (const work of [smartId, local]) await measure(work, 200);
    const ours = await measure(smartId, logins);
    const theirs = await measure(local, logins);
    console.log('Logins in one process, with the simulator and the visitors on the same machine:\n');
    printTable(
      ['', 'logins/s', 'CPU ms of the site', 'ratio of CPU'],
      [
        ['passport-local, nothing verified', theirs.rate.toFixed(0), theirs.cpu.toFixed(2), '1.0'],
        [
          'passport-smart-id, by QR code',
          ours.rate.toFixed(0),
          ours.cpu.toFixed(2),
          (ours.cpu / theirs.cpu).toFixed(1),
        ],
      ],
    );
  });
}

function expectOk({ status, body }: { status: number; body: unknown }): void {
  if (status !== 200) throw new Error(`A login ended with ${status}: ${JSON.stringify(body)}`);
}
