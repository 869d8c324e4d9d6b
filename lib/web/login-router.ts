/** The login page of an Express site: `app.use('/login', smartIdRouter(passport, { strategy }))`. */

import type { Request, RequestHandler } from 'express';
import type { PassportStatic } from 'passport';
import { entryOf } from '../attempt/parameters.js';
import { checkSessionCookie } from '../attempt/session-cookie.js';
import { requireWebSession } from '../attempt/web-session.js';
import { SmartIdInputError } from '../errors.js';
import type { SmartIdInfo } from '../login-info.js';
import type { Failure } from '../outcome.js';
import { semanticsIdentifierOf } from '../protocol/document-number.js';
import type { SmartIdStrategy } from '../strategy.js';
import type { ExpectedSigner } from '../verify/certificate-checks.js';
import { doneAttempt, rememberDone } from './done.js';
import { pagesHandler } from './express.js';
import { answerFailedFinish } from './failed-finish.js';
import { KnownBrowsers } from './known-browsers.js';
import { checkLoginPageOptions, type LoginPageOptionsOf, loginPages } from './login-pages.js';
import { type PageAnswer, type PageRequest, redirectAnswer } from './page-request.js';

/** The site's passport, or an `Authenticator` of its own. */
type Passport = Pick<PassportStatic, 'authenticate'>;

export interface SmartIdRouterOptions extends LoginPageOptionsOf<Request> {
  strategy: SmartIdStrategy;
  /**
   * Whether what the session held before the login, such as a shopping cart, is still there after it. Default `false`,
   * as Passport's own option of this name: the session begins anew.
   */
  keepSessionInfo?: boolean;
}

/** @throws SmartIdInputError naming the option that breaks a rule. */
export function smartIdRouter(passport: Passport, options: SmartIdRouterOptions): RequestHandler {
  const { strategy, keepSessionInfo } = options ?? {};
  if (typeof strategy?.start !== 'function') throw new SmartIdInputError('strategy', 'must be a SmartIdStrategy.');
  if (keepSessionInfo !== undefined && typeof keepSessionInfo !== 'boolean') {
    throw new SmartIdInputError('keepSessionInfo', 'must be true or false.');
  }
  checkLoginPageOptions(options, ['strategy', 'keepSessionInfo'], 'smartIdRouter');
  const { steps, callbackURL } = strategy;
  const pages = loginPages<Request>(
    {
      steps,
      keptFor: (req) => strategy.keptFor(req),
      checkStart: (req) => checkSessionCookie(req, callbackURL !== undefined),
      identify: (req) => strategy.identify(req),
      isLoggedIn,
      isDone: (req, id) => doneAttempt(req, id) !== undefined,
      finish: (request, expected) => logIn(passport, options, request, expected),
    },
    options,
  );
  return pagesHandler(pages);
}

function isLoggedIn(req: Request): boolean {
  return req.isAuthenticated?.() === true;
}

/** By Passport, as any other strategy. */
async function logIn(
  passport: Passport,
  { strategy, successRedirect = '/', keepSessionInfo = false, knownBrowsers }: SmartIdRouterOptions,
  request: PageRequest<Request>,
  expected: ExpectedSigner | undefined,
): Promise<PageAnswer> {
  const { site: req } = request;
  const entry = entryOf(req);
  const { user, info } = await authenticate(passport, strategy, req, expected);
  if (!user) {
    const { code = 'not_accepted', returnTo } = (info ?? {}) as Partial<Failure>;
    return answerFailedFinish(
      request,
      { code, returnTo },
      {
        entry,
        done: doneAttempt(req, entry?.id),
        isLoggedIn: isLoggedIn(req),
        hasSession: requireWebSession(req).wasStored,
        successRedirect,
      },
    );
  }
  await new Promise<void>((resolve, reject) => {
    req.logIn(user, { keepSessionInfo, session: true }, (error: unknown) => (error ? reject(error) : resolve()));
  });
  const told = info as SmartIdInfo;
  if (entry) rememberDone(req, { id: entry.id, returnTo: told.returnTo });
  const answer = redirectAnswer(told.returnTo ?? successRedirect, 302);
  const cookie = knownBrowsers && (await rememberingCookie(request, told, new KnownBrowsers(knownBrowsers)));
  return cookie === undefined ? answer : { ...answer, cookies: [cookie] };
}

interface Authenticated {
  user?: Express.User | false | null;
  info?: unknown;
}

function authenticate(
  passport: Passport,
  strategy: SmartIdStrategy,
  req: Request,
  expected: ExpectedSigner | undefined,
): Promise<Authenticated> {
  return new Promise((resolve, reject) => {
    const settle = (error: unknown, user?: Express.User | false | null, info?: unknown) =>
      error ? reject(error) : resolve({ user, info });
    const options = expected ? { identify: () => expected } : {};
    passport.authenticate(strategy, options, settle)(req, req.res, reject);
  });
}

/** The login stands also where the browser cannot be remembered: the next push there is a QR code again. */
async function rememberingCookie(
  request: PageRequest<Request>,
  { flowType, documentNumber }: SmartIdInfo,
  known: KnownBrowsers,
): Promise<string | undefined> {
  if (flowType === 'Notification') return undefined;
  try {
    // What is known of a login may be in the site's own words.
    return await known.rememberingCookie(request, semanticsIdentifierOf(documentNumber));
  } catch {
    return undefined;
  }
}
