/** A site with the ready-made pages, as small as it can be, which notes what browsers tell it. */

import express, { type Express } from 'express';
import session from 'express-session';
import { Authenticator } from 'passport';
import { type SmartIdProfile, SmartIdSigning, SmartIdStrategy } from 'passport-smart-id';
import { smartIdRouter, smartIdSigningRouter } from 'passport-smart-id/web';
import type { Simulator } from '../../lib/simulator/index.js';

declare module 'express-session' {
  interface SessionData {
    hasSigned: boolean;
  }
}

/** What the site was asked for and told. */
export interface Notes {
  /** Attempts that were begun. */
  starts: number;
  /** Violations of the policy of a page, which browsers report. */
  violations: string[];
  /** What reached the error handler. */
  errors: string[];
}

export interface SiteSetup {
  simulator: Simulator;
  origin: string;
  hasReturn: boolean;
  notes: Notes;
}

const page = (title: string) =>
  `<!doctype html><title>${title}</title><link rel="icon" href="data:,"><h1>${title}</h1>`;

export function createSite({ simulator, origin, hasReturn, notes }: SiteSetup): Express {
  const { environment, relyingPartyUUID, relyingPartyName, trustAnchors } = simulator;
  // The platform's `fetch` uses no connection that the simulator is about to close because nothing came for a while.
  const smartId = { environment, relyingPartyUUID, relyingPartyName, trustAnchors, fetch: globalThis.fetch };
  const callbackOf = (path: string) => (hasReturn ? `${origin}${path}/callback` : undefined);
  const strategy = new SmartIdStrategy(
    { ...smartId, callbackURL: callbackOf('/login') },
    async ({ displayName }: SmartIdProfile) => ({ name: displayName }),
  );
  const passport = new Authenticator();
  passport.use(strategy);
  passport.serializeUser((user, done) => done(null, user));
  passport.deserializeUser((user: Express.User, done) => done(null, user));
  const signing = new SmartIdSigning({ ...smartId, callbackURL: callbackOf('/sign') }, () => ({
    data: Buffer.from('What is signed'),
  }));

  const app = express();
  app.use((req, res, next) => {
    if (req.method === 'POST' && req.path.endsWith('/start')) notes.starts++;
    // All engines report what the policy of a page keeps away; what they tell their drivers of it differs.
    const setHeader = res.setHeader.bind(res);
    res.setHeader = (name, value) =>
      setHeader(name, name.toLowerCase() === 'content-security-policy' ? `${value}; report-uri /violations` : value);
    next();
  });
  app.post('/violations', express.json({ type: () => true }), (req, res) => {
    const { 'violated-directive': directive, 'blocked-uri': what } = req.body['csp-report'];
    notes.violations.push(`${directive}: ${what}`);
    res.sendStatus(204);
  });
  app.get('/favicon.ico', (_req, res) => void res.sendStatus(204));
  app.use(
    session({
      secret: 'test',
      resave: false,
      saveUninitialized: false,
      cookie: { httpOnly: true, sameSite: 'lax', secure: 'auto' },
    }),
  );
  app.use(passport.session());
  app.use(
    '/login',
    smartIdRouter(passport, { strategy, successRedirect: '/home', notification: true, cancelRedirect: '/left' }),
  );
  app.use(
    '/sign',
    smartIdSigningRouter({
      signing,
      start: () => ({}),
      signed(_signature, req) {
        req.session.hasSigned = true;
      },
      successRedirect: '/signed',
      cancelRedirect: '/left',
    }),
  );
  app.get('/', (_req, res) => void res.send(page('A site')));
  app.get('/home', (req, res) => {
    const { name } = (req.user ?? {}) as { name?: string };
    if (name === undefined) return res.redirect('/login/');
    res.send(page(`Hello, ${name}`));
  });
  app.get('/left', (_req, res) => void res.send(page('Left')));
  app.get('/signed', (req, res) => void res.send(page(req.session.hasSigned ? 'Signed' : 'Nothing signed')));
  app.use(((error, _req, res, _next) => {
    notes.errors.push(String(error));
    res.status(500).send(page('An error'));
  }) satisfies express.ErrorRequestHandler);
  return app;
}
