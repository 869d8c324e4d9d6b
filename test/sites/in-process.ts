/** Sites of several kinds in the tests' own process, as small as they can be. */

import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import fastifyCookie from '@fastify/cookie';
import fastifyExpress from '@fastify/express';
import fastifyPassport from '@fastify/passport';
import fastifySession from '@fastify/session';
import express5, { type Request as ExpressRequest, type Response as ExpressResponse } from 'express';
import session from 'express-session';
import Fastify, { type FastifyInstance } from 'fastify';
import { Authenticator } from 'passport';
import { SmartIdLogin, SmartIdStrategy } from 'passport-smart-id';
import { smartIdPlugin } from 'passport-smart-id/fastify';
import { smartIdHandler } from 'passport-smart-id/fetch';
import { smartIdRouter } from 'passport-smart-id/web';
import type { Simulator } from '../../lib/simulator/index.js';
import { serveFetch } from './serve-fetch.js';

const require = createRequire(import.meta.url);

export interface SmallSite {
  origin: string;
  close(): Promise<unknown>;
}

interface SmallUser {
  id: string;
}

type StartSite = (simulator: Simulator) => Promise<SmallSite>;

function optionsFor({ environment, relyingPartyUUID, relyingPartyName, trustAnchors }: Simulator, origin: string) {
  const callbackURL = `${origin}/login/callback`;
  return { environment, relyingPartyUUID, relyingPartyName, trustAnchors, callbackURL };
}

/** A port that is free; it is taken by the site a moment later. */
async function freeOrigin(): Promise<string> {
  const server = express5().listen(0);
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://localhost:${port}`;
}

function expressSite(express: typeof express5): StartSite {
  return async (simulator) => {
    const origin = await freeOrigin();
    const strategy = new SmartIdStrategy(optionsFor(simulator, origin), async ({ id }) => ({ id }));
    const app = mountExpress(express(), strategy);
    const server = app.listen(Number(new URL(origin).port));
    return {
      origin,
      close: async () => {
        strategy.close();
        server.closeAllConnections();
        server.close();
      },
    };
  };
}

/** With handlers of Express alone, so that it can be another framework's application, too. */
function mountExpress<App extends { use: any }>(app: App, strategy: SmartIdStrategy): App {
  const passport = new Authenticator();
  passport.use(strategy);
  passport.serializeUser((user, done) => done(null, user));
  passport.deserializeUser((user: Express.User, done) => done(null, user));
  app.use(session({ secret: 'test', resave: false, saveUninitialized: false }));
  app.use(passport.session());
  app.use('/login', smartIdRouter(passport, { strategy, notification: true, successRedirect: '/private' }));
  app.use('/private', (req: ExpressRequest, res: ExpressResponse) => {
    res.statusCode = req.isAuthenticated() ? 200 : 401;
    res.end(JSON.stringify(req.user ?? null));
  });
  return app;
}

async function listening(app: FastifyInstance, origin: string, strategy: SmartIdStrategy): Promise<SmallSite> {
  await app.listen({ port: Number(new URL(origin).port) });
  return {
    origin,
    close: async () => {
      strategy.close();
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

const fastifySite: StartSite = async (simulator) => {
  const origin = await freeOrigin();
  const strategy = new SmartIdStrategy(optionsFor(simulator, origin), async ({ id }) => ({ id }));
  const app = Fastify();
  const passport = new fastifyPassport.Authenticator();
  await app.register(fastifyCookie);
  await app.register(fastifySession, {
    secret: 'a secret with at least thirty-two characters',
    cookie: { secure: 'auto' },
    saveUninitialized: false,
  });
  await app.register(passport.initialize());
  await app.register(passport.secureSession());
  passport.use(strategy);
  passport.registerUserSerializer(async (user: SmallUser) => user);
  passport.registerUserDeserializer(async (user: SmallUser) => user);
  await app.register(smartIdPlugin, {
    prefix: '/login',
    passport,
    strategy,
    notification: true,
    successRedirect: '/private',
  });
  app.get('/private', async (request, reply) => reply.code(request.user ? 200 : 401).send(request.user ?? 'nobody'));
  return listening(app, origin, strategy);
};

const fastifyExpressSite: StartSite = async (simulator) => {
  const origin = await freeOrigin();
  const strategy = new SmartIdStrategy(optionsFor(simulator, origin), async ({ id }) => ({ id }));
  const app = Fastify();
  await app.register(fastifyExpress);
  mountExpress(app, strategy);
  return listening(app, origin, strategy);
};

const fetchSite: StartSite = async (simulator) => {
  const users = new Map<string, string>();
  const origin = await freeOrigin();
  const login = new SmartIdLogin(optionsFor(simulator, origin));
  const userOf = (request: Request) => users.get(/site=([\w-]+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? '');
  const handler = smartIdHandler({
    login,
    basePath: '/login',
    notification: true,
    successRedirect: '/private',
    isLoggedIn: ({ request }) => userOf(request) !== undefined,
    logIn({ profile }) {
      const id = crypto.randomUUID();
      users.set(id, profile.id);
      return { 'set-cookie': `site=${id}; Path=/; HttpOnly; SameSite=Lax` };
    },
  });
  const server = await serveFetch(Number(new URL(origin).port), async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith('/login')) return handler(request);
    if (pathname !== '/private') return new Response(null, { status: 404 });
    const user = userOf(request);
    return new Response(JSON.stringify(user ?? null), { status: user === undefined ? 401 : 200 });
  });
  return {
    origin,
    close: async () => {
      login.close();
      server.closeAllConnections();
      server.close();
    },
  };
};

export const siteKinds: Readonly<Record<string, StartSite>> = {
  'Express 5': expressSite(express5),
  'Express 4': expressSite(require('express4')),
  Fastify: fastifySite,
  'Express within Fastify': fastifyExpressSite,
  'fetch handler': fetchSite,
};
