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
import type { Show } from '../attempt/live-view.js';
import { isPathOfSite } from '../attempt/options.js';
import { shortText } from '../attempt/parameters.js';
import type { AttemptView } from '../attempt/view.js';
import { SmartIdInputError, SmartIdLimitError } from '../errors.js';
import type { Undertaking } from '../outcome.js';
import { createAssets } from './assets.js';
import { type PageContent, type PageState, parameters, wholePage } from './page.js';
import { sameOriginOnly } from './same-origin.js';
import {
  checkLanguage,
  failureMessage,
  type LanguageOption,
  languageOf,
  rememberLanguage,
  type Words,
  wordsOf,
} from './words.js';

/** What both routers can be told of their pages. */
export interface PageOptions {
  /** Where a person goes afterwards when the page was not opened with `?returnTo=`. Default `/`. */
  successRedirect?: string;
  /**
   * The language of the page, of the page behind the link and of the messages. Default: what the visitor chooses on the page, else
   * what the browser prefers, else English.
   */
  language?: LanguageOption;
  /**
   * The site's own page around the content. A Content-Security-Policy that the site has set before stays then; it must allow
   * scripts, styles and connections of the site itself, and nothing else is needed.
   */
  template?: (content: PageContent, req: Request) => string | Promise<string>;
}

export interface PageRoutes {
  what: Undertaking;
  options: PageOptions;
  content(state: PageState): PageContent;
  offersPush(req: Request): Promise<boolean>;
  /** Whether this attempt, which is not there any more, has ended well in this browser. */
  isDone(req: Request, id: string | undefined): boolean;
  /** More to tell than the view of an attempt that was just begun says: the key of a text. */
  noticeOf?(req: Request): Notice | undefined;
  start: RequestHandler;
  push?: RequestHandler;
  status: RequestHandler;
  updates(show: Show): RequestHandler;
  /** For the form of the page and for the return from the app. */
  finish: RequestHandler;
}

/** Said besides what is shown, or in its place; the key of a text. */
export type Notice = 'scanFirst' | 'nothingToSign';

/**
 * Without `form-action`: browsers would hold against it also where the site leads from its own page after a login, such as an
 * identity provider back to the site that has asked.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function pageRoutes(routes: PageRoutes): Router {
  const { options, start, push, status, updates, finish } = routes;
  const { router: assets, folder } = createAssets();
  const router = Router();
  const sendView: RequestHandler = (req, res) => {
    const view = req.smartId as AttemptView;
    const notice = routes.noticeOf?.(req);
    if (!isForm(req)) {
      const shown = showView(routes, view, req);
      return void res.json(notice ? { ...shown, message: noticeText(notice, routes, wordsFor(routes, req)) } : shown);
    }
    backToPage(req, res, { id: view.id || undefined, notice, failed: view.id ? undefined : view.code });
  };
  const form = urlencoded({ extended: false, limit: '8kb' });
  router.use('/assets', assets);
  router.use(headers(options));
  router.get('/', trailingSlash, (req, res, next) => {
    withView(status, req, res)
      .then((view) => showPage(routes, folder, req, res, view))
      .catch(next);
  });
  router.post('/start', sameOriginOnly, json({ limit: '8kb' }), form, start, sendView);
  if (push) router.post('/push', sameOriginOnly, json({ limit: '1kb' }), form, push, sendView);
  router.get('/status', status, sendView);
  router.get(
    '/updates',
    updates((view, req) => showView(routes, view, req)),
  );
  router.post('/finish', sameOriginOnly, form, finish);
  router.get('/callback', finish);
  router.use(answerInputErrors);
  return router;
}

/** A view with its words. An attempt that another tab has finished is `done`, which only the page needs to know. */
function showView(routes: PageRoutes, view: AttemptView, req: Request): object {
  if (view.state !== 'failed') return view;
  if (view.code === 'no_attempt' && routes.isDone(req, view.id)) return { id: view.id, state: 'done' };
  return { ...view, message: failureMessage(view.code ?? '', wordsFor(routes, req), routes.what) };
}

/** The view of the attempt that the page was opened with, if it was: by a browser without scripts. */
function withView(status: RequestHandler, req: Request, res: Response): Promise<AttemptView | undefined> {
  if (shortText(req.query.id) === undefined) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    void status(req, res, (error?: unknown) => (error ? reject(error) : resolve(req.smartId)));
  });
}

