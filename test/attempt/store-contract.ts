/** What every attempt store keeps to, however many requests of however many processes ask at once. */

import { expect } from 'chai';
import type { Request } from 'express';
import session from 'express-session';
import type { Attempt, AttemptStore } from '../../lib/index.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { callbackAfter, pathOf, usePhone } from '../support/phone.js';
import { Browser, type Site, startSite } from '../support/site.js';

const callbackURL = 'http://localhost/callback';

/** Makes the store of one process; those of one site find what the others keep. */
export type MakeStore = () => Promise<AttemptStore>;

/** @param prepare puts what is to be done at the end onto `cleanUp`. */
export function describeAttempts(
  name: string,
  prepare: (test: Mocha.Context, cleanUp: (() => unknown)[]) => Promise<MakeStore>,
): void {
  describe(`Attempts ${name}`, function () {
    this.timeout(20_000);
    let simulator: Simulator;
    let sites: [Site, Site];
    const cleanUp: (() => unknown)[] = [];

    before(async function () {
      simulator = await startSimulator({ port: 0 });
      const makeStore = await prepare(this, cleanUp);
      const sessions = new session.MemoryStore();
      const start = async () => {
        const store = await makeStore();
        return startSite(simulator, {
          strategy: { store, callbackURL, appCallbackURL: undefined },
          session: { store: sessions },
          routes: (app) => {
            app.post('/store/:method', async (req, res) => {
              const { method } = req.params as { method: keyof AttemptStore };
              const call = store[method] as (req: Request, ...given: unknown[]) => Promise<unknown>;
              // While the request was waiting, as it were.
              if (req.query.ended) await new Promise((resolve) => req.sessionStore.destroy(req.sessionID, resolve));
              res.json({ got: await call.call(store, req, ...req.body) });
            });
          },
        });
      };
      sites = [await start(), await start()];
    });
    after(async () => {
      for (const site of sites ?? []) await site.close();
      await simulator?.close();
      for (const work of cleanUp.reverse()) await work();
    });

    /** One browser, as each of the processes sees it. */
    function browsers(): [Browser, Browser] {
      const first = new Browser(sites[0].origin);
      return [first, new Browser(sites[1].origin, first.jar)];
    }
    const other = () => new Browser(sites[0].origin);
    /** Calls the store in the name of a browser. */
    const call = async (browser: Browser, method: `${keyof AttemptStore}${'' | '?ended=1'}`, ...given: unknown[]) =>
      (await browser.post(`/store/${method}`, given)).body.got;
    const confirm = (deviceLink = '') => usePhone(simulator, { deviceLink, flowType: 'QR' });

    it('are started on one process, looked at on another and finished on the first', async () => {
      const [first, second] = browsers();
      const { id, qrLink } = await first.start();
      expect((await second.status(id)).state).to.equal('running');
      await confirm(qrLink);
      expect((await second.settled(id)).state).to.equal('ready');
      expect((await first.post('/finish', { id })).status).to.equal(200);
      expect((await second.get('/me')).body.id).to.equal('PNOEE-40404040009');
      expect((await second.status(id)).code).to.equal('no_attempt');
    });

    it('log in once, of a hundred finishes on two processes', async () => {
      const [first, second] = browsers();
      const { id, qrLink } = await first.start();
      await confirm(qrLink);
      await second.settled(id);
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, count) => (count % 2 ? first : second).post('/finish', { id })),
      );
      expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
    });

    it('log in once, of a hundred callbacks on two processes', async () => {
      const [first, second] = browsers();
      const { web2AppLink = '' } = await first.start();
      const callback = pathOf(await callbackAfter(simulator, { deviceLink: web2AppLink, flowType: 'Web2App' }));
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, count) => (count % 2 ? first : second).get(callback)),
      );
      expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
    });

    it('are not there for another browser, which cannot take or change them either', async () => {
      const [first] = browsers();
      const { id } = await first.start();
      const attempt: Attempt = await call(first, 'read', id);
      const stranger = other();
      await stranger.start();
      expect((await stranger.status(id)).code).to.equal('no_attempt');
      expect(await call(stranger, 'read', id)).to.equal(undefined);
      expect(await call(stranger, 'take', id)).to.equal(undefined);
      expect(await call(stranger, 'update', { ...attempt, ended: 'x' }, attempt)).to.equal(false);
      expect(await call(first, 'read', id)).to.deep.equal(attempt);
    });

    it('are taken once, of many that take at once, and are not there any more then', async () => {
      const [first, second] = browsers();
      const { id } = await first.start();
      const attempt = await call(second, 'read', id);
      const taken = await Promise.all(
        Array.from({ length: 40 }, (_, count) => call(count % 2 ? first : second, 'take', id)),
      );
      expect(taken.filter(Boolean)).to.deep.equal([attempt]);
      expect(await call(second, 'read', id)).to.equal(undefined);
      expect(await call(second, 'take', id)).to.equal(undefined);
      expect(await call(first, 'update', { ...attempt, ended: 'x' }, attempt)).to.equal(false);
      expect(await call(first, 'read', id)).to.equal(undefined);
    });

    it('are changed once, of many that change the same at once', async () => {
      const [first, second] = browsers();
      const { id } = await first.start();
      const before = await call(first, 'read', id);
      const changed = await Promise.all(
        Array.from({ length: 40 }, (_, count) =>
          call(count % 2 ? first : second, 'update', { ...before, ended: `change ${count}` }, before),
        ),
      );
      expect(changed.filter(Boolean)).to.have.length(1);
      const after = await call(second, 'read', id);
      expect(after).to.deep.equal({ ...before, ended: `change ${changed.indexOf(true)}` });
      expect(await call(second, 'update', before, after)).to.equal(true);
      expect(await call(first, 'read', id)).to.deep.equal(before);
    });

    it('are changed once, of many that make the same of it at once', async () => {
      const [first, second] = browsers();
      const { id } = await first.start();
      const before = await call(first, 'read', id);
      const after = { ...before, ended: 'the same' };
      const changed = await Promise.all(
        Array.from({ length: 40 }, (_, count) => call(count % 2 ? first : second, 'update', after, before)),
      );
      expect(changed.filter(Boolean)).to.have.length(1);
      expect(await call(second, 'read', id)).to.deep.equal(after);
    });

    it('cannot be changed or taken where the session has ended while the request was waiting', async () => {
      for (const method of ['take', 'update'] as const) {
        const [first] = browsers();
        const { id } = await first.start();
        const attempt = await call(first, 'read', id);
        const given = method === 'take' ? [id] : [{ ...attempt, ended: 'x' }, attempt];
        expect(await call(first, `${method}?ended=1`, ...given), method).to.be.oneOf([undefined, false]);
        expect((await first.status(id)).code).to.equal('no_attempt');
      }
    });

    it('are kept side by side, for several tabs', async () => {
      const [first, second] = browsers();
      await first.start();
      const tabs = await Promise.all([first.start(), second.start(), first.start()]);
      for (const { id } of tabs) expect((await second.status(id)).state).to.equal('running');
    });

    /** Of these attempts, those that are still there. */
    async function present(browser: Browser, ids: string[]): Promise<string[]> {
      const states = await Promise.all(ids.map(async (id) => (await browser.status(id)).state));
      return ids.filter((_, index) => states[index] === 'running');
    }

    it('are five at the most in one browser session: the oldest makes room for a sixth', async () => {
      const [first, second] = browsers();
      const ids: string[] = [];
      for (let count = 0; count < 7; count++) ids.push((await (count % 2 ? first : second).start()).id);
      expect(await present(first, ids)).to.deep.equal(ids.slice(2));
      expect(await call(first, 'take', ids[1])).to.equal(undefined);
      const others = await Promise.all([other().start(), other().start()]);
      expect(others.map(({ state }) => state)).to.deep.equal(['running', 'running']);
      expect(await present(second, ids)).to.deep.equal(ids.slice(2));
    });

    it('are five at the most in one browser session, however many are started at once on two processes', async () => {
      const [first, second] = browsers();
      await first.start();
      const started = await Promise.all(Array.from({ length: 20 }, (_, count) => (count % 2 ? first : second).start()));
      const ids = started.map(({ id }) => id);
      expect(await present(second, ids)).to.have.length(5);
    });

    it('make room for others when they are taken', async () => {
      const [first, second] = browsers();
      const ids: string[] = [];
      for (let count = 0; count < 5; count++) ids.push((await first.start()).id);
      expect(await call(second, 'take', ids[3])).to.include({ id: ids[3] });
      ids.push((await second.start()).id);
      expect(await present(first, ids)).to.deep.equal(ids.filter((_, index) => index !== 3));
    });

    it('leave nothing of them in the session after the login', async () => {
      const [first] = browsers();
      const { id, qrLink } = await first.start();
      await confirm(qrLink);
      await first.settled(id);
      expect((await first.post('/finish', { id })).status).to.equal(200);
      expect(await call(first, 'read', id)).to.equal(undefined);
    });
  });
}
