/** Logins over plain values: what a site of any framework does with them, and what it cannot do wrong. */

import { expect } from 'chai';
import type { Attempt } from '../../lib/login/index.js';
import { MemoryUsedAttempts, SmartIdInputError, SmartIdLimitError, SmartIdLogin } from '../../lib/login/index.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { otherSignature } from '../support/faults.js';

const person = 'PNOEE-40404040009';
const callbackURL = 'http://localhost:3000/callback';

describe('A login over plain values', () => {
  let simulator: Simulator;
  let login: SmartIdLogin;
  const options = () => {
    const { environment, relyingPartyUUID, relyingPartyName, trustAnchors } = simulator;
    return { environment, relyingPartyUUID, relyingPartyName, trustAnchors, callbackURL };
  };

  before(async () => {
    simulator = await startSimulator({ port: 0, notificationAnswer: 'phone' });
  });
  after(() => simulator.close());
  beforeEach(() => {
    login = new SmartIdLogin(options());
  });
  afterEach(() => {
    simulator.faults.clear();
    login.close();
  });

  /** As a store or an encrypted cookie gives it back. */
  const stored = (attempt: Attempt): Attempt => JSON.parse(JSON.stringify(attempt));

  async function sameDevice(attempt: Attempt): Promise<URLSearchParams> {
    const { callbackUrl = '' } = await simulator.phone.confirm(await login.view(attempt), { sameDevice: true });
    return new URL(callbackUrl).searchParams;
  }

  it('by QR code gives the person once', async () => {
    const attempt = stored(await login.start({ returnTo: '/orders' }));
    const view = await login.view(attempt);
    expect(view).to.include({ state: 'running', flow: 'device-link', id: attempt.id });
    await simulator.phone.confirm(view);
    const result = await login.finish(attempt);
    if (!result.ok) throw new Error(result.code);
    expect(result.profile).to.include({ id: person, provider: 'smart-id' });
    expect(result.info).to.include({ flowType: 'QR', returnTo: '/orders' });
    // A copy, such as the cookie of before.
    expect(await login.finish(stored(attempt))).to.include({ ok: false, code: 'already_used', status: 403 });
  });

  it('by the app on the same device gives the person for the query of the callback, and not without', async () => {
    const attempt = stored(await login.start());
    const query = await sameDevice(attempt);
    expect(SmartIdLogin.attemptIdIn(query)).to.equal(attempt.id);
    let last: { state: string } | undefined;
    for await (const view of login.updates(attempt)) last = view;
    expect(last).to.include({ state: 'callback' });
    expect(await login.finish(attempt)).to.include({ ok: false, code: 'callback_required', isOpen: true });
    const result = await login.finish(attempt, { query: Object.fromEntries(query) });
    expect(result.ok && result.profile.id).to.equal(person);
    expect(await login.finish(attempt, { query })).to.include({ ok: false, code: 'already_used' });
  });

  it('is not given back where it was cancelled while the site failed', async () => {
    const attempt = await login.start();
    await simulator.phone.confirm(await login.view(attempt));
    const accept = async () => {
      await login.cancel(stored(attempt));
      throw new Error('The database is away.');
    };
    await login.finish(stored(attempt), { accept }).then(
      () => expect.fail('It must fail.'),
      (error: Error) => expect(error.message).to.equal('The database is away.'),
    );
    expect(await login.finish(stored(attempt))).to.include({ ok: false, code: 'already_used' });
  });

  it('is not finished by the callback of another attempt, or where the site has none', async () => {
    const attempt = await login.start();
    const query = await sameDevice(await login.start());
    for (const kept of [attempt, undefined]) {
      const result = await login.finish(kept, { query });
      const isOpen = kept !== undefined;
      expect(result).to.include({ ok: false, code: 'return_without_session', status: 403, isOpen });
    }
    // An old link has cost the visitor nothing.
    expect(await login.view(attempt)).to.include({ state: 'running' });
    expect(await login.finish(undefined)).to.include({ ok: false, code: 'no_attempt', status: 401 });
    expect(await login.view(undefined)).to.include({ state: 'failed', code: 'no_attempt' });
  });

  for (const change of ['sessionSecretDigest', 'userChallengeVerifier', 'smartIdAttempt']) {
    it(`is not finished by a callback whose ${change} was changed, is missing, or comes twice`, async () => {
      for (const changed of ['A'.repeat(43), undefined, ['a', 'b']]) {
        const attempt = await login.start();
        const query: Record<string, unknown> = { ...Object.fromEntries(await sameDevice(attempt)), [change]: changed };
        const result = await login.finish(attempt, { query });
        expect(result).to.include({ ok: false, status: 403 });
      }
    });
  }

  it('by push gives the person whom the site has named', async () => {
    const attempt = stored(await login.start({ flow: 'notification', expected: { semanticsIdentifier: person } }));
    const view = await login.view(attempt);
    expect(view.verificationCode).to.match(/^\d{4}$/);
    await simulator.phone.confirm(view);
    const result = await login.finish(attempt);
    expect(result.ok && result.profile.id).to.equal(person);
  });

  it('sends a push that was held back once, also where it is asked for with the attempt as it was before', async () => {
    const started = await login.start({
      flow: 'notification',
      holdPush: true,
      expected: { semanticsIdentifier: person },
    });
    const held = stored(started);
    expect(await login.view(held)).to.include({ isHeld: true });
    const [first, second] = await Promise.all([login.push(held), login.push(stored(held))]);
    expect(second.session.sessionID).to.equal(first.session.sessionID);
    expect((await login.push(held)).session.sessionID).to.equal(first.session.sessionID);
    await simulator.phone.confirm(await login.view(first));
    expect(await login.finish(stored(first))).to.include({ ok: true });
  });

  it('can be finished again where what the site does with the person fails, and only then', async () => {
    const attempt = await login.start();
    await simulator.phone.confirm(await login.view(attempt));
    let isAway = true;
    const accept = (profile: { id: string }) => {
      if (isAway) throw new Error('The database is away.');
      return `user of ${profile.id}`;
    };
    const error = await login.finish(attempt, { accept }).catch((thrown: Error) => thrown);
    expect(error).to.be.instanceOf(Error).with.property('message', 'The database is away.');
    isAway = false;
    const result = await login.finish(stored(attempt), { accept });
    expect(result.ok && result.accepted).to.equal(`user of ${person}`);
    expect(await login.finish(attempt, { accept })).to.include({ ok: false, code: 'already_used' });
  });

  it('gives one of many requests that race the person', async () => {
    const attempt = await login.start();
    await simulator.phone.confirm(await login.view(attempt));
    const results = await Promise.all(Array.from({ length: 10 }, () => login.finish(stored(attempt))));
    expect(results.filter(({ ok }) => ok)).to.have.length(1);
  });

  it('gives nobody for an answer that does not verify', async () => {
    const attempt = await login.start();
    simulator.faults.add({ on: 'session', times: 1, tamper: otherSignature });
    await simulator.phone.confirm(await login.view(attempt));
    let isAsked = false;
    const accept = () => {
      isAsked = true;
    };
    expect(await login.finish(attempt, { accept })).to.include({ ok: false, code: 'not_verified', status: 403 });
    expect(isAsked).to.equal(false);
  });

  it('that is still running stays open, and one that was refused does not', async () => {
    const attempt = await login.start();
    const signal = AbortSignal.timeout(100);
    expect(await login.finish(attempt, { signal })).to.include({ ok: false, code: 'still_running', isOpen: true });
    await simulator.phone.refuse(await login.view(attempt));
    expect(await login.finish(attempt)).to.deep.include({ ok: false, status: 401, isOpen: false });
  });

  it('that was cancelled gives nobody, whichever copy of it is finished', async () => {
    const attempt = await login.start();
    const view = await login.view(attempt);
    await login.cancel(stored(attempt));
    expect(await login.view(attempt)).to.include({ state: 'failed', code: 'cancelled' });
    await simulator.phone.confirm(view);
    expect(await login.finish(attempt)).to.deep.include({ ok: false, isOpen: false });
  });

  it('is not there for a login of other terms or of another name', async () => {
    const attempt = await login.start();
    await simulator.phone.confirm(await login.view(attempt));
    for (const change of [{ name: 'confirm' }, { certificateLevel: 'ADVANCED' as const }, { countries: ['EE'] }]) {
      const other = new SmartIdLogin({ ...options(), ...change });
      expect(await other.finish(attempt)).to.include({ ok: false, code: 'no_attempt' });
      expect(await other.view(attempt)).to.include({ state: 'failed', code: 'no_attempt' });
      other.close();
    }
    expect(await login.finish(attempt)).to.include({ ok: true });
  });

  it('is used once also where processes share the memory of what was used', async () => {
    const store = new MemoryUsedAttempts();
    const [one, other] = [1, 2].map(() => new SmartIdLogin({ ...options(), store }));
    const attempt = await (one as SmartIdLogin).start();
    await simulator.phone.confirm(await (one as SmartIdLogin).view(attempt));
    const results = await Promise.all([one?.finish(attempt), other?.finish(stored(attempt))]);
    expect(results.filter((result) => result?.ok)).to.have.length(1);
    one?.close();
    other?.close();
  });

  it('shows its views one after the other until it ends', async () => {
    const attempt = await login.start();
    const seen: { state: string; qrLink?: string }[] = [];
    for await (const view of login.updates(attempt)) {
      seen.push(view);
      if (seen.length === 3) await simulator.phone.confirm(view);
    }
    expect(seen.map(({ state }) => state).join(' ')).to.match(/^(running ){3,}ready$/);
    expect(new Set(seen.map(({ qrLink }) => qrLink)).size).to.equal(seen.length);
  });

  it('is followed for as long as somebody iterates, and no longer than the signal allows', async () => {
    const attempt = await login.start();
    const signal = AbortSignal.timeout(1500);
    const seen = [];
    for await (const view of login.updates(attempt, { signal })) seen.push(view.state);
    expect(seen).to.include('running');
    for await (const _view of login.updates(attempt)) break;
    const gone = [];
    for await (const view of login.updates(undefined)) gone.push(view.code);
    expect(gone).to.deep.equal(['no_attempt']);
  });

  it('counts the starts of a browser where the site tells it apart', async () => {
    for (let count = 0; count < 30; count++) await login.start({ browser: 'a' });
    const error = await login.start({ browser: 'a' }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(SmartIdLimitError);
    await login.start({ browser: 'b' });
  });

  it('names the option or field that breaks a rule', async () => {
    const wrong = (change: object) => () => new SmartIdLogin({ ...options(), ...change });
    expect(wrong({ store: {} }))
      .to.throw(SmartIdInputError)
      .with.property('field', 'store');
    expect(wrong({ usedAttempts: {} }))
      .to.throw(SmartIdInputError)
      .with.property('field', 'usedAttempts');
    expect(wrong({ name: '' }))
      .to.throw(SmartIdInputError)
      .with.property('field', 'name');
    const error = await login.start({ expected: {} as never }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(SmartIdInputError).with.property('field', 'expected');
    // What is spelled wrongly must not begin a login of anybody.
    const identify = await login.start({ identify: () => ({}) } as never).catch((thrown: unknown) => thrown);
    expect(identify).to.be.instanceOf(SmartIdInputError).with.property('field', 'identify');
    const nobody = await login.start({ flow: 'notification' }).catch((thrown: unknown) => thrown);
    expect(nobody).to.include({ field: 'expected', code: 'invalid_input' });
    const finish = await login.finish(undefined, { expected: {} } as never).catch((thrown: unknown) => thrown);
    expect(finish).to.be.instanceOf(SmartIdInputError).with.property('field', 'expected');
    expect([undefined, null, 'x', 7, [], {}].map((any) => SmartIdLogin.attemptIdIn(any))).to.deep.equal(
      Array(6).fill(undefined),
    );
  });
});
