/** The login page of an Express site: `app.use('/login', smartIdRouter(passport, { strategy }))`. */

import type { Request, RequestHandler } from 'express';
import type { PassportStatic } from 'passport';
import { pagesHandler } from './express.js';
import { type PassportHost, type PassportPageOptions, passportPages } from './passport-pages.js';

/** The site's passport, or an `Authenticator` of its own. */
export type Passport = Pick<PassportStatic, 'authenticate'>;

/** What the login page is told. */
export interface SmartIdRouterOptions extends PassportPageOptions<Request> {}

/**
 * The whole login: the page with its files, start, push, status, live updates, finish and callback, below the path
 * where it is mounted. Behind the site's session and `passport.session()`.
 * @throws SmartIdInputError naming the option that breaks a rule.
 */
export function smartIdRouter(passport: Passport, options: SmartIdRouterOptions): RequestHandler {
  return pagesHandler(passportPages(hostOf(passport), options, [], 'smartIdRouter'));
}

function hostOf(passport: Passport): PassportHost<Request> {
  return {
    authenticate: (req, strategy, expected) =>
      new Promise((resolve, reject) => {
        const settle = (error: unknown, user?: Express.User | false | null, info?: unknown) =>
          error ? reject(error) : resolve({ user, info });
        passport.authenticate(strategy, expected, settle)(req, req.res, reject);
      }),
    logIn: (req, user, options) =>
      new Promise((resolve, reject) => {
        req.logIn(user, options, (error: unknown) => (error ? reject(error) : resolve()));
      }),
  };
}
