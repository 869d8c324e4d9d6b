import { expect } from 'chai';
import session, { type Session } from 'express-session';
import { finishGraceMs } from '../../lib/attempt/attempt.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { callbackAfter, logInByQr, okDocument, pathOf, usePhone } from '../support/phone.js';
import { Browser, type Site, startSite, storedSessions } from '../support/site.js';

const { MemoryStore } = session;

type Coloured = Session & { colour?: string };

describe('Login attempts', () => {
  let simulator: Simulator;
  let site: Site;
  let browser: Browser;
  let time = Date.now();

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    site = await startSite(simulator, {
      strategy: { clock: () => time },
      start: (req) => {
        if (req.body.colour) (req.session as Coloured).colour = req.body.colour;
        return { flow: req.body.flow, identify: () => req.body.identify };
      },
      routes: (app) => {
        app.post('/colour', (req, res) => {
          const kept = req.session as Coloured;
          if (req.body.colour) kept.colour = req.body.colour;
          res.json(kept.colour ?? null);
        });
      },
    });
  });
  after(async () => {
    await site.close();
    await simulator.close();
  });
  beforeEach(() => {
    time = Date.now();
    browser = new Browser(site.origin);
  });

  const confirm = (qrLink = '', documentNumber = okDocument) =>
    usePhone(simulator, { deviceLink: qrLink, flowType: 'QR', documentNumber });
  const web2AppCallback = async (web2AppLink = '') =>
    pathOf(await callbackAfter(simulator, { deviceLink: web2AppLink, flowType: 'Web2App' }));
  const loggedIn = async (who = browser) => (await who.get('/me')).body?.id;

  describe('of two tabs of one browser', () => {
    for (const order of ['in the order of their start', 'the other way round']) {
      it(`can both be finished, ${order}`, async () => {
        const tabs = [await browser.start(), await browser.start()];
        for (const { qrLink } of tabs) await confirm(qrLink);
        if (order === 'the other way round') tabs.reverse();
        for (const { id } of tabs) {
          expect((await browser.settled(id)).state).to.equal('ready');
          const { status, body } = await browser.post('/finish', { id });
          expect(status, JSON.stringify(body)).to.equal(200);
        }
        const left = JSON.stringify(await storedSessions(site));
        for (const { id } of tabs) expect(left).to.not.contain(id);
      });
    }

    it('can be started at the same moment', async () => {
      await browser.start();
      const tabs = await Promise.all([browser.start(), browser.start(), browser.start()]);
      for (const { id } of tabs) expect((await browser.status(id)).state).to.equal('running');
    });

    it('do not end each other by failing', async () => {
      const tabs = [await browser.start(), await browser.start()];
      await confirm(tabs[0]?.qrLink, 'PNOEE-30403039917-MOCK-Q');
      expect((await browser.post('/finish', { id: tabs[0]?.id })).body.code).to.equal('user_refused');
      expect((await browser.status(tabs[1]?.id ?? '')).state).to.equal('running');
    });
  });

  it('are five at the most; the oldest makes room', async () => {
    const started = [];
    for (let count = 0; count < 6; count++) started.push(await browser.start());
    const [oldest, ...others] = started;
    expect(await browser.status(oldest?.id ?? '')).to.include({ state: 'failed', code: 'no_attempt' });
    for (const { id } of others) expect((await browser.status(id)).state).to.equal('running');
  });

  it('end with the login: the session identifier changes and nothing is left behind', async () => {
    const { id } = await browser.start();
    const before = await browser.cookies();
    await logInByQr(simulator, browser);
    const after = await browser.cookies();
    expect(after).to.not.equal(before);
    // The attempt that is still open moved along, the finished one did not, and the old session is gone.
    const sessions = (await storedSessions(site)).filter(({ smartId }) =>
      smartId?.attempts.some((a: { id: string }) => a.id === id),
    );
    expect(sessions).to.have.length(1);
    expect(sessions[0].smartId.attempts).to.have.length(1);
    const thief = new Browser(site.origin);
    await thief.jar.setCookie(before, site.origin);
    expect(await loggedIn(thief)).to.equal(undefined);
  });

  it('leave nothing behind with keepSessionInfo either', async () => {
    const keeping = await startSite(simulator, { keepSessionInfo: true });
    try {
      const visitor = new Browser(keeping.origin);
      expect((await logInByQr(simulator, visitor)).status).to.equal(200);
      const [session] = await storedSessions(keeping);
      expect(Object.keys(session).sort()).to.deep.equal(['cookie', 'passport']);
    } finally {
      await keeping.close();
    }
  });

  it('do not bring a session back to life that was ended while they started', async () => {
    await logInByQr(simulator, browser);
    const cookie = await browser.cookies();
    simulator.faults.add({ on: 'create', times: 1, delay: 200 });
    const starting = browser.post('/start');
    await new Promise((resolve) => setTimeout(resolve, 50));
    const sessionID = decodeURIComponent(cookie).split(/[:.]/)[2] ?? '';
    await new Promise((resolve) => site.sessions.destroy(sessionID, resolve));
    const { status, body } = await starting;
    expect([status, body.code]).to.deep.equal([500, 'session_ended']);
    const former = new Browser(site.origin);
    await former.jar.setCookie(cookie, site.origin);
    expect((await former.get('/me')).body).to.equal(null);
  });

  for (const looks of [1, 2, 3, 4]) {
    it(`are not there to cancel where the session ends meanwhile, after look ${looks} into the store`, async () => {
      let left = 0;
      const store = new (class extends MemoryStore {
        override get(id: string, done: Parameters<session.MemoryStore['get']>[1]): void {
          super.get(id, done);
          if (--left === 0) this.destroy(id);
        }
      })();
      const ending: Site = await startSite(simulator, {
        session: { store },
        routes: (app) => {
          app.post(
            '/cancel',
            (req, res, next) => ending.strategy.cancel()(req, res, next),
            (req, res) => res.json(req.smartId),
          );
        },
      });
      try {
        const visitor = new Browser(ending.origin);
        const { id } = await visitor.start();
        left = looks;
        const { status, body } = await visitor.post('/cancel', { id });
        expect([status, body.code]).to.deep.equal([200, 'no_attempt']);
        expect(Object.keys((store as unknown as { sessions: object }).sessions)).to.deep.equal([]);
      } finally {
        await ending.close();
      }
    });
  }

  it('leave what another request has changed in the session while they started', async () => {
    const colour = async (to?: string) => (await browser.post('/colour', { colour: to })).body;
    await colour('red');
    simulator.faults.add({ on: 'create', times: 1, delay: 300 });
    const starting = browser.start();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await colour('green')).to.equal('green');
    const { id } = await starting;
    expect(await colour()).to.equal('green');
    expect((await browser.status(id)).state).to.equal('running');
    // What the request itself has changed before is kept as well.
    await browser.start({ colour: 'blue' });
    expect(await colour()).to.equal('blue');
  });

  it('expire', async () => {
    const { id, qrLink, expiresAt = 0 } = await browser.start();
    time = expiresAt - 1;
    expect((await browser.status(id)).state).to.equal('running');
    time = expiresAt;
    expect(await browser.status(id)).to.include({ state: 'failed', code: 'not_completed' });
    time = expiresAt - 1;
    await confirm(qrLink);
    await browser.settled(id);
    time = expiresAt + finishGraceMs;
    expect(await browser.status(id)).to.include({ state: 'failed', code: 'not_completed' });
    const { status, body } = await browser.post('/finish', { id });
    expect([status, body.code]).to.deep.equal([401, 'expired']);
    time = Date.now();
    expect((await browser.post('/finish', { id })).body.code).to.equal('no_attempt');
  });

  it('can be finished for a minute after they have expired, where they were confirmed in time', async () => {
    const { id, qrLink, expiresAt = 0 } = await browser.start();
    await confirm(qrLink);
    await browser.settled(id);
    time = expiresAt + finishGraceMs - 1;
    expect((await browser.status(id)).state).to.equal('ready');
    // What begins meanwhile takes nothing away.
    await browser.start();
    expect((await browser.post('/finish', { id })).status).to.equal(200);
    time = Date.now();
  });

  it('are not known in another browser', async () => {
    const { id } = await browser.start();
    const other = new Browser(site.origin);
    await other.start();
    expect(await other.status(id)).to.include({ state: 'failed', code: 'no_attempt' });
  });

  it('are not used up by a finish that comes too early', async () => {
    const { id, qrLink } = await browser.start();
    const early = await browser.post('/finish', { id });
    expect([early.status, early.body.code]).to.deep.equal([401, 'still_running']);
    await confirm(qrLink);
    expect((await browser.post('/finish', { id })).status).to.equal(200);
  });

  it('wait in the callback for a result that is a moment away', async () => {
    const { web2AppLink } = await browser.start();
    const callback = await web2AppCallback(web2AppLink);
    simulator.faults.add({ on: 'session', times: 1, delay: 300 });
    expect((await browser.get(callback)).status).to.equal(200);
  });
});
