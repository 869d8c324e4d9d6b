/** The ready-made page as a function of a `Request` to a `Response`: its cookie, its options, and what the site adds. */

import { expect } from 'chai';
import { MemoryKnownBrowserStore, type SmartIdHandlerOptions, smartIdHandler } from 'passport-smart-id/fetch';
import { SmartIdInputError, SmartIdLogin, type SmartIdLoginCoreOptions } from 'passport-smart-id/login';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';

const origin = 'https://www.example.com';

describe('The page as a handler of requests', () => {
  let simulator: Simulator;
  const logins: SmartIdLogin[] = [];
  before(async () => {
    simulator = await startSimulator({ port: 0, notificationAnswer: 'phone' });
  });
  after(() => simulator.close());
  afterEach(() => {
    simulator.faults.clear();
    for (const login of logins.splice(0)) login.close();
  });

  function loginOf(change: Partial<SmartIdLoginCoreOptions> = {}): SmartIdLogin {
    const { environment, relyingPartyUUID, relyingPartyName, trustAnchors } = simulator;
    const login = new SmartIdLogin({
      environment,
      relyingPartyUUID,
      relyingPartyName,
      trustAnchors,
      callbackURL: `${origin}/login/callback`,
      ...change,
    });
    logins.push(login);
    return login;
  }

  /** A site and a browser at it. */
  function open(options: Partial<SmartIdHandlerOptions> = {}) {
    const people: string[] = [];
    const login = loginOf();
    const handler = smartIdHandler({
      login,
      basePath: '/login',
      logIn: ({ profile }) => void people.push(profile.id),
      ...options,
    });
    let cookie = '';
    const ask = async (
      path: string,
      { headers = {}, ...init }: RequestInit & { headers?: Record<string, string> } = {},
    ) => {
      const request = new Request(origin + path, { ...init, headers: { ...headers, ...(cookie ? { cookie } : {}) } });
      const response = await handler(request);
      const [set] = response.headers.getSetCookie().filter((one) => one.includes('smart-id-login'));
      if (set) cookie = set.split(';')[0] ?? '';
      return response;
    };
    const post = (path: string, body: unknown = {}, headers: Record<string, string> = {}) =>
      ask(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers },
      });
    return { people, login, handler, ask, post, forget: () => (cookie = ''), cookie: () => cookie };
  }

  it('tells a browser by a cookie that only this host can set, given at the start', async () => {
    const { ask, post } = open();
    expect((await ask('/login/')).headers.getSetCookie()).to.deep.equal([]);
    const [cookie = ''] = (await post('/login/start')).headers.getSetCookie();
    expect(cookie).to.match(/^__Host-smart-id-login=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
    // The same browser has the same one for all its tabs.
    expect((await post('/login/start')).headers.getSetCookie()).to.deep.equal([cookie]);
  });

  it('does not find an attempt by another cookie, by none, or by two', async () => {
    const { people, ask, post, forget, cookie, handler } = open();
    const view = await (await post('/login/start')).json();
    await simulator.phone.confirm(view);
    const own = cookie();
    forget();
    for (const other of ['', `__Host-smart-id-login=${'A'.repeat(43)}`, `${own}; ${own}`, own.replace('__Host-', '')]) {
      const headers = { cookie: other, 'content-type': 'application/json' };
      const body = JSON.stringify({ id: view.id });
      const response = await handler(new Request(`${origin}/login/finish`, { method: 'POST', headers, body }));
      expect(response.headers.get('location')).to.contain('failed=no_attempt');
    }
    expect(people).to.deep.equal([]);
    const finished = await ask('/login/finish', {
      method: 'POST',
      headers: { cookie: own, 'content-type': 'application/json' },
      body: JSON.stringify({ id: view.id }),
    });
    expect(finished.headers.get('location')).to.equal('/');
    expect(people).to.have.length(1);
  });

  it('is not used up by a HEAD, and not shown ahead of time', async () => {
    const { people, ask, post } = open();
    const view = await (await post('/login/start')).json();
    const { callbackUrl = '' } = await simulator.phone.confirm(view, { sameDevice: true });
    const { pathname, search } = new URL(callbackUrl);
    await ask(pathname + search, { method: 'HEAD' });
    expect((await ask(pathname + search, { headers: { 'sec-purpose': 'prefetch' } })).status).to.equal(503);
    expect(people).to.deep.equal([]);
    expect((await ask(pathname + search)).headers.get('location')).to.equal('/');
    expect(people).to.have.length(1);
  });

  it('adds what the site answers, several cookies too, and leads on', async () => {
    const headers = new Headers([
      ['set-cookie', 'a=1; Path=/'],
      ['set-cookie', 'b=2; Path=/'],
      ['x-site', 'mine'],
    ]);
    const { post } = open({ logIn: () => headers, successRedirect: '/home' });
    const view = await (await post('/login/start', { returnTo: '/orders?a=1' })).json();
    await simulator.phone.confirm(view);
    const response = await post('/login/finish', { id: view.id });
    expect([response.status, response.headers.get('location')]).to.deep.equal([303, '/orders?a=1']);
    expect(response.headers.getSetCookie()).to.include.members(['a=1; Path=/', 'b=2; Path=/']);
    expect(response.headers.get('x-site')).to.equal('mine');
    expect(response.headers.get('cache-control')).to.equal('no-store');
  });

  it('turns a person away where the site says so, and can be tried again where the site fails', async () => {
    const answers: (() => false | undefined)[] = [
      () => {
        throw new Error('The database is away.');
      },
      () => undefined,
      () => false,
    ];
    const { post } = open({ logIn: () => answers.shift()?.() });
    const view = await (await post('/login/start')).json();
    await simulator.phone.confirm(view);
    const error = await post('/login/finish', { id: view.id }).catch((thrown: Error) => thrown.message);
    expect(error).to.equal('The database is away.');
    expect((await post('/login/finish', { id: view.id })).headers.get('location')).to.equal('/');
    const refused = await (await post('/login/start')).json();
    await simulator.phone.confirm(refused);
    const { headers } = await post('/login/finish', { id: refused.id });
    expect(headers.get('location')).to.contain('failed=not_accepted');
  });

  it('answers by itself while the service is out of reach, and says whose fault it is', async () => {
    const { post } = open();
    simulator.faults.add({ on: 'create', drop: true });
    const response = await post('/login/start');
    expect([response.status, response.headers.get('smart-id-fault')]).to.deep.equal([503, 'service']);
  });

  it('tells the log, and no visitor, which keys are pinned when the service has another', async () => {
    const told: (Error & { code?: string })[] = [];
    const note = (warning: Error) => void told.push(warning);
    process.on('warning', note);
    const reason = 'The key that came: AAAA; pinned: BBBB.';
    const fetch = () => Promise.reject(Object.assign(new Error(reason), { code: 'SMART_ID_PIN_MISMATCH' }));
    const { post } = open({ login: loginOf({ fetch }) });
    const response = await post('/login/start');
    expect([response.status, response.headers.get('smart-id-fault')]).to.deep.equal([503, 'service']);
    expect(await response.json()).to.deep.equal({ error: 'The Smart-ID service cannot be used at the moment.' });
    await post('/login/start');
    await new Promise(setImmediate);
    process.removeListener('warning', note);
    expect(told.map(({ code }) => code)).to.deep.equal(['SMART_ID_SERVICE_UNUSABLE']);
    expect(told[0]?.message).to.contain(reason);
  });

  it('ends live updates when the visitor leaves', async () => {
    const { login, ask, post } = open();
    const view = await (await post('/login/start')).json();
    const leaving = new AbortController();
    const response = await ask(`/login/updates?id=${view.id}`, { signal: leaving.signal });
    expect(response.headers.get('content-type')).to.equal('text/event-stream; charset=utf-8');
    const reader = response.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).to.match(/^data: \{.*\}\n\n$/s);
    const listeners = (login as any).steps.live.listeners as Map<string, unknown>;
    expect(listeners.size).to.equal(1);
    leaving.abort();
    expect(listeners.size).to.equal(0);
    // Or by cancelling the body, as servers do.
    const again = await ask(`/login/updates?id=${view.id}`);
    expect(listeners.size).to.equal(1);
    await again.body?.cancel();
    expect(listeners.size).to.equal(0);
  });

  it('does not begin to read a body that says that it is too long, and stops reading one that turns out to be', async () => {
    const { handler } = open();
    for (const [length, expected] of [
      ['content-length', { chunksRead: 0, isCancelled: false }],
      ['x-length', { chunksRead: 9, isCancelled: true }],
    ] as const) {
      const seen = { chunksRead: 0, isCancelled: false };
      const body = new ReadableStream(
        {
          pull(controller) {
            seen.chunksRead++;
            controller.enqueue(new Uint8Array(1000).fill(0x20));
          },
          cancel() {
            seen.isCancelled = true;
          },
        },
        { highWaterMark: 0 },
      );
      const headers = { 'content-type': 'application/json', [length]: '1000000' };
      const init = { method: 'POST', headers, body, duplex: 'half' };
      const response = await handler(new Request(`${origin}/login/start`, init));
      expect([length, response.status, seen]).to.deep.equal([length, 413, expected]);
    }
  });

  it('serves only what is below its path', async () => {
    const { ask } = open();
    for (const path of ['/', '/loginx', '/login/nothing', '/login/assets/x/y', '/login/../secret']) {
      expect((await ask(path)).status, path).to.equal(404);
    }
    expect((await ask('/login')).headers.get('location')).to.equal('./login/');
  });

  it('leads on whoever is logged in and opens the return again', async () => {
    const { ask } = open({ isLoggedIn: ({ request }) => request.headers.get('x-user') !== null });
    const path = `/login/callback?smartIdAttempt=${'A'.repeat(22)}.${'B'.repeat(43)}&sessionSecretDigest=x`;
    expect((await ask(path)).headers.get('location')).to.contain('return_without_session');
    expect((await ask(path, { headers: { 'x-user': '1' } })).headers.get('location')).to.equal('/');
  });

  it('remembers browsers for a push where there is a store', async () => {
    const { post } = open({ knownBrowsers: new MemoryKnownBrowserStore() });
    const view = await (await post('/login/start')).json();
    await simulator.phone.confirm(view);
    const cookies = (await post('/login/finish', { id: view.id })).headers.getSetCookie();
    expect(cookies.some((cookie) => cookie.startsWith('__Host-smart-id-browser='))).to.equal(true);
  });

  for (const [field, change] of [
    ['login', { login: {} }],
    ['basePath', { basePath: 'login' }],
    ['basePath', { basePath: '/login/' }],
    ['logIn', { logIn: undefined }],
    ['isLoggedIn', { isLoggedIn: true }],
    ['store', { store: {} }],
    ['successRedirect', { successRedirect: '//evil.example' }],
  ] as const) {
    it(`names an option that breaks a rule, or that there is not: ${JSON.stringify(change)}`, () => {
      expect(() => open(change as never))
        .to.throw(SmartIdInputError)
        .with.property('field', field);
    });
  }
});
