/** What people do with the pages, each as a test that any engine can run on any host. */

import { expect } from 'chai';
import jsqr from 'jsqr';
import { PNG } from 'pngjs';
import type { Simulator } from '../../lib/simulator/index.js';
import { usePhone } from '../support/phone.js';
import { patienceMs, type RunningEngine, type Session } from './engine.js';
import type { Place } from './network.js';

export interface Scene extends Place {
  session: Session;
  simulator: Simulator;
}

export interface Way {
  /** In titles of tests. */
  name: string;
  options?: Parameters<RunningEngine['begin']>[0];
  go(scene: Scene): Promise<void>;
}

const name = 'Hello, OK TESTNUMBER';

export const ways: readonly Way[] = [
  {
    name: 'logs in by the QR code',
    async go(scene) {
      await scene.session.open(`${scene.origin}/login/`);
      await scan(scene);
      await isAt(scene, '/home', name);
    },
  },
];

/** Scans the QR code that the page shows, as a camera sees it. */
async function scan({ session, simulator }: Scene, documentNumber?: string): Promise<void> {
  const deviceLink = await eventually(session, 'a QR code', async () => {
    if (!(await session.isShown('#qr-code path[d]'))) return undefined;
    const { data, width, height } = PNG.sync.read(await session.screenshot('#qr-code'));
    return jsqr.default(new Uint8ClampedArray(data), width, height)?.data;
  });
  await usePhone(simulator, { deviceLink, flowType: 'QR', documentNumber });
}

/** Waits until a page of the site itself is there, with this heading. */
async function isAt({ session, origin }: Scene, path: string, heading: string): Promise<void> {
  await eventually(session, path, async () => (await session.url()) === `${origin}${path}`);
  expect(await session.text('h1')).to.equal(heading);
}

/** Waits for what comes by itself. While one page leaves and the next one comes, engines say that there is nothing to look at. */
async function eventually<T>(session: Session, what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = performance.now() + patienceMs;
  let problem: unknown;
  while (performance.now() < deadline) {
    try {
      const found = await look();
      if (found) return found;
    } catch (error) {
      problem = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const seen = await session.text('body').catch(String);
  throw new Error(`Waited for ${what} in vain at ${await session.url()}, which says: ${seen}`, { cause: problem });
}
