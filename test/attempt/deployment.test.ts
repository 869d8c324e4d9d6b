/** Mistakes of deployment, told in the site's log when the first login or signing begins, and never found by a person at the end. */

import { expect } from 'chai';
import session from 'express-session';
import { warned } from '../../lib/shared/warnings.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { Browser, type SiteOptions, startSite } from '../support/site.js';

describe('A mistake of deployment', () => {
  let simulator: Simulator;
  const warnings: { code?: string; message: string }[] = [];
  const note = (warning: Error & { code?: string }) => warnings.push(warning);
  const closers: (() => Promise<void>)[] = [];

  before(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  after(() => simulator.close());
  beforeEach(() => {
    warned.clear();
    warnings.length = 0;
    process.on('warning', note);
  });
  afterEach(async () => {
    process.removeListener('warning', note);
    for (const close of closers.splice(0)) await close();
  });

  async function open(options: SiteOptions): Promise<Browser> {
    const site = await startSite(simulator, options);
    closers.push(() => site.close());
    return new Browser(site.origin);
  }

  /** Warnings are told in a later turn of the event loop. */
  async function told(): Promise<string[]> {
    await new Promise((resolve) => setImmediate(resolve));
    return warnings.map(({ code }) => code ?? '').filter((code) => code.startsWith('SMART_ID'));
  }

  for (const [what, options, code, advice] of [
    [
      'a callback URL of another host',
      { strategy: { callbackURL: 'http://localhost:3000/callback' } },
      'SMART_ID_CALLBACK_HOST',
      /begins at 127\.0\.0\.1.*return to localhost/,
    ],
    [
      'a cookie that lasts for less than a login, as where seconds were meant',
      { session: { cookie: { maxAge: 3600 } } },
      'SMART_ID_SESSION_TOO_SHORT',
      /lasts for 3\.6 s,.*up to 120 s/,
    ],
    [
      'a cookie for another domain',
      { session: { cookie: { domain: 'example.com' } } },
      'SMART_ID_SESSION_DOMAIN',
      /for the domain example\.com.*at 127\.0\.0\.1/,
    ],
  ] as const) {
    it(`is told once at the start: ${what}`, async () => {
      const browser = await open(options);
      const begin = () => fetch(`${browser.origin}/start`, { method: 'POST' });
      expect((await begin()).status).to.equal(200);
      expect(await told()).to.deep.equal([code]);
      expect(warnings[0]?.message).to.match(advice);
      await begin();
      expect(await told()).to.deep.equal([code]);
    });
  }

  it('is told once where the browser comes back without the session in which it began', async () => {
    const browser = await open({});
    const { id } = await browser.start();
    expect(await told()).to.deep.equal([]);
    await browser.jar.removeAllCookies();
    expect(await browser.status(id)).to.include({ state: 'failed', code: 'no_attempt' });
    expect(await told()).to.deep.equal(['SMART_ID_SESSION_LOST']);
    expect(warnings[0]?.message).to.contain('its cookie is not sent').and.not.contain(id);
    await browser.status(id);
    expect(await told()).to.have.length(1);
  });

  it('is not told where an id was never given out, or the session in which it began has ended', async () => {
    const sessions = new session.MemoryStore();
    const browser = await open({ session: { store: sessions } });
    const ended = () => new Promise((resolve) => sessions.clear(resolve));
    await browser.status('A'.repeat(22));
    const { id } = await browser.start();
    await ended();
    expect(await browser.status(id)).to.include({ code: 'no_attempt' });
    expect(await told()).to.deep.equal([]);
  });

  it('is not told where nothing is wrong', async () => {
    const browser = await open({ session: { cookie: { maxAge: 3_600_000, path: '/', sameSite: 'lax' } } });
    const { id } = await browser.start();
    await browser.status(id);
    await browser.post('/finish', { id });
    expect(await told()).to.deep.equal([]);
  });
});
