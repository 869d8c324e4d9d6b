/** A small site with the ready-made login page, of the built package, as somebody writes it who has their own tests to write. */

import express, { type Express } from 'express';
import session from 'express-session';
import { Authenticator } from 'passport';
import { SmartIdStrategy } from 'passport-smart-id';
import type { Simulator } from 'passport-smart-id/simulator';
import { smartIdRouter } from 'passport-smart-id/web';

/** GET /private tells who is logged in. The login page is below /login, and offers a push to everybody. */
export function createSmallSite(simulator: Simulator, callbackURL: string): Express {
  const { environment, relyingPartyUUID, relyingPartyName, trustAnchors } = simulator;
  const strategy = new SmartIdStrategy(
    { environment, relyingPartyUUID, relyingPartyName, trustAnchors, callbackURL },
    async ({ id }) => ({ id }),
  );
  const passport = new Authenticator();
  passport.use(strategy);
  passport.serializeUser((user, done) => done(null, user));
  passport.deserializeUser((user: Express.User, done) => done(null, user));
  const app = express();
  app.use(session({ secret: 'test', resave: false, saveUninitialized: false, cookie: { sameSite: 'lax' } }));
  app.use(passport.session());
  app.use('/login', smartIdRouter(passport, { strategy, notification: true, successRedirect: '/private' }));
  app.get('/private', (req, res) => void (req.isAuthenticated() ? res.json(req.user) : res.sendStatus(401)));
  return app;
}
