/**
 * Who has an account is not told by how long an answer takes: measured from outside, with the site, the service and the visitor
 * in processes of their own. Not the start, of which the time is the service's own.
 */

import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { unusable, usable } from '../attacks/accounts.js';
import { SimulatorProcess, SiteProcess } from '../support/processes.js';
import { areaUnderCurve, bestAccuracy } from '../support/two-samples.js';

/** Attempts of either kind. With as many, chance alone goes beyond the limits below less than once in ten thousand runs. */
const attempts = 600;
/** How far the area under the curve may be from 0.5; its standard deviation by chance is 0.017. */
const maxAreaDistance = 0.08;
const maxAccuracy = 0.57;

interface Begun {
  id: string;
  cookie: string;
}

describe('How long an answer takes', function () {
  this.timeout(60_000);
  let service: SimulatorProcess;
  let site: SiteProcess;
  let agent: Agent;

  before(async () => {
    service = await SimulatorProcess.start();
    site = await SiteProcess.start({ simulator: service.simulator, callbackURL: 'http://localhost/callback' });
    agent = new Agent({ keepAlive: true });
    await compare(60, statusTime);
  });
  after(async () => {
    agent?.destroy();
    await site?.kill();
    service?.kill();
  });

  /** Milliseconds until the first byte of the body, and the whole of it unless the connection is for longer. */
  function ask(
    path: string,
    { cookie = '', body, isStream = false }: { cookie?: string; body?: object; isStream?: boolean },
  ) {
    return new Promise<{ milliseconds: number; text: string; response: IncomingMessage }>((resolve, reject) => {
      const text = body && JSON.stringify(body);
      const headers = { cookie, ...(text && { 'content-type': 'application/json', 'content-length': text.length }) };
      const asked = request(new URL(path, site.origin), { agent, method: body ? 'POST' : 'GET', headers });
      const since = performance.now();
      asked.once('error', reject);
      asked.once('response', (response) => {
        let milliseconds = 0;
        let received = '';
        response.setEncoding('utf8').on('error', () => {});
        response.on('data', (part) => {
          milliseconds ||= performance.now() - since;
          received += part;
          if (isStream) response.destroy();
        });
        response.once('close', () => resolve({ milliseconds, text: received, response }));
      });
      asked.end(text);
    });
  }

  async function begin(flow: string, identify: object): Promise<Begun> {
    const { text, response } = await ask('/start', { body: { flow, identify } });
    const cookie = response.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    return { id: JSON.parse(text).id, cookie };
  }

  async function statusTime({ id, cookie }: Begun): Promise<number> {
    return (await ask(`/status?id=${id}`, { cookie })).milliseconds;
  }

  async function updatesTime({ id, cookie }: Begun): Promise<number> {
    return (await ask(`/updates?id=${id}`, { cookie, isStream: true })).milliseconds;
  }

  async function finishTime({ id, cookie }: Begun): Promise<number> {
    return (await ask('/finish', { cookie, body: { id } })).milliseconds;
  }

  /**
   * In random order, so that nothing of one attempt that goes on during the next is always of the same kind.
   * @param pause milliseconds from one to the next where they go on at the same time.
   */
  async function compare(count: number, measure: (begun: Begun) => Promise<number>, pause?: number) {
    const [withAccount, without]: [number[], number[]] = [[], []];
    const measurings: Promise<number>[] = [];
    const kinds = Array.from({ length: 2 * count }, (_, index) => ({ isUsable: index < count, order: Math.random() }));
    for (const { isUsable } of kinds.sort((one, other) => one.order - other.order)) {
      const begun = await begin('device-link', isUsable ? usable : unusable[0][1]);
      const measuring = measure(begun).then((time) => (isUsable ? withAccount : without).push(time));
      measurings.push(measuring);
      await (pause === undefined ? measuring : sleep(pause));
    }
    await Promise.all(measurings);
    return { area: areaUnderCurve(without, withAccount), accuracy: bestAccuracy(without, withAccount) };
  }

  for (const [name, measure, pause] of [
    ['the first status', statusTime],
    ['the first live update', updatesTime],
    ['the finish of what nobody has confirmed', finishTime, 5],
  ] as const) {
    it(`${name} does not tell who has an account`, async () => {
      const { area, accuracy } = await compare(attempts, measure, pause);
      expect(Math.abs(area - 0.5), `area under the curve: ${area}`).to.be.below(maxAreaDistance);
      expect(accuracy, 'of one look with the best threshold').to.be.below(maxAccuracy);
    });
  }
});
