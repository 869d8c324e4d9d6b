/** The login page and its routes, to be mounted by a site: `app.use('/login', smartIdRouter(passport, { strategy }))`. */

import type { Request, RequestHandler, Router } from 'express';
import type { PassportStatic } from 'passport';
import { SmartIdInputError } from '../errors.js';
import type { StartOptions } from '../options.js';
import { visibleCode } from '../outcome.js';
import type { SmartIdStrategy } from '../strategy.js';
import type { SmartIdInfo } from '../verify-function.js';
import { loginPage } from './page.js';
import { checkPageOptions, flowOffered, pageRoutes, redirectToFailure } from './page-routes.js';
import { personNamed } from './person.js';

/** The site's passport, or an `Authenticator` of its own. */
type Passport = Pick<PassportStatic, 'authenticate'>;

export interface SmartIdRouterOptions {
  strategy: SmartIdStrategy;
  /** Where a person goes after the login when the page was not opened with `?returnTo=`. Default `/`. */
  successRedirect?: string;
  /**
   * Offers a push to everybody who enters a personal code. Default `false`: a stranger who knows the code can send one too,
   * and hope that the person confirms.
   */
  notification?: boolean;
}

/** @throws SmartIdInputError naming the option that breaks a rule. */
export function smartIdRouter(passport: Passport, options: SmartIdRouterOptions): Router {
  const { strategy, successRedirect = '/', notification = false } = options ?? {};
  if (typeof strategy?.start !== 'function') throw new SmartIdInputError('strategy', 'must be a SmartIdStrategy.');
  checkPageOptions(options);
  return pageRoutes({
    what: 'login',
    successRedirect,
    page: (_req, shown) => loginPage({ ...shown, notification }),
    start: strategy.start((req) => startOptions(req, notification)),
    status: strategy.status(),
    finish: logInWith(passport, strategy, successRedirect),
  });
}

/** What a visitor may choose: a person, and of two ways one. Everything else is the site's. */
function startOptions({ body }: Request, notification: boolean): StartOptions {
  const { country, personalCode, returnTo, ...wish } = (body ?? {}) as Record<string, unknown>;
  const flow = flowOffered(wish.flow, notification);
  const isNamed = country !== undefined || personalCode !== undefined || flow === 'notification';
  const person = isNamed ? personNamed(country, personalCode) : undefined;
  return {
    flow,
    identify: person === undefined ? undefined : () => ({ semanticsIdentifier: person }),
    returnTo: returnTo as string | undefined,
  };
}

function logInWith(passport: Passport, strategy: SmartIdStrategy, successRedirect: string): RequestHandler {
  return (req, res, next) => {
    const settle = (error: unknown, user?: Express.User | false | null, info?: unknown) => {
      if (error) return next(error);
      if (!user) {
        const { code } = (info ?? {}) as { code?: string };
        return redirectToFailure(res, visibleCode(code ?? 'not_accepted'));
      }
      req.logIn(user, (failed: unknown) => {
        if (failed) return next(failed);
        res.redirect((info as SmartIdInfo).returnTo ?? successRedirect);
      });
    };
    passport.authenticate(strategy, settle)(req, res, next);
  };
}
