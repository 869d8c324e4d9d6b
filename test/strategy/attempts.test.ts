import { expect } from 'chai';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { callbackAfter, logInByQr, okDocument, pathOf, usePhone } from '../support/phone.js';
import { Browser, type Site, startSite, storedSessions } from '../support/site.js';

describe('Login attempts', () => {
  let simulator: Simulator;
  let site: Site;
  let browser: Browser;
  let time = Date.now();

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    site = await startSite(simulator, {
      strategy: { clock: () => time },
      start: (req) => ({ flow: req.body.flow, identify: () => req.body.identify }),
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

  it('expire', async () => {
    const { id, qrLink, expiresAt = 0 } = await browser.start();
    await confirm(qrLink);
    time = expiresAt;
    expect(await browser.status(id)).to.include({ state: 'failed', code: 'not_completed' });
    const { status, body } = await browser.post('/finish', { id });
    expect([status, body.code]).to.deep.equal([401, 'expired']);
    time = Date.now();
    expect((await browser.post('/finish', { id })).body.code).to.equal('no_attempt');
  });

  it('are not known in another browser', async () => {
    const { id, qrLink } = await browser.start();
    await confirm(qrLink);
    const other = new Browser(site.origin);
    await other.start();
    expect(await other.status(id)).to.include({ state: 'failed', code: 'no_attempt' });
    const { status, body } = await other.post('/finish', { id });
    expect([status, body.code]).to.deep.equal([401, 'no_attempt']);
    expect(await loggedIn(other)).to.equal(undefined);
    expect((await browser.post('/finish', { id })).status).to.equal(200);
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

  it('log in once by the callback URL', async () => {
    const { web2AppLink } = await browser.start();
    const callback = await web2AppCallback(web2AppLink);
    expect((await browser.get(callback)).status).to.equal(200);
    const again = await browser.get(callback);
    expect([again.status, again.body.code]).to.deep.equal([403, 'return_without_session']);
  });

  for (const way of ['callback', 'finish'] as const) {
    it(`log in once when 200 requests race to the ${way}`, async () => {
      const { id, qrLink, web2AppLink } = await browser.start();
      const callback = way === 'callback' ? await web2AppCallback(web2AppLink) : '';
      if (way === 'finish') await confirm(qrLink);
      const cookie = await browser.cookies();
      const statuses = await Promise.all(
        Array.from({ length: 200 }, async () => {
          const racer = new Browser(site.origin);
          await racer.jar.setCookie(cookie, site.origin);
          return (await (way === 'callback' ? racer.get(callback) : racer.post('/finish', { id }))).status;
        }),
      );
      expect(statuses.filter((status) => status === 200)).to.have.length(1);
      expect(statuses.every((status) => [200, 401, 403].includes(status))).to.equal(true);
    });
  }

  it('do not log in by the callback in another browser, and still do in their own', async () => {
    const { web2AppLink } = await browser.start();
    const callback = await web2AppCallback(web2AppLink);
    const other = new Browser(site.origin);
    await other.start();
    for (const stranger of [new Browser(site.origin), other]) {
      const { status, body } = await stranger.get(callback);
      expect([status, body.code]).to.deep.equal([403, 'return_without_session']);
      expect(await loggedIn(stranger)).to.equal(undefined);
    }
    expect((await browser.get(callback)).status).to.equal(200);
  });

  it('do not log in by finish when the person came by the same device', async () => {
    const { id, web2AppLink } = await browser.start();
    const callback = await web2AppCallback(web2AppLink);
    const { status, body } = await browser.post('/finish', { id });
    expect([status, body.code]).to.deep.equal([403, 'callback_required']);
    expect(await loggedIn()).to.equal(undefined);
    expect((await browser.get(callback)).status).to.equal(200);
  });

  for (const [what, change] of [
    [
      'another callback secret',
      (url: URL) =>
        url.searchParams.set('smartIdAttempt', withLastChanged(url.searchParams.get('smartIdAttempt') ?? '')),
    ],
    [
      'no callback secret',
      (url: URL) => url.searchParams.set('smartIdAttempt', url.searchParams.get('smartIdAttempt')?.split('.')[0] ?? ''),
    ],
    ['no attempt', (url: URL) => url.searchParams.delete('smartIdAttempt')],
    [
      'the attempt twice',
      (url: URL) => url.searchParams.append('smartIdAttempt', url.searchParams.get('smartIdAttempt') ?? ''),
    ],
  ] as const) {
    it(`do not log in by a callback with ${what}`, async () => {
      const { web2AppLink } = await browser.start();
      const callback = new URL(await web2AppCallback(web2AppLink), site.origin);
      change(callback);
      const { status, body } = await browser.get(pathOf(callback.href));
      expect([status, body.code]).to.deep.equal([403, 'return_without_session']);
      expect(await loggedIn()).to.equal(undefined);
    });
  }

  for (const parameter of ['sessionSecretDigest', 'userChallengeVerifier']) {
    for (const [what, change] of [
      ['another', (url: URL) => url.searchParams.set(parameter, 'A'.repeat(43))],
      ['no', (url: URL) => url.searchParams.delete(parameter)],
      ['two of', (url: URL) => url.searchParams.append(parameter, 'A'.repeat(43))],
      ['an endless', (url: URL) => url.searchParams.set(parameter, 'A'.repeat(5000))],
    ] as const) {
      it(`are refused and used up by a callback with ${what} ${parameter}`, async () => {
        const { web2AppLink } = await browser.start();
        const path = await web2AppCallback(web2AppLink);
        const callback = new URL(path, site.origin);
        change(callback);
        const { status, body } = await browser.get(pathOf(callback.href));
        expect([status, body.code]).to.deep.equal([403, 'not_verified']);
        expect((await browser.get(path)).body.code).to.equal('return_without_session');
        expect(await loggedIn()).to.equal(undefined);
      });
    }
  }

  it('for a person are refused when somebody else answers', async () => {
    const { id, qrLink } = await browser.start({ identify: { semanticsIdentifier: 'PNOEE-40404040009' } });
    simulator.faults.add({
      on: 'session',
      tamper: (body) => ({
        ...body,
        result: body.result && { ...body.result, documentNumber: 'PNOEE-40404040009-AAAA-Q' },
      }),
    });
    try {
      await confirm(qrLink);
      const { status, body } = await browser.post('/finish', { id });
      expect([status, body.code]).to.deep.equal([403, 'not_verified']);
    } finally {
      simulator.faults.clear();
    }
  });

  it('do not log in with the answer of another attempt', async () => {
    let answer: unknown;
    const mine = await browser.start();
    await confirm(mine.qrLink);
    const remove = simulator.faults.add({
      on: 'session',
      tamper: (body) => {
        answer = body;
        return body;
      },
    });
    await browser.settled(mine.id);
    remove();
    const other = new Browser(site.origin);
    const theirs = await other.start();
    simulator.faults.add({ on: 'session', body: answer as object });
    try {
      const { status, body } = await other.post('/finish', { id: theirs.id });
      expect([status, body.code]).to.deep.equal([403, 'not_verified']);
      expect(await loggedIn(other)).to.equal(undefined);
    } finally {
      simulator.faults.clear();
    }
  });
});

/** Another text of the same form, whatever the last character is. */
function withLastChanged(value: string): string {
  return value.slice(0, -1) + (value.endsWith('A') ? 'B' : 'A');
}
