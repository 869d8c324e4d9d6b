/** A login by push whose code is on the page before the phone asks for it. What leaves the site is counted at its fetch. */

import { once } from 'node:events';
import { expect } from 'chai';
import type { AttemptView } from '../../lib/attempt/view.js';
import { SmartIdStrategy } from '../../lib/index.js';
import { fetchWith } from '../../lib/shared/http.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { form, unusable, usable } from '../attacks/accounts.js';
import { inputError } from '../support/errors.js';
import { gatedStore } from '../support/gated-store.js';
import { okDocument, usePhone } from '../support/phone.js';
import { Browser, type Site, startSite, storedSessions } from '../support/site.js';
import { realNow, setTimeBy } from '../support/time.js';

const lifetime = 120_000;

describe('A push that is held back', () => {
  let simulator: Simulator;
  let site: Site;
  let browser: Browser;
  let time = realNow();
  const sent: { path: string; body: any }[] = [];
  const reasons = new Map<string, string | undefined>();
  const fetchOfSite = fetchWith();

  before(async () => {
    simulator = await startSimulator({ port: 0, notificationAnswer: 'phone' });
  });
  after(() => simulator.close());
  setTimeBy(() => time);
  beforeEach(async () => {
    time = realNow();
    sent.length = 0;
    reasons.clear();
    site = await startSite(simulator, {
      strategy: {
        clock: () => time,
        fetch: (url, init) => {
          const path = new URL(url).pathname.replace(/^.*\/v3\//, '');
          sent.push({ path, body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined });
          return fetchOfSite(url, init);
        },
        interactions: [{ type: 'displayTextAndPIN', displayText60: 'Log in' }],
        requestProperties: { shareMdClientIpAddress: false },
      },
      start: ({ body }) => ({
        flow: body.flow ?? 'notification',
        holdPush: body.holdPush ?? true,
        identify: () => (body.isAnybody ? undefined : (body.identify ?? usable)),
        returnTo: body.returnTo,
      }),
      onView: ({ id, reason }) => reasons.set(id, reason),
    });
    browser = new Browser(site.origin);
  });
  afterEach(async () => {
    simulator.faults.clear();
    await site.close();
  });

  const push = async (id: string, who = browser) => (await who.post('/push', { id })).body as AttemptView;
  /** Requests that create a session: long polls, and questions about certificates, are left out. */
  const created = () => sent.filter(({ path }) => path.startsWith('authentication/'));
  const onPhone = async (): Promise<any[]> => (await fetch(`${simulator.phoneUrl}/pushes`)).json() as Promise<any[]>;
  /** The pushes that the phone has got since. */
  const newOnPhone = async (before: any[]) =>
    (await onPhone()).filter(({ id }) => !before.some((present) => present.id === id));
  const confirm = async (id: string) => {
    const response = await fetch(`${simulator.phoneUrl}/answers`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ phone: 'mine', id, documentNumber: okDocument, confirmed: true }),
    });
    expect(response.status).to.equal(200);
  };
  const endSessions = () => new Promise<void>((resolve) => site.sessions.clear(() => resolve()));

  it('shows the code before anything is asked for, and the phone shows the same one', async () => {
    const before = await onPhone();
    const view = await browser.start({ returnTo: '/after' });
    expect(Object.keys(view).sort()).to.deep.equal(['expiresAt', 'flow', 'id', 'isHeld', 'state', 'verificationCode']);
    expect(view).to.include({ state: 'running', flow: 'notification', isHeld: true, expiresAt: time + lifetime });
    expect(view.verificationCode).to.match(/^\d{4}$/);
    for (let count = 0; count < 3; count++) expect(await browser.status(view.id)).to.deep.equal(view);
    expect(sent).to.deep.equal([]);
    expect(await newOnPhone(before)).to.deep.equal([]);

    const { isHeld, ...rest } = view;
    expect(await push(view.id)).to.deep.equal(rest);
    expect(await browser.status(view.id)).to.deep.equal(rest);
    expect(created().map(({ path }) => path)).to.deep.equal(['authentication/notification/etsi/PNOEE-40404040009']);
    const [asking, ...others] = await newOnPhone(before);
    expect(others).to.deep.equal([]);
    expect(asking.verificationCode).to.equal(view.verificationCode);

    await confirm(asking.id);
    expect((await browser.settled(view.id)).state).to.equal('ready');
    const { status, body } = await browser.post('/finish', { id: view.id });
    expect(status, JSON.stringify(body)).to.equal(200);
    expect([body.user.id, body.info.returnTo]).to.deep.equal(['PNOEE-40404040009', '/after']);
    expect((await browser.get('/me')).body.id).to.equal('PNOEE-40404040009');
    expect(await push(view.id)).to.include({ state: 'failed', code: 'no_attempt' });
    expect(created()).to.have.length(1);
  });

  for (const identify of [usable, { documentNumber: okDocument }]) {
    it(`asks for what a push asks for that goes out at once, by ${Object.keys(identify)}`, async () => {
      await browser.start({ identify, holdPush: false });
      const { id } = await browser.start({ identify });
      await push(id);
      const [atOnce, held] = created();
      const challenge = (request?: typeof atOnce) => request?.body.signatureProtocolParameters.rpChallenge;
      expect(challenge(atOnce)).to.not.equal(challenge(held));
      for (const request of [atOnce, held]) delete request?.body.signatureProtocolParameters.rpChallenge;
      expect(held).to.deep.equal(atOnce);
      expect(held?.body.requestProperties).to.deep.equal({ shareMdClientIpAddress: false });
    });
  }

  it('goes out once, however many ask for it at once or later', async () => {
    const { id, isHeld, ...rest } = await browser.start();
    simulator.faults.add({ on: 'create', delay: 100, times: 1 });
    const views = await Promise.all(Array.from({ length: 20 }, () => push(id)));
    for (const view of [...views, await push(id)]) expect(view).to.deep.equal({ id, ...rest });
    expect(created()).to.have.length(1);
  });

  it('is not held back again by a session that was loaded before it went out, and is saved afterwards', async () => {
    await site.close();
    site = await startSite(simulator, {
      start: { flow: 'notification', holdPush: true, identify: () => usable },
      session: { resave: true },
    });
    browser = new Browser(site.origin);
    const { id } = await browser.start();
    simulator.faults.add({ on: 'create', delay: 50, times: 1 });
    await Promise.all(Array.from({ length: 5 }, () => push(id)));
    const { state, isHeld } = await browser.status(id);
    expect([state, isHeld]).to.deep.equal(['running', undefined]);
  });

  it('goes out once where a request has read the attempt before, and goes on after it went out', async () => {
    await site.close();
    let isGateOpen = true;
    const { store, gate } = gatedStore(() => {
      const isHeld = !isGateOpen;
      isGateOpen = true;
      return isHeld;
    });
    site = await startSite(simulator, {
      strategy: { store },
      start: { flow: 'notification', holdPush: true, identify: () => usable },
    });
    browser = new Browser(site.origin);
    const before = await onPhone();
    const { id } = await browser.start();
    isGateOpen = false;
    const reached = once(gate, 'reached');
    const late = push(id);
    await reached;
    const first = await push(id);
    gate.emit('release');
    expect(await late).to.deep.equal(first);
    expect(await newOnPhone(before)).to.have.length(1);
  });

  it('has a lifetime of its own', async () => {
    const { id } = await browser.start();
    time += 100_000;
    expect((await push(id)).expiresAt).to.equal(time + lifetime);
    time += lifetime - 1;
    expect((await browser.status(id)).state).to.equal('running');
    time += 1;
    expect(await browser.status(id)).to.include({ state: 'failed', code: 'not_completed' });
  });

  it('does not go out once the attempt has expired', async () => {
    const { id, expiresAt = 0 } = await browser.start();
    time = expiresAt;
    const expected = { id, state: 'failed', code: 'not_completed', flow: 'notification', expiresAt };
    expect(await push(id)).to.deep.equal(expected);
    expect(await browser.status(id)).to.deep.equal(expected);
    expect(reasons.get(id)).to.equal('expired');
    const { status, body } = await browser.post('/finish', { id });
    expect([status, body.code]).to.deep.equal([401, 'expired']);
    expect(await push(id)).to.include({ state: 'failed', code: 'no_attempt' });
    expect(sent).to.deep.equal([]);
  });

  it('is not sent by another browser, nor for an attempt that never was', async () => {
    const { id } = await browser.start();
    const other = new Browser(site.origin);
    await other.start();
    for (const who of [other, new Browser(site.origin)]) {
      expect(await push(id, who)).to.include({ id, state: 'failed', code: 'no_attempt' });
    }
    expect(await push('A'.repeat(22))).to.include({ state: 'failed', code: 'no_attempt' });
    expect(sent).to.deep.equal([]);
    expect(await browser.status(id)).to.include({ state: 'running', isHeld: true });
  });

  it('is sent for an id only', async () => {
    const { id } = await browser.start();
    for (const body of [{}, { id: '' }, { id: [id] }, { id: 'x'.repeat(201) }]) {
      expect((await browser.post('/push', body)).status).to.equal(400);
      expect(site.errors.pop()).to.include({ name: 'SmartIdInputError', field: 'id' });
    }
    expect((await browser.post(`/push?id=${id}`)).status).to.equal(400);
    expect(sent).to.deep.equal([]);
  });

  it('changes nothing for a login that is not waiting for it', async () => {
    const qr = await browser.start({ flow: 'device-link', holdPush: false });
    expect((await push(qr.id)).qrLink).to.contain('deviceLinkType=QR');
    await usePhone(simulator, { deviceLink: qr.qrLink ?? '', flowType: 'QR' });
    expect((await browser.settled(qr.id)).state).to.equal('ready');
    expect((await push(qr.id)).state).to.equal('ready');
    const atOnce = await browser.start({ holdPush: false });
    expect(atOnce).to.not.have.property('isHeld');
    expect(await push(atOnce.id)).to.deep.equal(atOnce);
    expect(created()).to.have.length(2);
  });

  describe('to a person without a usable account', () => {
    const who = [[undefined, usable], ...unusable] as const;

    /** All that a visitor can see, from the start to the end. */
    async function look(code: string | undefined, identify: object) {
      const visitor = new Browser(site.origin);
      const seen: unknown[] = [];
      const first = await visitor.start({ identify });
      const { id } = first;
      const finish = async () => {
        const since = performance.now();
        const { status, body } = await visitor.post('/finish', { id });
        seen.push([status, body.message, Math.round((performance.now() - since) / 1000)]);
      };
      seen.push(form(first), form(await visitor.status(id)));
      expect(reasons.get(id)).to.equal(undefined);
      await finish();
      const pushed = await push(id, visitor);
      expect(pushed.verificationCode).to.equal(first.verificationCode);
      expect(reasons.get(id)).to.equal(code);
      seen.push(form(pushed), form(await push(id, visitor)), form(await visitor.status(id)));
      await finish();
      seen.push(form(await visitor.status(id)));
      return { id, visitor, finish, seen, code };
    }

    it('looks like any other at the start, the push, the status and the finish', async () => {
      const looks = await Promise.all(who.map(([code, identify]) => look(code, identify)));
      expect(created()).to.have.length(who.length);
      time += lifetime;
      for (const { id, visitor, finish, seen, code } of looks) {
        seen.push(form(await visitor.status(id)), form(await push(id, visitor)));
        expect(reasons.get(id)).to.equal(code ?? 'expired');
        await finish();
        seen.push(await push(id, visitor).then(form));
      }
      const [genuine, ...decoys] = looks;
      for (const { seen } of decoys) expect(seen).to.deep.equal(genuine?.seen);
      expect(genuine?.seen.at(2)).to.include(401).and.include(2);
      expect(created()).to.have.length(who.length);
    });
  });

  for (const [fault, status, code] of [
    [{ status: 500 }, 503, 'server_error'],
    [{ status: 580 }, 503, 'maintenance'],
    [{ drop: true }, 503, 'network'],
    [{ body: '{}' }, 503, 'bad_response'],
    [{ status: 403 }, 500, undefined],
  ] as const) {
    it(`stays held back where it cannot be sent, and goes out at the next try: ${JSON.stringify(fault)}`, async () => {
      const before = await onPhone();
      const view = await browser.start();
      simulator.faults.add({ on: 'create', times: 1, ...fault });
      time += 1_000;
      const failed = await browser.post('/push', { id: view.id });
      expect(failed.status).to.equal(status);
      if (code) expect(failed.body.code).to.equal(code);
      expect(site.errors).to.have.length(1);
      expect(await browser.status(view.id)).to.deep.equal(view);
      expect(await push(view.id)).to.not.have.property('isHeld');
      const [asking] = await newOnPhone(before);
      expect(asking.verificationCode).to.equal(view.verificationCode);
      await confirm(asking.id);
      expect((await browser.post('/finish', { id: view.id })).status).to.equal(200);
    });
  }

  it('tells all who wait for it that it could not be sent', async () => {
    const { id } = await browser.start();
    simulator.faults.add({ on: 'create', times: 1, status: 500, delay: 100 });
    const answers = await Promise.all([1, 2, 3].map(() => browser.post('/push', { id })));
    expect(answers.map(({ status }) => status)).to.deep.equal([503, 503, 503]);
    expect(created()).to.have.length(1);
    expect((await browser.status(id)).isHeld).to.equal(true);
  });

  describe('and whose login ends before it', () => {
    it('does not go out after a logout', async () => {
      const { id } = await browser.start();
      await endSessions();
      expect(await push(id)).to.include({ state: 'failed', code: 'no_attempt' });
      expect(sent).to.deep.equal([]);
    });

    it('brings no session back to life that ended while it went out', async () => {
      const { id } = await browser.start();
      simulator.faults.add({ on: 'create', times: 1, delay: 200 });
      const pushing = push(id);
      while (created().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await endSessions();
      expect(await pushing).to.include({ state: 'failed', code: 'no_attempt' });
      expect(await storedSessions(site)).to.deep.equal([]);
    });
  });

  it('is not sent by a finish that comes too early, which leaves the login as it was', async () => {
    const before = await onPhone();
    const view = await browser.start();
    const since = performance.now();
    const { status, body } = await browser.post('/finish', { id: view.id });
    expect([status, body.code]).to.deep.equal([401, 'still_running']);
    expect(performance.now() - since).to.be.within(1_900, 4_000);
    expect(sent).to.deep.equal([]);
    expect(await browser.status(view.id)).to.deep.equal(view);
    await push(view.id);
    await confirm((await newOnPhone(before))[0].id);
    expect((await browser.post('/finish', { id: view.id })).status).to.equal(200);
  });

  describe('is limited', () => {
    it('as a start when it is held back', async () => {
      for (let count = 0; count < 30; count++) expect((await browser.post('/start')).status).to.equal(200);
      const { status, body } = await browser.post('/start');
      expect([status, body.code]).to.deep.equal([429, 'too_many_starts']);
      expect(sent).to.deep.equal([]);
    });

    it('as a push when it goes out, together with those that go out at once', async () => {
      const visitor = () => new Browser(site.origin);
      for (let count = 0; count < 5; count++) {
        const holding = visitor();
        await push((await holding.start()).id, holding);
        expect((await visitor().start({ holdPush: false, identify: { documentNumber: okDocument } })).state).to.equal(
          'running',
        );
      }
      expect(created()).to.have.length(10);
      time += 100_000;
      const view = await browser.start();
      expect(view.state, 'a start is no push').to.equal('running');
      const { status, body } = await browser.post('/push', { id: view.id });
      expect([status, body.code]).to.deep.equal([429, 'too_many_pushes']);
      expect(site.errors.pop()).to.include({ code: 'too_many_pushes', retryAfterSeconds: 200 });
      expect(await browser.status(view.id)).to.deep.equal(view);
      const other = await browser.start({ identify: { semanticsIdentifier: 'PNOLT-40504040001' } });
      expect(await push(other.id)).to.not.have.property('isHeld');
      expect(created()).to.have.length(11);
      time += 200_000;
      expect(await push((await browser.start()).id)).to.not.have.property('isHeld');
      expect(created()).to.have.length(12);
    });

    it('once for many who ask at once', async () => {
      for (let count = 0; count < 5; count++) {
        const { id } = await browser.start();
        await Promise.all([push(id), push(id), push(id)]);
      }
      expect(site.errors).to.deep.equal([]);
    });
  });

  describe('as an option', () => {
    const strategyWith = (options: object = {}) =>
      new SmartIdStrategy(
        {
          environment: simulator.environment,
          relyingPartyUUID: simulator.relyingPartyUUID,
          relyingPartyName: simulator.relyingPartyName,
          trustAnchors: simulator.trustAnchors,
          appCallbackURL: 'https://rp.example.com/app',
          ...options,
        },
        async () => false,
      );

    it('is true or false', () => {
      for (const holdPush of ['yes', 1, null, {}]) {
        const start = () => strategyWith().start({ flow: 'notification', holdPush: holdPush as never });
        expect(start).to.throw(...inputError('holdPush'));
      }
      strategyWith().start({ flow: 'notification', holdPush: false });
    });

    it('needs the flow that sends a push', () => {
      for (const start of [{}, { flow: 'device-link' }, { flow: 'app' }] as const) {
        expect(() => strategyWith().start({ ...start, holdPush: true })).to.throw(...inputError('holdPush'));
        strategyWith().start({ ...start, holdPush: false });
      }
      const overruled = () => strategyWith({ flow: 'notification' }).start({ flow: 'device-link', holdPush: true });
      expect(overruled).to.throw(...inputError('holdPush'));
      strategyWith({ flow: 'notification' }).start({ holdPush: true });
    });

    it('is checked for each request too', async () => {
      for (const body of [{ flow: 'device-link' }, { holdPush: 'yes' }]) {
        expect((await browser.post('/start', body)).status).to.equal(400);
        expect(site.errors.pop()).to.include({ name: 'SmartIdInputError', field: 'holdPush' });
      }
    });

    it('needs somebody to send the push to, when it is held back already', async () => {
      expect((await browser.post('/start', { isAnybody: true })).status).to.equal(400);
      expect(site.errors.pop()).to.include({ name: 'SmartIdInputError', field: 'identify' });
      expect(await storedSessions(site)).to.deep.equal([]);
    });
  });
});
