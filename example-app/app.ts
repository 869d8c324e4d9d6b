/** A small site that people log in to with Smart-ID. */

import express, { type Express } from 'express';
import session from 'express-session';
import passport from 'passport';
import { SmartIdStrategy, type SmartIdStrategyOptions } from 'passport-smart-id';
import { smartIdRouter } from 'passport-smart-id/web';
import { frontPage, privatePage } from './pages.js';

/** What the site remembers of a person. */
export interface Person {
  id: string;
  name: string;
  country: string;
  dateOfBirth?: string;
  level: string;
  documentNumber: string;
}

/** @param phoneUrl the simulator's phone, where there is one. */
export function createApp(smartId: SmartIdStrategyOptions, sessionSecret: string, phoneUrl?: string): Express {
  const strategy = new SmartIdStrategy(
    { ...smartId, passReqToCallback: false },
    async (profile, info): Promise<Person> => {
      const { id, displayName, country, dateOfBirth } = profile;
      return {
        id,
        name: displayName,
        country,
        dateOfBirth,
        level: info.certificateLevel,
        documentNumber: info.documentNumber,
      };
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
  app.use('/login', smartIdRouter(passport, { strategy, successRedirect: '/private', notification: true }));

  app.get('/', (req, res) => {
    res.send(frontPage(req.user as Person | undefined, phoneUrl));
  });
  app.get('/private', (req, res) => {
    if (!req.isAuthenticated()) return res.redirect('/login');
    res.send(privatePage(req.user as Person));
  });
  app.post('/logout', (req, res, next) => {
    req.logout((error) => (error ? next(error) : res.redirect('/')));
  });
  return app;
}
