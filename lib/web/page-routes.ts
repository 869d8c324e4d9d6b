/** The routes that the login page and the signing page have in common, over plain values. */

import type { ViewListener } from '../attempt/live-view.js';
import { isPrefetch, postedId, requirePostedId, requireQueryId, shortText } from '../attempt/parameters.js';
import { isPathOfSite } from '../attempt/start-options.js';
import type { AttemptView } from '../attempt/view.js';
import type { Undertaking } from '../shared/undertaking.js';
import { answerInputError, backToPage, nonEmptyText, type ShowFailure } from './answers.js';
import { type Assets, createAssets } from './assets.js';
import { failureMessage } from './failure-message.js';
import { contentSecurityPolicy, policyHeader } from './headers.js';
import { parameters } from './html.js';
import type { SiteWords } from './language.js';
import { type Offer, type PageContent, type PageFrame, type PageState, wholePage } from './page.js';
import { downloadedDocument, type PageDocument, shownDocument } from './page-document.js';
import { isGone, messageFor, type Notice, noticeText } from './page-message.js';
import { helpLinksFor, imagesFor, type PageOptionsOf } from './page-options.js';
import {
  htmlAnswer,
  isForm,
  jsonAnswer,
  type PageAnswer,
  type PageRequest,
  type PageSource,
  redirectAnswer,
} from './page-request.js';
import { isOfSameOrigin, refusalMessage } from './same-origin.js';
import { signedContent } from './signed-page.js';

/** What the routes do, for a login or a signing. */
export interface PageActions<Site> {
  what: Undertaking;
  /** The name by which the app shows the site. */
  siteName: string;
  /** Milliseconds since the epoch. */
  clock: () => number;
  content(state: PageState): PageContent;
  offer(request: PageRequest<Site>): Promise<Offer>;
  /** Whether this attempt, which is not there any more, has ended well in this browser. */
  isDone(request: PageRequest<Site>, id: string | undefined): boolean;
  /** What the page says besides the view of an attempt that was just begun. */
  noticeOf?(request: PageRequest<Site>, view: AttemptView): Notice | undefined;
  /** Undefined where there is nothing to begin. */
  start(request: PageRequest<Site>): Promise<AttemptView | undefined>;
  push?(request: PageRequest<Site>, id: string): Promise<AttemptView>;
  cancel(request: PageRequest<Site>, id: string): Promise<unknown>;
  status(request: PageRequest<Site>, id: string): Promise<AttemptView>;
  listen(request: PageRequest<Site>, id: string, createListener: () => ViewListener): Promise<void>;
  /** For the form of the page and for the return from the app. */
  finish(request: PageRequest<Site>): Promise<PageAnswer>;
  /** Where documents are shown before they are signed: the one that the query names. */
  documentToSign?(request: PageRequest<Site>): Promise<PageDocument | undefined>;
  /** Where what was signed is given to those who have signed it. */
  signed?: SignedActions<Site>;
}

/** What a page does for somebody who has signed. */
export interface SignedActions<Site> {
  /** Where this has led on to; undefined where it has not ended well in this browser. */
  nextAfter(request: PageRequest<Site>, id: string): string | undefined;
  /** What was signed; undefined where it has not ended well in this browser, or where there is nothing to give. */
  document(request: PageRequest<Site>, id: string): Promise<PageDocument | undefined>;
}

/** Where a browser that has signed gets what it has signed, relative to the page. */
export function signedAddress(id: string): string {
  return `signed?${parameters({ id })}`;
}

/** Of all answers but those pages whose images come from elsewhere. */
const policyWithoutImages = contentSecurityPolicy();

/** Undefined where there is nothing at this address. */
type Handler<Site> = (request: PageRequest<Site>) => Promise<PageAnswer | undefined>;

export class PageRoutes<Site> {
  private readonly assets: Assets = createAssets();
  private readonly routes: ReadonlyMap<string, Handler<Site>>;

  constructor(
    private readonly actions: PageActions<Site>,
    private readonly options: PageOptionsOf<Site>,
    private readonly siteWords: SiteWords<Site>,
  ) {
    const routes = new Map<string, Handler<Site>>([
      ['GET /', (request) => this.open(request)],
      ['POST /start', (request) => this.start(request)],
      [
        'GET /status',
        async (request) => this.viewAnswer(request, await this.actions.status(request, requireQueryId(request))),
      ],
      ['GET /updates', (request) => this.events(request)],
      ['POST /finish', (request) => this.actions.finish(request)],
      ['GET /callback', (request) => this.callback(request)],
    ]);
    const { push, documentToSign, signed } = actions;
    if (documentToSign) {
      routes.set('GET /document', async (request) => {
        const document = await documentToSign(request);
        return document && shownDocument(document);
      });
    }
    if (signed) {
      routes.set('GET /signed', (request) => this.showSigned(request, signed));
      routes.set('GET /signed-document', async (request) => {
        const document = await signed.document(request, requireQueryId(request));
        return document && downloadedDocument(document);
      });
    }
    if (push) {
      routes.set('POST /push', async (request) =>
        this.viewAnswer(request, await push(request, requirePostedId(request))),
      );
    }
    if (options.cancelRedirect !== undefined) routes.set('POST /cancel', (request) => this.cancel(request));
    this.routes = routes;
  }

