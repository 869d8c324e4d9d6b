/**
 * The login page over the web's own `Request` and `Response`, which Hono, Next.js, Nuxt, SvelteKit and many others
 * have. It needs no session of the site: a cookie of its own tells the browser apart until somebody is logged in, and
 * then the site does what it does with a person who has logged in.
 */

import { LRUCache } from 'lru-cache';
import { attemptLifetimeMs } from '../attempt/attempt.js';
import { checkFunction } from '../attempt/check-options.js';
import type { KeptAttempts } from '../attempt/kept-attempts.js';
import { KeptByKey } from '../attempt/kept-by-key.js';
import { KeyedAttemptStore } from '../attempt/keyed-store.js';
import { MemoryAttemptStore } from '../attempt/memory-store.js';
import { entryOf } from '../attempt/parameters.js';
import { profileOf, type SmartIdProfile } from '../attempt/profile.js';
import { SmartIdLogin } from '../login/login.js';
import { infoOf, type SmartIdInfo } from '../login/login-info.js';
import { SmartIdInputError, SmartIdServiceError } from '../shared/errors.js';
import { warnOfUnusableService } from '../shared/log.js';
import type { ExpectedSigner } from '../verify/certificate-checks.js';
import { faultHeaders } from '../web/answers.js';
import type { DoneAttempt } from '../web/done.js';
import { answerFailedFinish } from '../web/failed-finish.js';
import { KnownBrowsers } from '../web/known-browsers.js';
import { checkLoginPageOptions, type LoginPageOptionsOf, loginPages } from '../web/login-pages.js';
import { jsonAnswer, type PageAnswer, type PageRequest, type PageSource, redirectAnswer } from '../web/page-request.js';
import { browserCookie, browserSecretIn, generateBrowserSecret } from './browser-cookie.js';
import { responseOf, sourceOf } from './messages.js';

const unusableService = 'The Smart-ID service cannot be used at the moment.';

/**
 * What a function of the site gets: the request, and what the framework has besides, as it was handed to the handler.
 */
export interface SiteContext<Context> {
  /** The visitor's request. */
  request: Request;
  /** What the site has given the handler with it. */
  context: Context;
}

/** A person about whom everything has been verified. */
export interface VerifiedPerson {
  /** Who it is, by the verified certificate. */
  profile: SmartIdProfile;
  /** How the person has logged in. */
  info: SmartIdInfo;
}

/** What the login page is told, besides the options of the pages. */
export interface SmartIdHandlerOptions<Context = undefined> extends LoginPageOptionsOf<SiteContext<Context>> {
  /**
   * One for this page, since its `callbackURL` is that of `basePath` and `/callback`. Attempts are kept in its `store`
   * where that is a `RedisAttemptStore`, else in the memory of this process.
   */
  login: SmartIdLogin;
  /** The path at which the site serves the handler, such as `/login`: everything at and below it is the handler's. */
  basePath: string;
  /**
   * Logs a verified person in: sets the site's own session. Returns headers for the answer, such as a `Set-Cookie`
   * where the framework does not add it, or nothing; or `false` to turn the person away. What it throws is thrown on,
   * and the same finish can be tried again.
   */
  logIn(person: VerifiedPerson, site: SiteContext<Context>): LoggedIn | Promise<LoggedIn>;
  /**
   * Whether this browser is logged in, so that a return from the app that is opened again, or a second tab, leads on.
   * It is asked before each of the handler's answers but the files of the page. Not for a page with `identify`: being
   * logged in is no sign there that something was confirmed.
   * @default as far as this process remembers
   */
  isLoggedIn?(site: SiteContext<Context>): boolean | Promise<boolean>;
}

/**
 * The answer to a request at or below `basePath`; 404 to what is none of the page's addresses. Rejects with what is
 * broken at the site or in its options, for the framework's error handler.
 */
export type SmartIdHandler<Context> = (
  request: Request,
  ...context: undefined extends Context ? [context?: Context] : [context: Context]
) => Promise<Response>;

/** Headers for the answer; nothing; or `false` to turn the person away. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that only sets a session returns nothing.
export type LoggedIn = HeadersInit | false | undefined | void;

interface Site<Context> extends SiteContext<Context> {
  isLoggedIn: boolean;
  /** Of the browser: what it came with, or a new one. */
  secret: string | undefined;
  /** Whether it came with one. */
  hasSecret: boolean;
  /** Set where the browser gets one with this answer. */
  freshSecret?: string;
}

/** Attempts that have ended well, which are remembered for tabs that were asleep then. */
const maxDone = 10_000;

