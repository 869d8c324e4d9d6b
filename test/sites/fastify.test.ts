/** What only a Fastify site can do wrong, and what becomes of its sessions. */

import fastifyCookie from '@fastify/cookie';
import fastifyPassport from '@fastify/passport';
import fastifySession, { type FastifySessionOptions } from '@fastify/session';
import { expect } from 'chai';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { SmartIdStrategy } from 'passport-smart-id';
import { type SmartIdPluginOptions, smartIdPlugin } from 'passport-smart-id/fastify';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { Browser } from '../support/site.js';

interface Options {
  fastify?: FastifyServerOptions;
  session?: Partial<FastifySessionOptions>;
  page?: Partial<SmartIdPluginOptions>;
}

describe('A Fastify site', () => {
  let simulator: Simulator;
  const closers: (() => Promise<unknown>)[] = [];
  before(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  after(() => simulator.close());
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  async function open({ fastify, session, page }: Options = {}): Promise<{ app: FastifyInstance; browser: Browser }> {
    const { environment, relyingPartyUUID, relyingPartyName, trustAnchors } = simulator;
    const strategy = new SmartIdStrategy(
      { environment, relyingPartyUUID, relyingPartyName, trustAnchors },
      async ({ id }) => ({ id }),
    );
    const app = Fastify(fastify);
    const passport = new fastifyPassport.Authenticator();
    await app.register(fastifyCookie);
    await app.register(fastifySession, {
      secret: 'a secret with at least thirty-two characters',
      cookie: { secure: 'auto' },
      saveUninitialized: false,
      rolling: false,
      ...session,
    });
    await app.register(passport.initialize());
    await app.register(passport.secureSession());
    passport.use(strategy);
    passport.registerUserSerializer(async (user: object) => user);
    passport.registerUserDeserializer(async (user: object) => user);
    await app.register(smartIdPlugin, { prefix: '/login', passport, strategy, ...page });
    app.get('/cart', async ({ session: kept }) => {
      const content = kept as unknown as { cart?: string };
      const before = content.cart ?? null;
      content.cart = 'shoes';
      return { before };
    });
    app.get('/logout', async (request) => {
      await request.session.destroy();
      return {};
    });
    app.get('/me', async ({ user }) => ({ user: user ?? null }));
    const origin = await app.listen({ port: 0 });
    closers.push(() => {
      strategy.close();
      app.server.closeAllConnections();
      return app.close();
    });
    return { app, browser: new Browser(origin.replace('[::1]', 'localhost')) };
  }

  async function logIn(browser: Browser): Promise<void> {
    const { body } = await browser.post('/login/start');
    await simulator.phone.confirm(body);
    expect((await browser.post('/login/finish', { id: body.id })).status).to.equal(302);
    expect((await browser.get('/me')).body).to.deep.equal({ user: { id: 'PNOEE-40404040009' } });
  }

  it('is told that a secure cookie, which is the default, is not sent by http', async () => {
    const { browser } = await open({ session: { cookie: {} } });
    const { status, body } = await browser.post('/login/start');
    expect([status, body.code]).to.deep.equal([500, 'session_cookie_not_sent']);
    expect(body.message).to.contain('trustProxy').and.contain("secure: 'auto'");
  });

  it('may have a secure cookie behind a proxy that it trusts', async () => {
    const { app } = await open({ fastify: { trustProxy: true }, session: { cookie: {} } });
    const { statusCode, headers } = await app.inject({
      method: 'POST',
      url: '/login/start',
      headers: { 'x-forwarded-proto': 'https' },
    });
    expect(statusCode).to.equal(200);
    expect(String(headers['set-cookie'])).to.contain('Secure');
  });

  for (const keepSessionInfo of [false, true]) {
    it(`${keepSessionInfo ? 'keeps' : 'does not keep'} what the session held with keepSessionInfo: ${keepSessionInfo}`, async () => {
      const { browser } = await open({ page: { keepSessionInfo } });
      await browser.get('/cart');
      const before = await browser.cookies();
      await logIn(browser);
      expect(await browser.cookies()).to.not.equal(before);
      expect((await browser.get('/cart')).body).to.deep.equal({ before: keepSessionInfo ? 'shoes' : null });
    });
  }

  it('keeps a login that waits in another tab, and logs in by it afterwards', async () => {
    const { browser } = await open();
    const { body: other } = await browser.post('/login/start');
    await logIn(browser);
    expect((await browser.get(`/login/status?id=${other.id}`)).body).to.include({ state: 'running' });
    await simulator.phone.confirm(other);
    expect((await browser.post('/login/finish', { id: other.id })).status).to.equal(302);
  });

  it('takes its addresses as they are written, so that nobody comes around a check of the site', async () => {
    const { browser } = await open();
    for (const path of ['/login/%73tart', '/login/x/../start', '/login//start', '/login/start/']) {
      const { status } = await browser.post(path.replace('x/../', 'x%2F..%2F'));
      expect([path, status]).to.deep.equal([path, path.endsWith('/') ? 200 : 404]);
    }
  });

  for (const rolling of [true, false]) {
    it(`does not undo what other requests did while a finish waited, with rolling: ${rolling}`, async () => {
      const { browser } = await open({ session: { rolling } });
      await logIn(browser);
      const { body } = await browser.post('/login/start');
      const finish = () => browser.post('/login/finish', { id: body.id });
      const changed = finish();
      await browser.get('/cart');
      await changed;
      expect((await browser.get('/cart')).body).to.deep.equal({ before: 'shoes' });
      const loggedOut = finish();
      const cookies = await browser.cookies();
      await fetch(`${browser.origin}/logout`, { headers: { cookie: cookies } });
      await loggedOut;
      const response = await fetch(`${browser.origin}/me`, { headers: { cookie: cookies } });
      expect(await response.json()).to.deep.equal({ user: null });
    });
  }

  it('does not start where the plugins that the page needs are missing, and says which', async () => {
    const { environment, relyingPartyUUID, relyingPartyName, trustAnchors } = simulator;
    const options = { environment, relyingPartyUUID, relyingPartyName, trustAnchors };
    const strategy = new SmartIdStrategy(options, async ({ id }) => ({ id }));
    const passport = new fastifyPassport.Authenticator();
    const register = async (hasSession: boolean) => {
      const app = Fastify();
      await app.register(fastifyCookie);
      if (hasSession) await app.register(fastifySession, { secret: 'a secret with at least thirty-two characters' });
      return app.register(smartIdPlugin, { prefix: '/login', passport, strategy }).then(
        () => undefined,
        (error: Error) => error.message,
      );
    };
    expect(await register(false)).to.contain('needs @fastify/session');
    expect(await register(true)).to.contain('needs passport.initialize()');
  });

  for (const [field, page] of [
    ['passport', { passport: undefined }],
    ['strategy', { strategy: undefined }],
    ['keepSessionInfo', { keepSessionInfo: 'yes' }],
    ['redirect', { redirect: '/' }],
    ['successRedirect', { successRedirect: 'javascript:alert(1)' }],
  ] as const) {
    it(`does not start with an option that breaks a rule, or that there is not: ${field}`, async () => {
      const error = await open({ page: page as never }).catch((thrown: unknown) => thrown);
      expect(error).to.include({ name: 'SmartIdInputError', field });
    });
  }
});
