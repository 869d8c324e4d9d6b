/** Sites with one of the ready-made pages, as the built package has them. */

import type { Express, Request } from 'express';
import type session from 'express-session';
import { Authenticator } from 'passport';
import {
  type Prepare,
  type SmartIdSignature,
  SmartIdSigning,
  type SmartIdSigningOptions,
  SmartIdStrategy,
  type SmartIdStrategyOptions,
  type VerifyFunction,
} from 'passport-smart-id';
import {
  type SmartIdRouterOptions,
  type SmartIdSigningRouterOptions,
  smartIdRouter,
  smartIdSigningRouter,
} from 'passport-smart-id/web';
import { okDocument } from '../support/phone.js';
import type { PageSite, PageSites } from './page-site.js';

interface More {
  /** Between the session and the page. */
  before?: (app: Express) => void;
}

export interface LoginMore extends More {
  strategy?: Partial<SmartIdStrategyOptions>;
  verify?: VerifyFunction;
}

export interface LoginSite extends PageSite {
  strategy: SmartIdStrategy;
}

type Kept = session.Session & { colour?: unknown };

/** GET /colour tells what is kept in the session besides, and keeps something else. GET /end ends the session. */
function addSessionRoutes(app: Express): void {
  app.get('/colour', (req, res) => {
    const kept = req.session as Kept;
    if (req.query.is) kept.colour = req.query.is;
    res.json(kept.colour ?? null);
  });
  app.get('/end', (req, res, next) => {
    req.session.destroy((error) => (error ? next(error) : res.json(null)));
  });
}

/** Leads to `/home` afterwards. GET /me tells who is logged in. */
export function startLogin(
  sites: PageSites,
  options: Partial<SmartIdRouterOptions> = {},
  { before, strategy: more, verify = async ({ id }) => ({ id }) }: LoginMore = {},
): LoginSite {
  let made: SmartIdStrategy | undefined;
  const site = sites.start((app, smartId) => {
    const strategy = new SmartIdStrategy({ ...smartId, ...more } as SmartIdStrategyOptions, verify);
    made = strategy;
    const passport = new Authenticator();
    passport.use(strategy);
    passport.serializeUser((user, done) => done(null, user));
    passport.deserializeUser((user: Express.User, done) => done(null, user));
    app.use(passport.session());
    before?.(app);
    app.use(sites.base, smartIdRouter(passport, { strategy, successRedirect: '/home', ...options }));
    app.get('/me', (req, res) => void res.json(req.user ?? null));
    addSessionRoutes(app);
  });
  return { ...site, strategy: made as unknown as SmartIdStrategy };
}

export interface SigningMore extends More {
  prepare?: Prepare;
  signing?: Partial<SmartIdSigningOptions>;
}

export interface SigningPageSite extends PageSite {
  signing: SmartIdSigning;
  /** What `signed` got, unless the test has one of its own. */
  signatures: SmartIdSignature[];
}

/** The account that is logged in signs. Leads to `/home` afterwards. */
export function startSigning(
  sites: PageSites,
  options: Partial<SmartIdSigningRouterOptions> = {},
  { before, prepare = () => ({ data: Buffer.from('The contract') }), signing: more }: SigningMore = {},
): SigningPageSite {
  const signatures: SmartIdSignature[] = [];
  let made: SmartIdSigning | undefined;
  const site = sites.start((app, smartId) => {
    const signing = new SmartIdSigning({ ...smartId, ...more } as SmartIdSigningOptions, prepare);
    made = signing;
    before?.(app);
    const start = () => ({ signer: { documentNumber: okDocument } });
    const signed = (signature: SmartIdSignature, _req: Request) => void signatures.push(signature);
    app.use(sites.base, smartIdSigningRouter({ signing, start, signed, successRedirect: '/home', ...options }));
    addSessionRoutes(app);
  });
  return { ...site, signing: made as unknown as SmartIdSigning, signatures };
}
