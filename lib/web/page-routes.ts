/** The routes that the login page and the signing page have in common. */

import { json, type Request, type RequestHandler, type Response, Router, urlencoded } from 'express';
import type { Show } from '../attempt/middleware.js';
import { isPathOfSite } from '../attempt/options.js';
import { isPrefetch, postedId, shortText } from '../attempt/parameters.js';
import type { AttemptView } from '../attempt/view.js';
import { SmartIdInputError } from '../errors.js';
import type { Undertaking } from '../outcome.js';
import { answerInputErrors, backToPage, isForm, nonEmptyText, ownFormsOnly, type ShowFailure } from './answers.js';
import { createAssets } from './assets.js';
import { commonHeaders, setContentSecurityPolicy } from './headers.js';
import type { SiteWords } from './language.js';
import { type PageContent, type PageState, wholePage } from './page.js';
import { helpLinksFor, imagesFor, type PageOptions } from './page-options.js';
import { failureMessage, type Words } from './words.js';

export interface PageRoutes {
  what: Undertaking;
  options: PageOptions;
  words: SiteWords;
  /** The name by which the app shows the site. */
  siteName: string;
  /** Milliseconds since the epoch. */
  clock: () => number;
  content(state: PageState): PageContent;
  offersPush(req: Request): Promise<boolean>;
  /** Whether this attempt, which is not there any more, has ended well in this browser. */
  isDone(req: Request, id: string | undefined): boolean;
  /** What the page says besides the view of an attempt that was just begun. */
  noticeOf?(req: Request): Notice | undefined;
  start: RequestHandler;
  push?: RequestHandler;
  cancel: RequestHandler;
  status: RequestHandler;
  updates(show: Show): RequestHandler;
  /** For the form of the page and for the return from the app. */
  finish: RequestHandler;
}

/** Milliseconds before the end from which on the person is warned. The script of the page has the same. */
const expiringMs = 30_000;

/** The key of a text that the page says besides what it shows, or in its place. */
export type Notice = 'scanFirst' | 'nothingToSign';

export function pageRoutes(routes: PageRoutes): Router {
  const { options, start, push, status, updates, finish } = routes;
  const { router: assets, folder } = createAssets();
  const router = Router();
  const sendView = sendViewOf(routes);
  const form = urlencoded({ extended: false, limit: '8kb' });
  const showFailure: ShowFailure = (req, res, failed) => showPage(routes, folder, req, res, { failed });
  const ownOnly = ownFormsOnly(showFailure);
  router.use('/assets', assets);
  router.use(commonHeaders(options.template !== undefined));
  router.get('/', trailingSlash, (req, res, next) => {
    withView(status, req, res)
      .then((view) => showPage(routes, folder, req, res, req.query, view))
      .catch(next);
  });
  router.post('/start', ownOnly, json({ limit: '8kb' }), form, start, sendView);
  if (push) router.post('/push', ownOnly, json({ limit: '1kb' }), form, push, sendView);
  if (options.cancelRedirect !== undefined) router.post('/cancel', ownOnly, form, cancelWith(routes));
  router.get('/status', status, sendView);
  router.get(
    '/updates',
    updates((view, req) => showView(routes, view, req)),
  );
  router.post('/finish', ownOnly, json({ limit: '8kb' }), form, finish);
  router.get('/callback', refusePrefetch, finish);
  router.use(answerInputErrors(showFailure));
  return router;
}

/** Answers with the view in `req.smartId`: a script gets it as JSON, a form is led to the page of the attempt. */
function sendViewOf(routes: PageRoutes): RequestHandler {
  return (req, res) => {
    const view = req.smartId as AttemptView;
    const notice = routes.noticeOf?.(req);
    if (!isForm(req)) {
      const message = notice && noticeText(notice, routes, routes.words.wordsFor(req));
      // The browser's clock may differ from the server's, so the page needs a duration.
      const expiresInMs = view.expiresAt === undefined ? undefined : view.expiresAt - routes.clock();
      return void res.json({ message, expiresInMs, ...showView(routes, view, req) });
    }
    backToPage(req, res, { id: view.id || undefined, notice, failed: view.id ? undefined : view.code });
  };
}

/**
 * Refuses to be loaded ahead. A browser would show later what it got then; with an error it asks again when its user
 * goes there.
 */
const refusePrefetch: RequestHandler = (req, res, next) => {
  if (isPrefetch(req)) return void res.sendStatus(503);
  next();
};

/** Ends the attempt that the form names. It names none where the page had not begun one yet. */
function cancelWith({ cancel, options }: PageRoutes): RequestHandler {
  return (req, res, next) => {
    const redirect = (error?: unknown) => (error ? next(error) : res.redirect(303, options.cancelRedirect ?? '/'));
    if (postedId(req) === undefined) redirect();
    else void cancel(req, res, redirect);
  };
}

