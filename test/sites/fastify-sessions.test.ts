/** What @fastify/session and @fastify/passport do otherwise than those of Express, at a site with the ready page. */

import { setTimeout as sleep } from 'node:timers/promises';
import fastifyCookie from '@fastify/cookie';
import fastifyPassport from '@fastify/passport';
import fastifySession from '@fastify/session';
import { expect } from 'chai';
import Fastify, { type FastifyInstance } from 'fastify';
import { SmartIdStrategy, type SmartIdStrategyOptions } from 'passport-smart-id';
import { smartIdPlugin } from 'passport-smart-id/fastify';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { Browser } from '../support/site.js';

describe('A site with Fastify', () => {
  let simulator: Simulator;
  let app: FastifyInstance;
  let strategy: SmartIdStrategy;
  let browser: Browser;
  before(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  after(() => simulator.close());
  beforeEach(async () => {
    const { environment, relyingPartyUUID, relyingPartyName, trustAnchors } = simulator;
    const slowFetch = async (...args: Parameters<typeof fetch>) => sleep(150).then(() => fetch(...args));
    const options = {
      environment,
      relyingPartyUUID,
      relyingPartyName,
      trustAnchors,
      loginURL: '/login',
      fetch: slowFetch as SmartIdStrategyOptions['fetch'],
    };
    strategy = new SmartIdStrategy(options, async ({ id }) => ({ id }));
    app = Fastify();
    const passport = new fastifyPassport.Authenticator();
    await app.register(fastifyCookie);
    const secret = 'a secret with at least thirty-two characters';
    await app.register(fastifySession, { secret, cookie: { secure: false }, saveUninitialized: false });
    await app.register(passport.initialize());
    await app.register(passport.secureSession());
    passport.registerUserSerializer(async (user) => user);
    passport.registerUserDeserializer(async (user) => user);
    await app.register(smartIdPlugin, { prefix: '/login', passport, strategy });
    app.get('/me', async ({ user }) => ({ user }));
    app.post('/note', async ({ session }) => Object.assign(session, { note: 'newer' }) && {});
    app.get('/note', async ({ session }) => ({ note: (session as { note?: string }).note }));
    app.post('/logout', async (request) => request.logOut().then(() => ({})));
    browser = new Browser(await app.listen());
    const { id, qrLink } = await start();
    await simulator.phone.confirm({ qrLink });
    await browser.settled(id, '/login/status');
    expect((await browser.post('/login/finish', { id })).status).to.equal(302);
    expect((await browser.get('/me')).body.user).to.have.property('id');
  });
  afterEach(async () => {
    strategy.close();
    app.server.closeAllConnections();
    await app.close();
  });

  const start = async () => (await browser.post('/login/start')).body;

  it('stays logged out, though a finish was waiting', async () => {
    const before = new Browser(browser.origin, await browser.jar.clone());
    const finish = browser.post('/login/finish', { id: (await start()).id });
    await sleep(300);
    await before.post('/logout');
    expect((await finish).status).to.equal(303);
    for (const one of [browser, before]) expect((await one.get('/me')).body.user ?? null).to.equal(null);
  });

  it('keeps what another request has changed in the session while a finish was waiting', async () => {
    const finish = browser.post('/login/finish', { id: (await start()).id });
    await sleep(300);
    await browser.post('/note');
    expect((await finish).status).to.equal(303);
    expect((await browser.get('/note')).body).to.deep.equal({ note: 'newer' });
    expect((await browser.get('/me')).body.user).to.have.property('id');
  });

  it('leads back to the page where there is nothing to finish, also with a loginURL', async () => {
    expect((await browser.post('/login/finish', { id: 'unknown' })).status).to.equal(303);
  });
});