  /**
   * The answer to a request; undefined where there is no such route.
   * @throws what is broken, for the site's error handler.
   */
  async answer(source: PageSource<Site>): Promise<PageAnswer | undefined> {
    const method = source.method === 'HEAD' ? 'GET' : source.method;
    // A callback URL may end with a slash.
    const route = this.routes.get(`${method} ${source.path.replace(/(?<=[^/])\/$/, '')}`);
    if (!route) return method === 'GET' ? this.assets.answer(source.path) : undefined;
    const request = { ...source, body: {} };
    const showFailure = this.failureShown(request);
    // Nothing that another site has made its visitor send is read.
    if (method === 'POST' && !isOfSameOrigin(source)) {
      return this.hardened(
        isForm(source) ? await showFailure(403, 'not_from_page') : jsonAnswer(403, { error: refusalMessage }),
      );
    }
    try {
      if (method === 'POST') request.body = await source.readBody();
      const answer = await route(request);
      return answer && this.hardened(answer);
    } catch (error) {
      return this.hardened(await answerInputError(error, request, showFailure));
    }
  }

  private failureShown(request: PageRequest<Site>): ShowFailure {
    return (status, failed) => this.show(request, { failed }, undefined, status);
  }

  private hardened(answer: PageAnswer): PageAnswer {
    const headers = { [policyHeader]: policyWithoutImages, 'x-content-type-options': 'nosniff' };
    const keepsSitePolicy = this.options.template !== undefined;
    return { keepsSitePolicy, ...answer, headers: { ...headers, ...answer.headers } };
  }

  private async open(request: PageRequest<Site>): Promise<PageAnswer> {
    const folder = withTrailingSlash(request.originalUrl);
    if (folder !== undefined) return redirectAnswer(folder, 302);
    const id = shortText(request.query.id);
    // That of an attempt that was begun by a browser without scripts.
    const view = id === undefined ? undefined : await this.actions.status(request, id);
    return this.show(request, request.query, view);
  }

  private async start(request: PageRequest<Site>): Promise<PageAnswer> {
    const view = await this.actions.start(request);
    if (view) return this.viewAnswer(request, view);
    if (isForm(request)) return backToPage(request, { notice: 'nothingToSign' });
    return jsonAnswer(404, { error: this.siteWords.wordsFor(request).signing.nothingToSign });
  }

  /** A script gets a view as JSON, a form is led to the page of the attempt. */
  private viewAnswer(request: PageRequest<Site>, view: AttemptView): PageAnswer {
    const { actions, siteWords } = this;
    const notice = actions.noticeOf?.(request, view);
    if (isForm(request)) {
      return backToPage(request, { id: view.id || undefined, notice, failed: view.id ? undefined : view.code });
    }
    const message = notice && noticeText(notice, actions.what, siteWords.wordsFor(request));
    // The browser's clock may differ from the server's, so the page needs a duration.
    const expiresInMs = view.expiresAt === undefined ? undefined : view.expiresAt - actions.clock();
    return jsonAnswer(200, { message, expiresInMs, ...this.shown(request, view) });
  }

  /** A view with its words. An attempt that another tab has finished is `done`, which only the page needs to know. */
  private shown(request: PageRequest<Site>, view: AttemptView): object {
    const { actions, siteWords } = this;
    const { id, state, code = '' } = view;
    if (state !== 'failed') return view;
    if (code === 'no_attempt' && actions.isDone(request, id)) {
      return { id, state: 'done', next: actions.signed && signedAddress(id) };
    }
    return { ...view, message: failureMessage(code, siteWords.wordsFor(request), actions.what) };
  }

  private async events(request: PageRequest<Site>): Promise<PageAnswer> {
    const id = requireQueryId(request);
    return {
      status: 200,
      headers: {},
      events: async (createListener) => {
        const textOf = (view: AttemptView) => JSON.stringify(this.shown(request, view));
        try {
          await this.actions.listen(request, id, () => createListener(textOf));
          return undefined;
        } catch (error) {
          return this.hardened(await answerInputError(error, request, this.failureShown(request)));
        }
      },
    };
  }

