/** A small site that people log in to, and sign on, with Smart-ID. */

import express, { type ErrorRequestHandler, type Express } from 'express';
import session from 'express-session';
import passport from 'passport';
import { SmartIdStrategy, type SmartIdStrategyOptions } from 'passport-smart-id';
import { smartIdRouter } from 'passport-smart-id/web';
import { Archive } from './archive.js';
import { errorPage, frontPage, privatePage } from './pages.js';
import type { Person } from './person.js';
import { signing, type TimestampAuthority } from './signing.js';

export interface Site {
  /** What the strategy and the signing are told of the service. */
  smartId: Omit<SmartIdStrategyOptions, 'callbackURL'>;
  /** For signatures that last; without one they are of level B. */
  timestampAuthority?: TimestampAuthority;
  /** Where people reach the site, such as `http://localhost:3000`. */
  origin: string;
  sessionSecret: string;
  /** The simulator's phone, where there is one. */
  phoneUrl?: string;
}

/** Pages of the operator of Smart-ID. */
const helpLinks = { learnMore: 'https://www.smart-id.com/' };

export function createApp({ smartId, timestampAuthority, origin, sessionSecret, phoneUrl }: Site): Express {
  const archive = new Archive();
  const strategy = new SmartIdStrategy(
    { ...smartId, callbackURL: `${origin}/login/callback`, passReqToCallback: false },
    async ({ id, displayName: name, country, dateOfBirth }, info): Promise<Person> => {
      const { certificateLevel: level, documentNumber, flowType } = info;
      archive.record(id, { at: new Date(), what: 'Logged in', flowType });
      return { id, name, country, dateOfBirth, level, documentNumber };
    },
  );
  passport.use(strategy);
  passport.serializeUser((user, done) => done(null, user));
  passport.deserializeUser((user: Person, done) => done(null, user));

  const app = express();
  app.use(
    session({
      secret: sessionSecret,
      resave: false,
      saveUninitialized: false,
      cookie: { httpOnly: true, sameSite: 'lax', secure: 'auto' },
    }),
  );
  app.use(passport.session());

  // Push is for showing here: a real site offers it to browsers that it knows.
  app.use(
    '/login',
    smartIdRouter(passport, {
      strategy,
      successRedirect: '/private',
      cancelRedirect: '/',
      helpLinks,
      notification: true,
    }),
  );
  app.use('/sign', signing({ ...smartId, callbackURL: `${origin}/sign/callback` }, timestampAuthority, archive));

  // Browsers ask for an icon without being told to; a 404 would be an error in their consoles.
  app.get('/favicon.ico', (_req, res) => void res.sendStatus(204));
  app.get('/', (req, res) => {
    res.send(frontPage(req.user as Person | undefined, phoneUrl));
  });
  app.get('/private', (req, res) => {
    if (!req.isAuthenticated()) return res.redirect('/login');
    const person = req.user as Person;
    res.send(privatePage(person, archive.history(person.id)));
  });
  app.get('/files/:id', (req, res) => {
    const person = req.user as Person | undefined;
    const file = archive.findFor(req.params.id, person?.id);
    if (!file) return res.sendStatus(404);
    res.attachment(file.name).type(file.contentType).send(file.content);
  });
  app.post('/logout', (req, res, next) => {
    req.logout((error) => (error ? next(error) : res.redirect('/')));
  });
  app.use(((error, _req, res, next) => {
    if (res.headersSent) return next(error);
    console.error(error);
    const { status = 500 } = error as { status?: number };
    res.status(status).send(errorPage(status));
  }) satisfies ErrorRequestHandler);
  return app;
}
