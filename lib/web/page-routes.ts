/** The routes that the login page and the signing page have in common. */

import { json, type Request, type RequestHandler, type Response, Router, urlencoded } from 'express';
import type { Show } from '../attempt/live-view.js';
import { isPathOfSite } from '../attempt/options.js';
import { isPrefetch, postedId, shortText } from '../attempt/parameters.js';
import type { AttemptView } from '../attempt/view.js';
import { SmartIdInputError } from '../errors.js';
import type { Undertaking } from '../outcome.js';
import { answerInputErrors, backToPage, isForm, ownFormsOnly, type ShowFailure, textOf } from './answers.js';
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
  /** As the app shows it. */
  siteName: string;
  /** Milliseconds since the epoch. */
  clock: () => number;
  content(state: PageState): PageContent;
  offersPush(req: Request): Promise<boolean>;
  /** Whether this attempt, which is not there any more, has ended well in this browser. */
  isDone(req: Request, id: string | undefined): boolean;
  /** More to tell than the view of an attempt that was just begun says: the key of a text. */
  noticeOf?(req: Request): Notice | undefined;
  start: RequestHandler;
  push?: RequestHandler;
  cancel: RequestHandler;
  status: RequestHandler;
  updates(show: Show): RequestHandler;
  /** For the form of the page and for the return from the app. */
  finish: RequestHandler;
}

/** Milliseconds before the end of which the person is warned. */
const expiringMs = 30_000;

/** Said besides what is shown, or in its place; the key of a text. */
export type Notice = 'scanFirst' | 'nothingToSign';

export function pageRoutes(routes: PageRoutes): Router {
  const { options, start, push, status, updates, finish } = routes;
  const { router: assets, folder } = createAssets();
  const router = Router();
  const sendView: RequestHandler = (req, res) => {
    const view = req.smartId as AttemptView;
    const notice = routes.noticeOf?.(req);
    if (!isForm(req)) {
      const message = notice && noticeText(notice, routes, routes.words.wordsFor(req));
      // The browser's clock may be another one.
      const expiresInMs = view.expiresAt === undefined ? undefined : view.expiresAt - routes.clock();
      return void res.json({ message, expiresInMs, ...showView(routes, view, req) });
    }
    backToPage(req, res, { id: view.id || undefined, notice, failed: view.id ? undefined : view.code });
  };
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
  router.get('/callback', notPrefetched, finish);
  router.use(answerInputErrors(showFailure));
  return router;
}

/** A page that the browser loads ahead would be shown later as it is now; without one it asks again when somebody goes there. */
const notPrefetched: RequestHandler = (req, res, next) => {
  if (isPrefetch(req)) return void res.sendStatus(503);
  next();
};

/** Without an attempt there is nothing to end: the page may not have begun one yet. */
function cancelWith({ cancel, options }: PageRoutes): RequestHandler {
  return (req, res, next) => {
    const leave = (error?: unknown) => (error ? next(error) : res.redirect(303, options.cancelRedirect ?? '/'));
    if (postedId(req) === undefined) leave();
    else void cancel(req, res, leave);
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

/** What the page is opened with. */
type Asked = Partial<Record<'failed' | 'returnTo' | 'reference' | 'id' | 'notice' | 'problem', unknown>>;

/** @param known the attempt that it is about. */
async function showPage(
  routes: PageRoutes,
  assets: string,
  req: Request,
  res: Response,
  asked: Asked,
  known?: AttemptView,
): Promise<void> {
  const { options, what, words: site, siteName, clock } = routes;
  const { successRedirect = '/', template = wholePage } = options;
  const failed = textOf(asked.failed);
  const view = isGone(known?.code) ? undefined : known;
  const wish = isPathOfSite(asked.returnTo) ? asked.returnTo : undefined;
  const next = wish ?? successRedirect;
  const code = view ? view.code : (failed ?? known?.code);
  // Another tab was faster.
  if (isGone(code) && routes.isDone(req, shortText(asked.id))) return res.redirect(next);
  const language = site.languageFor(req);
  site.remember(req, res);
  const words = site.of(language);
  const images = imagesFor(options, language);
  const notice = noticeText(asked.notice, routes, words);
  const waiting = failed !== undefined && view?.state === 'running' ? words.page.notYet : undefined;
  const isExpiring = view?.state === 'running' && (view.expiresAt ?? Infinity) - clock() <= expiringMs;
  const state: PageState = {
    words,
    language,
    languages: new Map(site.isVisitorsChoice ? site.languages.map((tag) => [tag, site.of(tag).languageName]) : []),
    siteName,
    images,
    helpLinks: helpLinksFor(options, language),
    stylesheet: options.stylesheet,
    offersCancel: options.cancelRedirect !== undefined,
    assets,
    next,
    returnTo: wish,
    reference: shortText(asked.reference),
    offersPush: await routes.offersPush(req),
    message:
      code !== undefined
        ? failureMessage(code, words, what)
        : view?.state === 'callback'
          ? words.page.goOnInOtherTab
          : (waiting ?? notice ?? (isExpiring ? words.page.expiring : undefined)),
    isCodeWrong: asked.problem === 'personalCode',
    view,
  };
  setContentSecurityPolicy(res, images, options.template !== undefined);
  res.send(await template(routes.content(state), req));
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
