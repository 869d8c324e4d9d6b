/** The login page and its routes, to be mounted by a site: `app.use('/login', smartIdRouter(passport, { strategy }))`. */

import { type ErrorRequestHandler, json, type Request, type RequestHandler, Router, urlencoded } from 'express';
import type { PassportStatic } from 'passport';
import { SmartIdInputError, SmartIdLimitError } from '../errors.js';
import { isPathOfSite, type StartOptions } from '../options.js';
import { visibleCode } from '../outcome.js';
import type { SmartIdStrategy } from '../strategy.js';
import type { SmartIdInfo } from '../verify-function.js';
import { assets } from './assets.js';
import { loginPage } from './page.js';
import { personNamed } from './person.js';
import { sameOriginOnly } from './same-origin.js';
import { failureMessage } from './words.js';

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

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** @throws SmartIdInputError naming the option that breaks a rule. */
export function smartIdRouter(passport: Passport, options: SmartIdRouterOptions): Router {
  const { strategy, successRedirect = '/', notification = false } = checkOptions(options);
  const router = Router();
  const logIn = logInWith(passport, strategy, successRedirect);
  router.use('/assets', assets());
  router.use(headers);
  router.get('/', trailingSlash, (req, res) => {
    const { failed, returnTo } = req.query;
    const wish = isPathOfSite(returnTo) ? returnTo : undefined;
    const message = typeof failed === 'string' ? failureMessage(failed) : undefined;
    res.send(loginPage({ next: wish ?? successRedirect, returnTo: wish, notification, message }));
  });
  router.post(
    '/start',
    sameOriginOnly,
    json({ limit: '2kb' }),
    strategy.start((req) => startOptions(req, notification)),
    sendView,
  );
  router.get('/status', strategy.status(), sendView);
  router.post('/finish', sameOriginOnly, urlencoded({ extended: false, limit: '1kb' }), logIn);
  router.get('/callback', logIn);
  router.use(answerInputErrors);
  return router;
}

function checkOptions(options: SmartIdRouterOptions): SmartIdRouterOptions {
  const { strategy, successRedirect, notification } = options ?? {};
  if (typeof strategy?.start !== 'function') throw new SmartIdInputError('strategy', 'must be a SmartIdStrategy.');
  if (successRedirect !== undefined && (typeof successRedirect !== 'string' || successRedirect === '')) {
    throw new SmartIdInputError('successRedirect', 'must be a path or URL.');
  }
  if (notification !== undefined && typeof notification !== 'boolean') {
    throw new SmartIdInputError('notification', 'must be true or false.');
  }
  return options;
}

const headers: RequestHandler = (_req, res, next) => {
  res.set({
    'content-security-policy': contentSecurityPolicy,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  next();
};

/** Relative addresses of the page count from its folder, so its own address must end with a slash. */
const trailingSlash: RequestHandler = (req, res, next) => {
  const [path = '', query] = req.originalUrl.split(/\?(.*)/s);
  if (path.endsWith('/')) return next();
  res.redirect(`${path.slice(path.lastIndexOf('/') + 1)}/${query === undefined ? '' : `?${query}`}`);
};

/** What a visitor may choose: a person, and of two ways one. Everything else is the site's. */
function startOptions({ body }: Request, notification: boolean): StartOptions {
  const { flow = 'device-link', country, personalCode, returnTo } = (body ?? {}) as Record<string, unknown>;
  if (flow !== 'device-link' && !(flow === 'notification' && notification)) {
    throw new SmartIdInputError('flow', notification ? 'must be device-link or notification.' : 'must be device-link.');
  }
  const isNamed = country !== undefined || personalCode !== undefined || flow === 'notification';
  const person = isNamed ? personNamed(country, personalCode) : undefined;
  return {
    flow,
    identify: person === undefined ? undefined : () => ({ semanticsIdentifier: person }),
    returnTo: returnTo as string | undefined,
  };
}

const sendView: RequestHandler = ({ smartId }, res) => {
  const message = smartId?.state === 'failed' ? failureMessage(smartId.code ?? '') : undefined;
  res.json({ ...smartId, message });
};

function logInWith(passport: Passport, strategy: SmartIdStrategy, successRedirect: string): RequestHandler {
  return (req, res, next) => {
    const settle = (error: unknown, user?: Express.User | false | null, info?: unknown) => {
      if (error) return next(error);
      if (!user) {
        const { code } = (info ?? {}) as { code?: string };
        return res.redirect(`./?failed=${encodeURIComponent(visibleCode(code ?? 'not_accepted'))}`);
      }
      req.logIn(user, (failed: unknown) => {
        if (failed) return next(failed);
        res.redirect((info as SmartIdInfo).returnTo ?? successRedirect);
      });
    };
    passport.authenticate(strategy, settle)(req, res, next);
  };
}

/** What a visitor sent and must not, or too often: the site's own error handler need not hear of it. */
const answerInputErrors: ErrorRequestHandler = (error, _req, res, next) => {
  if (error instanceof SmartIdInputError) {
    res.status(error.status).json({ error: error.message, field: error.field });
  } else if (error instanceof SmartIdLimitError) {
    res.status(error.status).set('retry-after', String(error.retryAfter)).json({ error: error.message });
  } else if (/^(?:entity|encoding|charset|parameters)\./.test(error?.type)) {
    res.status(error.status).json({ error: 'The body of the request cannot be read.' });
  } else {
    next(error);
  }
};
