/** The routes that the login page and the signing page have in common. */

import {
  type ErrorRequestHandler,
  json,
  type Request,
  type RequestHandler,
  type Response,
  Router,
  urlencoded,
} from 'express';
import { isPathOfSite } from '../attempt/options.js';
import { SmartIdInputError, SmartIdLimitError } from '../errors.js';
import { assets } from './assets.js';
import { sameOriginOnly } from './same-origin.js';
import { failureMessage } from './words.js';

export interface PageRoutes {
  what: Parameters<typeof failureMessage>[1];
  /** Where the page goes when another tab has finished and it was not opened with `?returnTo=`. */
  successRedirect: string;
  page(req: Request, shown: { next: string; returnTo?: string; message?: string }): string | Promise<string>;
  start: RequestHandler;
  status: RequestHandler;
  /** For the form of the page and for the return from the app. */
  finish: RequestHandler;
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

export function pageRoutes({ what, successRedirect, page, start, status, finish }: PageRoutes): Router {
  const router = Router();
  const sendView: RequestHandler = ({ smartId }, res) => {
    const message = smartId?.state === 'failed' ? failureMessage(smartId.code ?? '', what) : undefined;
    res.json({ ...smartId, message });
  };
  router.use('/assets', assets());
  router.use(headers);
  router.get('/', trailingSlash, (req, res, next) => {
    const { failed, returnTo } = req.query;
    const wish = isPathOfSite(returnTo) ? returnTo : undefined;
    const message = typeof failed === 'string' ? failureMessage(failed, what) : undefined;
    Promise.resolve(page(req, { next: wish ?? successRedirect, returnTo: wish, message }))
      .then((html) => res.send(html))
      .catch(next);
  });
  router.post('/start', sameOriginOnly, json({ limit: '8kb' }), start, sendView);
  router.get('/status', status, sendView);
  router.post('/finish', sameOriginOnly, urlencoded({ extended: false, limit: '1kb' }), finish);
  router.get('/callback', finish);
  router.use(answerInputErrors);
  return router;
}

/** Back to the page, which says what happened. The code is one that visitors may see. */
export function redirectToFailure(res: Response, code: string, more: Record<string, string> = {}): void {
  res.redirect(`./?${new URLSearchParams({ failed: code, ...more })}`);
}

/** @throws SmartIdInputError naming the option that breaks a rule. */
export function checkPageOptions({
  successRedirect,
  notification,
}: {
  successRedirect?: string;
  notification?: boolean;
}): void {
  if (successRedirect !== undefined && (typeof successRedirect !== 'string' || successRedirect === '')) {
    throw new SmartIdInputError('successRedirect', 'must be a path or URL.');
  }
  if (notification !== undefined && typeof notification !== 'boolean') {
    throw new SmartIdInputError('notification', 'must be true or false.');
  }
}

/** @throws SmartIdInputError where a visitor asks for a flow that is not offered. */
export function flowOffered(flow: unknown, notification: boolean): 'device-link' | 'notification' {
  if (flow === undefined || flow === 'device-link') return 'device-link';
  if (flow === 'notification' && notification) return flow;
  throw new SmartIdInputError('flow', notification ? 'must be device-link or notification.' : 'must be device-link.');
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

/** What visitors send. Where anything else breaks a rule it is the site's own mistake, of which its error handler must hear. */
const visitorFields = new Set(['id', 'flow', 'country', 'personalCode', 'returnTo']);

/** What a visitor sent and must not, or too often: the site's own error handler need not hear of it. */
const answerInputErrors: ErrorRequestHandler = (error, _req, res, next) => {
  if (error instanceof SmartIdInputError && visitorFields.has(error.field)) {
    res.status(error.status).json({ error: error.message, field: error.field });
  } else if (error instanceof SmartIdLimitError) {
    res.status(error.status).set('retry-after', String(error.retryAfter)).json({ error: error.message });
  } else if (/^(?:entity|encoding|charset|parameters)\./.test(error?.type)) {
    res.status(error.status).json({ error: 'The body of the request cannot be read.' });
  } else {
    next(error);
  }
};