/** A view with its words. An attempt that another tab has finished is `done`, which only the page needs to know. */
function showView(routes: PageRoutes, view: AttemptView, req: Request): object {
  if (view.state !== 'failed') return view;
  if (view.code === 'no_attempt' && routes.isDone(req, view.id)) return { id: view.id, state: 'done' };
  return { ...view, message: failureMessage(view.code ?? '', routes.words.wordsFor(req), routes.what) };
}

/** The view of the attempt that the page was opened with, if it was: by a browser without scripts. */
function withView(status: RequestHandler, req: Request, res: Response): Promise<AttemptView | undefined> {
  if (shortText(req.query.id) === undefined) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    void status(req, res, (error?: unknown) => (error ? reject(error) : resolve(req.smartId)));
  });
}

/** What the page is opened with: its query, or what the answer to a refused form puts in place of one. */
type PageQuery = Partial<Record<'failed' | 'returnTo' | 'reference' | 'id' | 'notice' | 'problem', unknown>>;

/** @param found the attempt that the query names, as its status says. */
async function showPage(
  routes: PageRoutes,
  assets: string,
  req: Request,
  res: Response,
  query: PageQuery,
  found?: AttemptView,
): Promise<void> {
  const { options, words: siteWords, siteName } = routes;
  const { successRedirect = '/', template = wholePage } = options;
  const view = isGone(found?.code) ? undefined : found;
  const returnTo = isPathOfSite(query.returnTo) ? query.returnTo : undefined;
  const next = returnTo ?? successRedirect;
  const code = view ? view.code : (nonEmptyText(query.failed) ?? found?.code);
  // Another tab was faster.
  if (isGone(code) && routes.isDone(req, shortText(query.id))) return res.redirect(next);
  const language = siteWords.languageFor(req);
  siteWords.remember(req, res);
  const words = siteWords.of(language);
  const images = imagesFor(options, language);
  const state: PageState = {
    words,
    language,
    languages: languagesToChoose(siteWords),
    siteName,
    images,
    helpLinks: helpLinksFor(options, language),
    stylesheet: options.stylesheet,
    offersCancel: options.cancelRedirect !== undefined,
    assets,
    next,
    returnTo,
    reference: shortText(query.reference),
    offersPush: await routes.offersPush(req),
    message: messageFor(routes, words, query, code, view),
    isCodeWrong: query.problem === 'personalCode',
    view,
  };
  setContentSecurityPolicy(res, images, options.template !== undefined);
  res.send(await template(routes.content(state), req));
}

function languagesToChoose(siteWords: SiteWords): Map<string, string> {
  const languages = siteWords.isVisitorsChoice ? siteWords.languages : [];
  return new Map(languages.map((language) => [language, siteWords.of(language).languageName]));
}

/**
 * What the page says at first. It says one thing: a failure before what the person can do now, and that before a
 * warning.
 */
function messageFor(
  routes: PageRoutes,
  words: Words,
  query: PageQuery,
  code: string | undefined,
  view: AttemptView | undefined,
): string | undefined {
  const { page } = words;
  if (code !== undefined) return failureMessage(code, words, routes.what);
  if (view?.state === 'callback') return page.goOnInOtherTab;
  const isRunning = view?.state === 'running';
  // A finish failed while the attempt is still open: the person has not confirmed yet.
  if (isRunning && nonEmptyText(query.failed) !== undefined) return page.notYet;
  const notice = noticeText(query.notice, routes, words);
  if (notice !== undefined) return notice;
  return isRunning && isExpiring(view, routes.clock) ? page.expiring : undefined;
}

function isExpiring({ expiresAt = Infinity }: AttemptView, clock: () => number): boolean {
  return expiresAt - clock() <= expiringMs;
}

/** Whether a code says that an attempt is not there any more, which may be because it has ended well. */
function isGone(code: string | undefined): boolean {
  return code === 'no_attempt' || code === 'already_used';
}

/** What a notice says; nothing where it is none of this page. */
function noticeText(notice: unknown, { what }: PageRoutes, { login, signing }: Words): string | undefined {
  if (what === 'login') return notice === 'scanFirst' ? login.scanFirst : undefined;
  return notice === 'nothingToSign' ? signing.nothingToSign : undefined;
}

/** @throws SmartIdInputError where a visitor asks for a flow that is not offered. */
export function flowOffered(flow: unknown, notification: boolean): 'device-link' | 'notification' {
  if (flow === undefined || flow === 'device-link') return 'device-link';
  if (flow === 'notification' && notification) return flow;
  throw new SmartIdInputError('flow', notification ? 'must be device-link or notification.' : 'must be device-link.');
}

/** Relative addresses of the page count from its folder, so its own address must end with a slash. */
const trailingSlash: RequestHandler = (req, res, next) => {
  const [path = '', query] = req.originalUrl.split(/\?(.*)/s);
  if (path.endsWith('/')) return next();
  // With the dot, a segment such as `http:elsewhere` is none but a folder here.
  res.redirect(`./${path.slice(path.lastIndexOf('/') + 1)}/${query === undefined ? '' : `?${query}`}`);
};