/** @throws SmartIdInputError naming the option that breaks a rule. */
export function smartIdHandler<Context = undefined>(options: SmartIdHandlerOptions<Context>): SmartIdHandler<Context> {
  const { login, basePath, logIn, isLoggedIn, knownBrowsers, successRedirect = '/' } = options ?? {};
  if (!(login instanceof SmartIdLogin)) throw new SmartIdInputError('login', 'must be a SmartIdLogin.');
  checkBasePath(basePath);
  checkFunction('logIn', logIn);
  if (isLoggedIn !== undefined) checkFunction('isLoggedIn', isLoggedIn);
  checkLoginPageOptions(options, ['login', 'basePath', 'logIn', 'isLoggedIn'], 'smartIdHandler');
  const { steps } = login;
  const { callbackURL, clock } = steps.settings;
  const { attempts } = login.store instanceof KeyedAttemptStore ? login.store : new MemoryAttemptStore(clock);
  const known = knownBrowsers && new KnownBrowsers(knownBrowsers);
  const done = new LRUCache<string, DoneAttempt>({ max: maxDone, ttl: 2 * attemptLifetimeMs });
  const doneOf = ({ secret }: Site<Context>, id: string | undefined) => done.get(`${secret}.${id}`);
  const isHttpsOnly = callbackURL?.startsWith('https:') ?? false;

  const keptFor = (site: Site<Context>): KeptAttempts => {
    // Whoever has none finds nothing under a new one either.
    site.secret ??= generateBrowserSecret();
    return new KeptByKey(site.secret, attempts);
  };

  const pages = loginPages<Site<Context>>(
    {
      steps,
      keptFor,
      beforeStart({ site }) {
        // Each start tells the browser again, so that it has the cookie for as long as the attempt lasts.
        site.freshSecret = site.secret;
      },
      isLoggedIn: (site) => site.isLoggedIn,
      isDone: (site, id) => doneOf(site, id) !== undefined,
      finish,
    },
    options,
  );

  async function finish(
    request: PageRequest<Site<Context>>,
    expected: ExpectedSigner | undefined,
  ): Promise<PageAnswer> {
    const { site } = request;
    const entry = entryOf(request);
    const ended = await steps.finish(
      { kept: keptFor(site), entry, signal: site.request.signal },
      async (verified, { returnTo }) => {
        const person = { profile: profileOf(verified.identity), info: infoOf(verified, returnTo) };
        const headers = await logIn(person, site);
        return { isAccepted: headers !== false, answer: { ...person, headers } };
      },
      expected,
    );
    if (ended.end === 'verified' && ended.accepted.headers !== false) {
      const { info, headers } = ended.accepted;
      done.set(`${site.secret}.${ended.attempt.id}`, { id: ended.attempt.id, returnTo: info.returnTo });
      const cookies = (await known?.cookiesAfterLogin(request, info)) ?? [];
      return { ...redirectAnswer(info.returnTo ?? successRedirect), cookies, extraHeaders: new Headers(headers ?? {}) };
    }
    const { code, returnTo } =
      ended.end === 'failed'
        ? { code: ended.code, returnTo: ended.attempt?.returnTo }
        : { code: ended.end === 'absent' ? 'no_attempt' : 'not_accepted', returnTo: undefined };
    const finisher = {
      entry,
      done: doneOf(site, entry?.id),
      isLoggedIn: !expected && site.isLoggedIn,
      hasSession: site.hasSecret,
      successRedirect,
    };
    return answerFailedFinish(request, { code, returnTo }, finisher);
  }

  async function handle(request: Request, context?: Context): Promise<Response> {
    const url = new URL(request.url);
    const path = pathBelow(basePath, url.pathname);
    if (path === undefined) return new Response(null, { status: 404 });
    const isSecure = isHttpsOnly || isByHttps(request, url);
    const present = browserSecretIn(request.headers.get('cookie'), isSecure);
    const site: Site<Context> = {
      request,
      context: context as Context,
      isLoggedIn: false,
      secret: present,
      hasSecret: present !== undefined,
    };
    if (isLoggedIn && !path.startsWith('/assets/')) site.isLoggedIn = await isLoggedIn(site);
    const source = sourceOf(request, url, path, site);
    const answer = (await answerOf(source)) ?? { status: 404, headers: {} };
    const cookies = [...(answer.cookies ?? [])];
    if (site.freshSecret !== undefined) cookies.push(browserCookie(site.freshSecret, isSecure));
    return responseOf({ ...answer, cookies }, request);
  }

  /**
   * The service being out of reach is nobody's mistake here, and frameworks make a 500 of what is thrown. Why it is so
   * is for the site and not for visitors: the message may tell which keys are pinned and how the process was started.
   */
  async function answerOf(source: PageSource<Site<Context>>): Promise<PageAnswer | undefined> {
    try {
      return await pages.answer(source);
    } catch (error) {
      if (!(error instanceof SmartIdServiceError)) throw error;
      warnOfUnusableService(error);
      return jsonAnswer(error.status, { error: unusableService }, faultHeaders(error));
    }
  }

  return handle as SmartIdHandler<Context>;
}

/** Who makes it up for their own request gets a cookie that their browser does not take. */
function isByHttps({ headers }: Request, { protocol }: URL): boolean {
  const forwarded = headers.get('x-forwarded-proto')?.split(',', 1)[0]?.trim();
  return protocol === 'https:' || forwarded === 'https';
}

function checkBasePath(basePath: unknown): void {
  if (typeof basePath !== 'string' || !/^\/(?:[A-Za-z0-9._~-]+(?:\/[A-Za-z0-9._~-]+)*)?$/.test(basePath)) {
    throw new SmartIdInputError('basePath', "must be a path such as '/login', without a slash at its end.");
  }
}

/** What follows the base path: `/` for the page itself; undefined for what is elsewhere. */
function pathBelow(basePath: string, pathname: string): string | undefined {
  const base = basePath === '/' ? '' : basePath;
  if (pathname === base) return '/';
  return pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : undefined;
}
