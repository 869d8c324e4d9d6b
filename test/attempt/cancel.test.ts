/**
 * A login that is cancelled by the strategy's own routes, with each kind of store; and requests that must not use up
 * its return.
 */

import { expect } from 'chai';
import type { RequestHandler } from 'express';
import { MemoryAttemptStore, SessionAttemptStore } from '../../lib/index.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { callbackAfter, pathOf, usePhone } from '../support/phone.js';
import { Browser, type Site, startSite } from '../support/site.js';

for (const [name, makeStore] of [
  ['the session', () => new SessionAttemptStore()],
  ['a store of its own', () => new MemoryAttemptStore()],
] as const) {
  describe(`A login that is cancelled, with attempts in ${name}`, () => {
    let simulator: Simulator;
    let site: Site;
    let browser: Browser;
    before(async () => {
      simulator = await startSimulator({ port: 0 });
      site = await startSite(simulator, {
        strategy: { store: makeStore() },
        routes: (app) => {
          app.post(
            '/cancel',
            cancelRoute(() => site),
          );
        },
      });
    });
    beforeEach(() => {
      browser = new Browser(site.origin);
    });
    after(async () => {
      await site.close();
      await simulator.close();
    });

    const cancel = async (id: unknown, by = browser) => (await by.post('/cancel', { id })).body;
    const confirm = (qrLink = '') => usePhone(simulator, { deviceLink: qrLink, flowType: 'QR' });

    it('a cancelled login is over: status and finish say cancelled', async () => {
      const { id, qrLink } = await browser.start();
      expect(await cancel(id)).to.deep.equal({ id, state: 'failed', code: 'cancelled' });
      expect(await browser.status(id))
        .to.include({ state: 'failed', code: 'cancelled' })
        .and.not.have.property('qrLink');
      await confirm(qrLink);
      const { status, body } = await browser.post('/finish', { id });
      expect([status, body.code]).to.deep.equal([401, 'cancelled']);
      expect((await browser.get('/me')).body).to.equal(null);
    });

    it('cancel and ten finishes at the same time: either it is cancelled, or one of them logs in', async () => {
      const { id, qrLink } = await browser.start();
      await confirm(qrLink);
      await browser.settled(id);
      const finishes = Array.from({ length: 10 }, () => browser.post('/finish', { id }));
      const [told, ...answers] = await Promise.all([cancel(id), ...finishes]);
      const passed = answers.filter(({ status }) => status === 200).length;
      expect(passed, 'logins').to.equal(told.code === 'cancelled' ? 0 : 1);
    });

    it('the first return from the app after cancel says cancelled', async () => {
      const { id, web2AppLink = '' } = await browser.start();
      const callback = await callbackAfter(simulator, { deviceLink: web2AppLink, flowType: 'Web2App' });
      await cancel(id);
      const codes = [];
      for (let count = 0; count < 2; count++) codes.push((await browser.get(pathOf(callback))).body.code);
      expect(codes).to.deep.equal(['cancelled', 'return_without_session']);
    });

    it('cancel says no_attempt to other browsers, and where the login is cancelled already', async () => {
      const { id } = await browser.start();
      const stranger = new Browser(site.origin);
      await stranger.start();
      expect(await cancel(id, stranger)).to.include({ code: 'no_attempt' });
      expect((await browser.status(id)).state).to.equal('running');
      expect(await cancel(id)).to.include({ code: 'cancelled' });
      expect(await cancel(id)).to.include({ code: 'no_attempt' });
      expect(await cancel('unknown')).to.include({ code: 'no_attempt' });
    });

    it('cancel without an id is answered with 400', async () => {
      for (const id of [undefined, '', 7, ['a'], 'x'.repeat(1000)]) {
        const { status, body } = await browser.post('/cancel', { id });
        expect([status, body.error]).to.deep.equal([400, 'id must be the id of a Smart-ID attempt, in the body.']);
      }
    });

    it('cancel leaves other logins of the browser alone', async () => {
      const { id } = await browser.start();
      const other = await browser.start();
      await cancel(id);
      await confirm(other.qrLink);
      expect((await browser.post('/finish', { id: other.id })).status).to.equal(200);
    });

    it('a HEAD or a prefetch does not use up the return from the app', async () => {
      const { web2AppLink = '' } = await browser.start();
      const callback = await callbackAfter(simulator, { deviceLink: web2AppLink, flowType: 'Web2App' });
      const headers = { cookie: await browser.cookies() };
      for (const init of [{ method: 'HEAD' }, { headers: { 'sec-purpose': 'prefetch' } }]) {
        const response = await fetch(callback, { ...init, headers: { ...headers, ...init.headers } });
        expect(response.status).to.equal(401);
      }
      expect((await browser.get(pathOf(callback))).status).to.equal(200);
    });
  });
}

/** The site is there only after its routes were made. */
function cancelRoute(siteOf: () => Site): RequestHandler {
  return (req, res, next) => {
    void siteOf().strategy.cancel()(req, res, (error?: unknown) => (error ? next(error) : res.json(req.smartId)));
  };
}