async function showPage(
  routes: PageRoutes,
  assets: string,
  req: Request,
  res: Response,
  known: AttemptView | undefined,
): Promise<void> {
  const { options, what } = routes;
  const { successRedirect = '/', template = wholePage } = options;
  const failed = textOf(req.query.failed);
  const view = isGone(known?.code) ? undefined : known;
  const wish = isPathOfSite(req.query.returnTo) ? req.query.returnTo : undefined;
  const next = wish ?? successRedirect;
  const code = view ? view.code : (failed ?? known?.code);
  // Another tab was faster.
  if (isGone(code) && routes.isDone(req, shortText(req.query.id))) return res.redirect(next);
  const language = languageOf(req, options.language);
  if (options.language === undefined) rememberLanguage(req, res);
  const words = wordsOf[language];
  const notice = noticeText(req.query.notice, routes, words);
  const waiting = failed !== undefined && view?.state === 'running' ? words.page.notYet : undefined;
  const state: PageState = {
    words,
    language,
    offersLanguages: options.language === undefined,
    assets,
    next,
    returnTo: wish,
    reference: shortText(req.query.reference),
    offersPush: await routes.offersPush(req),
    message:
      code !== undefined
        ? failureMessage(code, words, what)
        : view?.state === 'callback'
          ? words.page.goOnInOtherTab
          : (waiting ?? notice),
    isCodeWrong: req.query.problem === 'personalCode',
    view,
  };
  res.send(await template(routes.content(state), req));
}

/** Whether a code says that an attempt is not there any more, which may be because it has ended well. */
function isGone(code: string | undefined): boolean {
  return code === 'no_attempt' || code === 'already_used';
}

function wordsFor({ options }: PageRoutes, req: Request): Words {
  return wordsOf[languageOf(req, options.language)];
}

/** What a notice says; nothing where it is none of this page. */
function noticeText(notice: unknown, { what }: PageRoutes, { login, signing }: Words): string | undefined {
  if (what === 'login') return notice === 'scanFirst' ? login.scanFirst : undefined;
  return notice === 'nothingToSign' ? signing.nothingToSign : undefined;
}

/** Whether the page was used without its script. */
export function isForm(req: Request): boolean {
  return req.method === 'POST' && Boolean(req.is('urlencoded'));
}

/** Back to the page, which says what happened. What a form has sent goes along, but for what it says of a person. */
export function backToPage(
  req: Request,
  res: Response,
  { returnTo, reference, ...more }: Record<string, string | undefined>,
): void {
  const body = (req.body ?? {}) as Record<string, unknown>;
  const sent = {
    lang: textOf(body.lang),
    reference: reference ?? shortText(body.reference),
    returnTo: returnTo ?? (isPathOfSite(body.returnTo) ? body.returnTo : undefined),
  };
  res.redirect(303, `./?${parameters({ ...more, ...sent })}`);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** @throws SmartIdInputError naming the option that breaks a rule. */
export function checkPageOptions(options: PageOptions & { notification?: boolean }): void {
  const { successRedirect, notification, language, template } = options;
  if (successRedirect !== undefined && (typeof successRedirect !== 'string' || successRedirect === '')) {
    throw new SmartIdInputError('successRedirect', 'must be a path or URL.');
  }
  if (notification !== undefined && typeof notification !== 'boolean') {
    throw new SmartIdInputError('notification', 'must be true or false.');
  }
  if (language !== undefined && typeof language !== 'function') checkLanguage(language);
  if (template !== undefined && typeof template !== 'function') {
    throw new SmartIdInputError('template', 'must be a function.');
  }
}

/** @throws SmartIdInputError where a visitor asks for a flow that is not offered. */
export function flowOffered(flow: unknown, notification: boolean): 'device-link' | 'notification' {
  if (flow === undefined || flow === 'device-link') return 'device-link';
  if (flow === 'notification' && notification) return flow;
  throw new SmartIdInputError('flow', notification ? 'must be device-link or notification.' : 'must be device-link.');
}

function headers({ template }: PageOptions): RequestHandler {
  return (_req, res, next) => {
    res.set({
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
    const isOfSite = template !== undefined && res.get('content-security-policy') !== undefined;
    if (!isOfSite) res.set('content-security-policy', contentSecurityPolicy);
    next();
  };
}

/** Relative addresses of the page count from its folder, so its own address must end with a slash. */
const trailingSlash: RequestHandler = (req, res, next) => {
  const [path = '', query] = req.originalUrl.split(/\?(.*)/s);
  if (path.endsWith('/')) return next();
  // With the dot, a segment such as `http:elsewhere` is none but a folder here.
  res.redirect(`./${path.slice(path.lastIndexOf('/') + 1)}/${query === undefined ? '' : `?${query}`}`);
};

/** What visitors send. Where anything else breaks a rule it is the site's own mistake, of which its error handler must hear. */
const visitorFields = new Set(['id', 'flow', 'country', 'personalCode', 'returnTo']);

/** What a visitor sent and must not, or too often: the site's own error handler need not hear of it. */
const answerInputErrors: ErrorRequestHandler = (error, req, res, next) => {
  if (error instanceof SmartIdInputError && visitorFields.has(error.field)) {
    if (isForm(req) && error.field === 'personalCode') return backToPage(req, res, { problem: error.field });
    res.status(error.status).json({ error: error.message, field: error.field });
  } else if (error instanceof SmartIdLimitError) {
    if (isForm(req)) return backToPage(req, res, { failed: 'too_many_starts' });
    res.status(error.status).set('retry-after', String(error.retryAfter)).json({ error: error.message });
  } else if (/^(?:entity|encoding|charset|parameters)\./.test(error?.type)) {
    res.status(error.status).json({ error: 'The body of the request cannot be read.' });
  } else {
    next(error);
  }
};
