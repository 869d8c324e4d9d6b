/** The login page and its routes, to be mounted by a site: `app.use('/login', smartIdRouter(passport, { strategy }))`. */

import type { Request, RequestHandler, Response, Router } from 'express';
import type { PassportStatic } from 'passport';
import { entryOf } from '../attempt/parameters.js';
import { SmartIdInputError } from '../errors.js';
import type { StartOptions } from '../options.js';
import type { Failure } from '../outcome.js';
import { semanticsIdentifierOf } from '../protocol/document-number.js';
import type { Interaction } from '../protocol/interactions.js';
import type { SmartIdStrategy } from '../strategy.js';
import type { SmartIdInfo } from '../verify-function.js';
import { isForm } from './answers.js';
import { rememberDone } from './done.js';
import { answerFailedFinish } from './failed-finish.js';
import { checkKnownBrowserStore, type KnownBrowserStore, KnownBrowsers } from './known-browsers.js';
import { SiteWords } from './language.js';
import { loginContent } from './page.js';
import { checkPageOptions, type PageOptions } from './page-options.js';
import { flowOffered, pageRoutes } from './page-routes.js';
import { countriesToName, personNamed } from './person.js';

/** The site's passport, or an `Authenticator` of its own. */
type Passport = Pick<PassportStatic, 'authenticate'>;

export interface SmartIdRouterOptions extends PageOptions {
  strategy: SmartIdStrategy;
  /** What the app shows, in the visitor's language. Default: that of the strategy. */
  interactions?: (language: string) => readonly Interaction[];
  /**
   * Offers a push to everybody who enters a personal code. Default `false`: a stranger who knows the code can send one too,
   * and hope that the person confirms.
   */
  notification?: boolean;
  /**
   * Offers a push to persons who have logged in by a device link in the same browser before, and remembers browsers for it.
   * Default: no push, no cookie.
   */
  knownBrowsers?: KnownBrowserStore;
}

/** @throws SmartIdInputError naming the option that breaks a rule. */
export function smartIdRouter(passport: Passport, options: SmartIdRouterOptions): Router {
  const { strategy, notification = false, interactions, knownBrowsers } = options ?? {};
  if (typeof strategy?.start !== 'function') throw new SmartIdInputError('strategy', 'must be a SmartIdStrategy.');
  checkPageOptions(options, ['strategy', 'interactions', 'knownBrowsers'], 'smartIdRouter');
  if (interactions !== undefined && typeof interactions !== 'function') {
    throw new SmartIdInputError('interactions', 'must be a function.');
  }
  checkKnownBrowserStore(knownBrowsers, 'knownBrowsers');
  const countries = countriesToName(strategy.countries);
  const words = new SiteWords(options.words, options.language);
  const known = knownBrowsers && new KnownBrowsers(knownBrowsers);
  const mayPush = async (req: Request, person: string | undefined) =>
    notification || (known !== undefined && person !== undefined && (await known.knows(req, person)));
  return pageRoutes({
    what: 'login',
    options,
    words,
    siteName: strategy.siteName,
    clock: strategy.clock,
    content: (state) => loginContent(state, countries),
    // Without the store the page can do without the offer.
    offersPush: async (req) => notification || (known !== undefined && (await known.isKnown(req).catch(() => false))),
    isDone: (req) => req.isAuthenticated?.() === true,
    noticeOf: (req) => (wishOf(req).flow === 'notification' && isByLink(req) ? 'scanFirst' : undefined),
    start: strategy.start((req) => startOptions(req, options, words, mayPush)),
    // The login began where the browser was known, which it may not be any more.
    push: strategy.push((req, to) => mayPush(req, 'semanticsIdentifier' in to ? to.semanticsIdentifier : undefined)),
    cancel: strategy.cancel(),
    status: strategy.status(),
    updates: (show) => strategy.updates(show),
    finish: logInWith(passport, options, known),
  });
}

/** What a visitor may choose: a person, and of two ways one. Everything else is the site's. */
async function startOptions(
  req: Request,
  { strategy, notification = false, knownBrowsers, interactions }: SmartIdRouterOptions,
  words: SiteWords,
  mayPush: (req: Request, person: string | undefined) => Promise<boolean>,
): Promise<StartOptions> {
  const { country, personalCode, returnTo, holdPush, ...wish } = wishOf(req);
  const wanted = flowOffered(wish.flow, notification || knownBrowsers !== undefined);
  const isNamed = country !== undefined || personalCode !== undefined || wanted === 'notification';
  const person = isNamed ? personNamed(country, personalCode, strategy.countries) : undefined;
  const isPush = wanted === 'notification' && (await mayPush(req, person));
  const flow = isPush ? 'notification' : 'device-link';
  const language = words.languageFor(req);
  return {
    flow,
    // On the phone itself the push covers the page; and without its script the page shows the code first in any case.
    holdPush: isPush && (holdPush === true || isForm(req)),
    identify: person === undefined ? undefined : () => ({ semanticsIdentifier: person }),
    interactions: interactions?.(language),
    lang: words.of(language).linkLanguage,
    returnTo: returnTo as string | undefined,
  };
}

function wishOf({ body }: Request): Record<string, unknown> {
  return (body ?? {}) as Record<string, unknown>;
}

function isByLink({ smartId }: Request): boolean {
  return smartId?.flow === 'device-link';
}

function logInWith(
  passport: Passport,
  { strategy, successRedirect = '/' }: SmartIdRouterOptions,
  known: KnownBrowsers | undefined,
): RequestHandler {
  return (req, res, next) => {
    const settle = (error: unknown, user?: Express.User | false | null, info?: unknown) => {
      if (error) return next(error);
      if (!user) {
        const { code = 'not_accepted', returnTo } = (info ?? {}) as Partial<Failure>;
        const isLoggedIn = req.isAuthenticated?.() === true;
        return answerFailedFinish(req, res, { code, returnTo }, { isLoggedIn, successRedirect });
      }
      const entry = entryOf(req);
      req.logIn(user, (failed: unknown) => {
        if (failed) return next(failed);
        const told = info as SmartIdInfo;
        if (entry) rememberDone(req, { id: entry.id, returnTo: told.returnTo });
        rememberBrowser(req, res, told, known)
          .then(() => res.redirect(told.returnTo ?? successRedirect))
          .catch(next);
      });
    };
    passport.authenticate(strategy, settle)(req, res, next);
  };
}

async function rememberBrowser(
  req: Request,
  res: Response,
  { flowType, documentNumber }: SmartIdInfo,
  known: KnownBrowsers | undefined,
): Promise<void> {
  if (!known || flowType === 'Notification') return;
  try {
    // What is known of a login may be in the site's own words.
    await known.remember(req, res, semanticsIdentifierOf(documentNumber));
  } catch {
    // The login stands all the same: the next push in this browser is a QR code again.
  }
}