  /** Ends the attempt that the form names. It names none where the page had not begun one yet. */
  private async cancel(request: PageRequest<Site>): Promise<PageAnswer> {
    const id = postedId(request);
    if (id !== undefined) await this.actions.cancel(request, id);
    return redirectAnswer(this.options.cancelRedirect ?? '/');
  }

  /**
   * Refuses to be loaded ahead. A browser would show later what it got then; with an error it asks again when its user
   * goes there.
   */
  private async callback(request: PageRequest<Site>): Promise<PageAnswer> {
    return isPrefetch(request) ? jsonAnswer(503, {}) : this.actions.finish(request);
  }

  /** @param found the attempt that the query names, as its status says. */
  private async show(
    request: PageRequest<Site>,
    query: PageQuery,
    found?: AttemptView,
    status = 200,
  ): Promise<PageAnswer> {
    const { actions, options } = this;
    const { successRedirect = '/' } = options;
    const view = isGone(found?.code) ? undefined : found;
    const returnTo = isPathOfSite(query.returnTo) ? query.returnTo : undefined;
    const next = returnTo ?? successRedirect;
    const code = view ? view.code : (nonEmptyText(query.failed) ?? found?.code);
    // Another tab was faster.
    const id = shortText(query.id);
    if (isGone(code) && actions.isDone(request, id)) {
      return redirectAnswer(actions.signed && id !== undefined ? `./${signedAddress(id)}` : next, 302);
    }
    const frame = this.frameFor(request);
    const { words, language } = frame;
    const state: PageState = {
      ...frame,
      ...(await actions.offer(request)),
      helpLinks: helpLinksFor(options, language),
      offersCancel: options.cancelRedirect !== undefined,
      next,
      returnTo,
      reference: shortText(query.reference),
      message: messageFor(actions, words, { code, failed: query.failed, notice: query.notice, view }),
      isCodeWrong: query.problem === 'personalCode',
      view,
    };
    return this.pageAnswer(request, frame, actions.content(state), status);
  }

  /** Leads on where the site has nothing to give, and back to the page where this browser has not signed this. */
  private async showSigned(request: PageRequest<Site>, signed: SignedActions<Site>): Promise<PageAnswer> {
    const id = requireQueryId(request);
    const next = signed.nextAfter(request, id);
    if (next === undefined) return backToPage(request, { failed: 'no_attempt' });
    const document = await signed.document(request, id);
    if (!document) return redirectAnswer(next, 302);
    const frame = this.frameFor(request);
    return this.pageAnswer(request, frame, signedContent({ ...frame, id, next, name: document.name }));
  }

  private frameFor(request: PageRequest<Site>): PageFrame {
    const { actions, options, siteWords, assets } = this;
    const language = siteWords.languageFor(request);
    return {
      words: siteWords.of(language),
      language,
      languages: this.languagesToChoose(),
      siteName: actions.siteName,
      images: imagesFor(options, language),
      stylesheet: options.stylesheet,
      assets: assets.folder,
    };
  }

  private async pageAnswer(
    request: PageRequest<Site>,
    { images }: PageFrame,
    content: PageContent,
    status = 200,
  ): Promise<PageAnswer> {
    const { template = wholePage } = this.options;
    const html = await template(content, request.site);
    const answer = htmlAnswer(status, html, { [policyHeader]: contentSecurityPolicy(images) });
    const cookie = this.siteWords.cookieFor(request);
    return cookie === undefined ? answer : { ...answer, cookies: [cookie] };
  }

  private languagesToChoose(): Map<string, string> {
    const { siteWords } = this;
    const languages = siteWords.isVisitorsChoice ? siteWords.languages : [];
    return new Map(languages.map((language) => [language, siteWords.of(language).languageName]));
  }
}

/** What the page is opened with: its query, or what the answer to a refused form puts in place of one. */
type PageQuery = Partial<Record<'failed' | 'returnTo' | 'reference' | 'id' | 'notice' | 'problem', unknown>>;

/**
 * Relative addresses of the page count from its folder, so its own address must end with a slash. Where it does not:
 * the address, relative to itself, that does.
 */
function withTrailingSlash(originalUrl: string): string | undefined {
  const [path = '', query] = originalUrl.split(/\?(.*)/s);
  if (path.endsWith('/')) return undefined;
  // With the dot, a segment such as `http:elsewhere` is none but a folder here.
  return `./${path.slice(path.lastIndexOf('/') + 1)}/${query === undefined ? '' : `?${query}`}`;
}
