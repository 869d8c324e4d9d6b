/** The login page of a site with Passport and a session on the server, whichever framework they are of. */

import { requireWebSession } from '../attempt/framework-session.js';
import { entryOf } from '../attempt/parameters.js';
import { checkSessionCookie } from '../attempt/session-cookie.js';
import type { SiteRequest } from '../attempt/site-request.js';
import type { SmartIdInfo } from '../login/login-info.js';
import type { SmartIdStrategy } from '../passport/strategy.js';
import { SmartIdInputError } from '../shared/errors.js';
import type { Failure } from '../shared/outcome.js';
import type { ExpectedSigner } from '../verify/certificate-checks.js';
import { doneAttempt, rememberDone } from './done.js';
import { answerFailedFinish } from './failed-finish.js';
import { KnownBrowsers } from './known-browsers.js';
import { checkLoginPageOptions, type LoginPageOptionsOf, loginPages } from './login-pages.js';
import { type PageAnswer, type PageRequest, redirectAnswer } from './page-request.js';
import type { PageRoutes } from './page-routes.js';

/** @typeParam Site the framework's own request, which functions of the site get. */
export interface PassportPageOptions<Site> extends LoginPageOptionsOf<Site> {
  /** Whose logins the page shows. */
  strategy: SmartIdStrategy;
  /**
   * Whether what the session held before the login, such as a shopping cart, is still there after it, as with
   * Passport's own option of this name; otherwise the session begins anew.
   * @default `false`
   */
  keepSessionInfo?: boolean;
}

/** What Passport of a framework does with a request. */
export interface PassportHost<Site> {
  /** @param expected who alone may log in. @returns the user, or why there is none. */
  authenticate(
    site: Site,
    strategy: SmartIdStrategy,
    expected: { identify?: () => ExpectedSigner },
  ): Promise<{ user?: Express.User | false | null; info?: unknown }>;
  logIn(site: Site, user: Express.User, options: { session: true; keepSessionInfo: boolean }): Promise<void>;
}

/** What Passport sets on a request of any framework. */
interface PassportRequest {
  isAuthenticated?(): boolean;
}

/**
 * @param ownNames the options that only this edge has.
 * @param owner its name, for messages.
 * @throws SmartIdInputError naming the option that breaks a rule.
 */
export function passportPages<Site extends SiteRequest>(
  host: PassportHost<Site>,
  options: PassportPageOptions<Site>,
  ownNames: readonly string[],
  owner: string,
): PageRoutes<Site> {
  const { strategy, keepSessionInfo = false, successRedirect = '/', knownBrowsers } = options ?? {};
  if (typeof strategy?.start !== 'function') throw new SmartIdInputError('strategy', 'must be a SmartIdStrategy.');
  if (typeof keepSessionInfo !== 'boolean') throw new SmartIdInputError('keepSessionInfo', 'must be true or false.');
  checkLoginPageOptions(options, ['strategy', 'keepSessionInfo', ...ownNames], owner);
  const known = knownBrowsers && new KnownBrowsers(knownBrowsers);
  return loginPages<Site>(
    {
      steps: strategy.steps,
      keptFor: (site) => strategy.keptFor(site),
      beforeStart: ({ site }) => checkSessionCookie(site, strategy.callbackURL !== undefined),
      identify: (site) => strategy.identify(site),
      isLoggedIn,
      isDone: (site, id) => doneAttempt(site, id) !== undefined,
      finish,
    },
    options,
  );

  async function finish(request: PageRequest<Site>, expected: ExpectedSigner | undefined): Promise<PageAnswer> {
    const { site } = request;
    const entry = entryOf(site);
    const { user, info } = await host.authenticate(site, strategy, expected ? { identify: () => expected } : {});
    if (!user) {
      const { code = 'not_accepted', returnTo } = (info ?? {}) as Partial<Failure>;
      const done = doneAttempt(site, entry?.id);
      const hasSession = requireWebSession(site).wasStored;
      const finisher = { entry, done, isLoggedIn: !expected && isLoggedIn(site), hasSession, successRedirect };
      return answerFailedFinish(request, { code, returnTo }, finisher);
    }
    await host.logIn(site, user, { session: true, keepSessionInfo });
    const told = info as SmartIdInfo;
    if (entry) rememberDone(site, { id: entry.id, returnTo: told.returnTo });
    const cookies = (await known?.cookiesAfterLogin(request, told)) ?? [];
    return { ...redirectAnswer(told.returnTo ?? successRedirect, 302), cookies };
  }
}

function isLoggedIn(site: SiteRequest): boolean {
  return (site as PassportRequest).isAuthenticated?.() === true;
}
