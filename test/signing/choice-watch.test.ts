/** What goes on although nobody asks: how long, how much of it, and that it ends. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { pollDelayMs } from '../../lib/rp-api/session-watch.js';
import { fetchWith } from '../../lib/shared/http.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { type SigningSite, startSigningSite } from '../support/signing-site.js';
import { Browser } from '../support/site.js';

const mostFollowed = 500;

describe('Waiting for a choice that nobody asks about', () => {
  let simulator: Simulator;
  let site: SigningSite;
  let polls = 0;
  const fetch = fetchWith();

  before(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  after(() => simulator.close());
  beforeEach(async () => {
    polls = 0;
    site = await startSigningSite(simulator, {
      signing: {
        fetch: async (url, init) => {
          if (!url.includes('/session/')) return fetch(url, init);
          polls += 1;
          try {
            return await fetch(url, init);
          } finally {
            polls -= 1;
          }
        },
      },
    });
  });
  afterEach(() => site.close());

  /** A poll begins a little after the answer. */
  const whenAllHaveBegun = () => new Promise((resolve) => setTimeout(resolve, pollDelayMs.max + 100));

  it('is one long poll for each, for five hundred at the most', async function () {
    this.timeout(60_000);
    for (let started = 0; started < mostFollowed + 20; started += 20) {
      await Promise.all(Array.from({ length: 20 }, () => new Browser(site.origin).start({})));
    }
    await whenAllHaveBegun();
    expect(polls).to.equal(mostFollowed);
    site.signing.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(polls).to.equal(0);
  });

  it('is not begun for one who is known, or for one without an account', async () => {
    await new Browser(site.origin).start({ signer: { documentNumber: 'PNOEE-40404040009-MOCK-Q' } });
    const signer = { semanticsIdentifier: 'PNOEE-10101010005' };
    await new Browser(site.origin).start({ signer, flow: 'notification' });
    await whenAllHaveBegun();
    expect(polls).to.equal(0);
  });

  it('does not hold the process once it is closed', async function () {
    this.timeout(30_000);
    const root = new URL('../..', import.meta.url).href;
    const code = `
      import { startSimulator } from '${root}lib/simulator/index.ts';
      import { startSigningSite } from '${root}test/support/signing-site.ts';
      import { Browser } from '${root}test/support/site.ts';
      const simulator = await startSimulator({ port: 0 });
      const site = await startSigningSite(simulator);
      console.log((await new Browser(site.origin).start({})).state);
      site.signing.close();
      await site.close();
      await simulator.close();`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', code],
      { timeout: 20_000 },
    );
    expect(stdout.trim()).to.equal('running');
  });
});
