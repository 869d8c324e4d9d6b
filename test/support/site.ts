/** A site with Smart-ID login over real HTTP, and browsers with a cookie jar each. */

import currentExpress, { type Express, type NextFunction, type Request, type Response } from 'express';
import session from 'express-session';
import { Authenticator as CurrentAuthenticator } from 'passport';
import { CookieJar } from 'tough-cookie';
import type { Show } from '../../lib/attempt/middleware.js';
import type { AttemptView } from '../../lib/attempt/view.js';
import {
  SmartIdStrategy,
  type SmartIdStrategyOptions,
  type StartOptions,
  type VerifyFunction,
} from '../../lib/index.js';
import type { Simulator } from '../../lib/simulator/index.js';
import { listen } from './listen.js';

export interface SiteOptions {
  strategy?: Partial<SmartIdStrategyOptions>;
  verify?: VerifyFunction;
  /** What each request starts a login with. */
  start?: StartOptions | ((req: Request) => StartOptions);
  session?: Partial<session.SessionOptions>;
  keepSessionInfo?: boolean;
  /** Hears of each view before it is sent. */
  onView?: (view: AttemptView) => void;
  /** What live updates send of each view. */
  show?: Show;
  /** More routes of the site, behind its session. */
  routes?: (app: Express) => void;
  /** Another version of Express. */
  express?: typeof currentExpress;
  /** Another version of Passport. */
  Authenticator?: typeof CurrentAuthenticator;
}

export interface Site {
  origin: string;
  strategy: SmartIdStrategy;
  /** Sessions as the store has them. */
  sessions: session.MemoryStore;
  /** What reached the error handler. */
  errors: unknown[];
  close(): Promise<void>;
}

/** Routes: POST /start, POST /push, GET /status, GET /updates, POST /finish, GET /callback, GET /me. */
export async function startSite(simulator: Simulator, options: SiteOptions = {}): Promise<Site> {
  const { express = currentExpress, Authenticator = CurrentAuthenticator } = options;
  const app = express();
  const { origin, close: stop } = await listen(app);
  const sessions = new session.MemoryStore();
  const errors: unknown[] = [];
  const strategy = new SmartIdStrategy(
    {
      environment: simulator.environment,
      relyingPartyUUID: simulator.relyingPartyUUID,
      relyingPartyName: simulator.relyingPartyName,
      trustAnchors: simulator.trustAnchors,
      callbackURL: `${origin}/callback`,
      appCallbackURL: `${origin}/callback?app=1`,
      ...options.strategy,
    },
    options.verify ?? (async (profile) => profile),
  );
  const passport = new Authenticator();
  passport.use(strategy);
  passport.serializeUser((user, done) => done(null, user));
  passport.deserializeUser((user: Express.User, done) => done(null, user));
  app.use(express.json(), express.urlencoded({ extended: false }));
  app.use(session({ secret: 'test', resave: false, saveUninitialized: false, store: sessions, ...options.session }));
  app.use(passport.session());
  const logIn = (req: Request, res: Response, next: NextFunction) => {
    const settle = (error: unknown, user?: Express.User | false | null, info?: unknown, status?: unknown) => {
      if (error) return next(error);
      if (!user) {
        res.status(typeof status === 'number' ? status : 500).json(info);
        return;
      }
      req.logIn(user, { keepSessionInfo: options.keepSessionInfo ?? false, session: true }, (failed) =>
        failed ? next(failed) : res.json({ user, info }),
      );
    };
    passport.authenticate('smart-id', settle)(req, res, next);
  };
  const sendView = (req: Request, res: Response) => {
    if (req.smartId) options.onView?.(req.smartId);
    res.json(req.smartId);
  };
  app.post('/start', strategy.start(options.start), sendView);
  app.post('/push', strategy.push(), sendView);
  app.get('/status', strategy.status(), sendView);
  app.get('/updates', strategy.updates(options.show));
  app.post('/finish', logIn);
  app.get('/callback', logIn);
  app.get('/me', (req, res) => {
    res.json(req.user ?? null);
  });
  options.routes?.(app);
  app.use(
    (error: { status?: number; code?: string; message: string }, _req: Request, res: Response, _next: NextFunction) => {
      errors.push(error);
      // express-session tells of a store that failed after the answer.
      if (res.headersSent) return;
      res.status(error.status ?? 500).json({ error: error.message, code: error.code });
    },
  );
  const close = () => {
    // What it still asks the service would be heard of in the tests that follow.
    strategy.close();
    return stop();
  };
  return { origin, strategy, sessions, errors, close };
}

/** What the session store holds. */
export function storedSessions(site: Site): Promise<any[]> {
  return new Promise((resolve, reject) => {
    site.sessions.all((error, sessions) => (error ? reject(error) : resolve(Object.values(sessions ?? {}))));
  });
}

export interface Answer {
  status: number;
  body: any;
}

/** A browser: keeps the cookies of its site between requests. */
export class Browser {
  readonly jar: CookieJar;
  readonly origin: string;

  /** @param jar the cookies of another browser, where it is the same one. */
  constructor(origin: string, jar = new CookieJar()) {
    this.origin = origin;
    this.jar = jar;
  }

  cookies(): Promise<string> {
    return this.jar.getCookieString(this.origin);
  }

  async get(path: string): Promise<Answer> {
    return this.request(path);
  }

  async post(path: string, body: unknown = {}): Promise<Answer> {
    return this.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async start(body: unknown = {}): Promise<AttemptView> {
    return (await this.post('/start', body)).body as AttemptView;
  }

  async status(id: string): Promise<AttemptView> {
    return (await this.get(`/status?id=${id}`)).body as AttemptView;
  }

  /** Asks for the status until it is no longer `running`. */
  async settled(id: string, path = '/status', patience = 8_000): Promise<AttemptView> {
    for (let tries = 0; tries < patience / 20; tries++) {
      const view = (await this.get(`${path}?id=${id}`)).body as AttemptView;
      if (view.state !== 'running') return view;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('The attempt is still running.');
  }

  private async request(path: string, init: RequestInit = {}): Promise<Answer> {
    const url = new URL(path, this.origin).href;
    const headers = { ...init.headers, cookie: await this.cookies() };
    const response = await fetch(url, { redirect: 'manual', ...init, headers });
    for (const cookie of response.headers.getSetCookie()) await this.jar.setCookie(cookie, url);
    const text = await response.text();
    return { status: response.status, body: parse(text) };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
