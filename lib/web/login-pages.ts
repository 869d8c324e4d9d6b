/** The login page and what its routes do, for any framework. */

import { checkCallbackHost, checkCallbackPath } from '../attempt/callback-place.js';
import { namesOf } from '../attempt/check-options.js';
import { siteNameOf } from '../attempt/create-session.js';
import { checkExpectedSigner } from '../attempt/expected-signer.js';
import type { KeptAttempts } from '../attempt/kept-attempts.js';
import type { LoginStart } from '../login/options.js';
import type { LoginSteps } from '../login/steps.js';
import type { Interaction } from '../protocol/interactions.js';
import { SmartIdInputError } from '../shared/errors.js';
import type { ExpectedSigner } from '../verify/certificate-checks.js';
import { checkKnownBrowserStore, type KnownBrowserStore, KnownBrowsers } from './known-browsers.js';
import { SiteWords } from './language.js';
import { offeredFlow } from './offered-flow.js';
import { loginContent } from './page.js';
import { checkPageOptions, type PageOptionsOf } from './page-options.js';
import { isForm, type PageAnswer, type PageRequest, pathOf } from './page-request.js';
import { type PageActions, PageRoutes } from './page-routes.js';
import { countriesToName, personNamed } from './person.js';

/**
 * What the login page of every framework can be told.
 * @typeParam Site the framework's own request, which functions of the site get.
 */
export interface LoginPageOptionsOf<Site> extends PageOptionsOf<Site> {
  /**
   * What the app shows, in the visitor's language, for this request.
   * @default that of the strategy
   */
  interactions?: (language: string, req: Site) => readonly Interaction[];
  /**
   * Offers a push to everybody who enters a personal code: a stranger who knows the code can send one too, and hope
   * that the person confirms.
   * @default `false`
   */
  notification?: boolean;
  /**
   * Offers a push to persons who have logged in by a device link in the same browser before, and remembers browsers for
   * it.
   * @default no push, no cookie
   */
  knownBrowsers?: KnownBrowserStore;
  /**
   * Who alone may log in here, decided by the site for each request: for a page that confirms something, the person who
   * is logged in. It holds at the start and at the finish. The page offers no personal code then. It must name
   * somebody, so the site lets nobody to the page for whom it cannot.
   * @default anybody
   */
  identify?: (req: Site) => ExpectedSigner | Promise<ExpectedSigner>;
}

/** What the pages need of the framework and of the site around them. */
export interface LoginHost<Site> {
  steps: LoginSteps;
  /** @throws SmartIdSessionError when there is no place for attempts. */
  keptFor(site: Site): KeptAttempts;
  /**
   * For what the edge does first, such as telling mistakes of deployment. @throws SmartIdSessionError saying what to
   * change.
   */
  beforeStart?(request: PageRequest<Site>): void;
  /** Whom the site names where the page's own options and the visitor name nobody. */
  identify?(site: Site): ExpectedSigner | undefined | Promise<ExpectedSigner | undefined>;
  isLoggedIn(site: Site): boolean;
  isDone(site: Site, id: string | undefined): boolean;
  /** @param expected who alone may finish. */
  finish(request: PageRequest<Site>, expected: ExpectedSigner | undefined): Promise<PageAnswer>;
}

/** The options that a login page has besides those of all pages. */
const loginPageOptionNames = namesOf<Omit<LoginPageOptionsOf<unknown>, keyof PageOptionsOf<unknown>>>({
  interactions: true,
  notification: true,
  knownBrowsers: true,
  identify: true,
});

/** @throws SmartIdInputError naming the option that breaks a rule. */
export function checkLoginPageOptions<Site>(
  options: LoginPageOptionsOf<Site>,
  ownNames: readonly string[],
  owner: string,
): void {
  checkPageOptions(options, [...loginPageOptionNames, ...ownNames], owner);
  for (const name of ['interactions', 'identify'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function') {
      throw new SmartIdInputError(name, 'must be a function.');
    }
  }
  checkKnownBrowserStore(options.knownBrowsers, 'knownBrowsers');
}

export function loginPages<Site>(host: LoginHost<Site>, options: LoginPageOptionsOf<Site>): PageRoutes<Site> {
  const { steps, keptFor } = host;
  const { settings } = steps;
  const { notification = false, knownBrowsers, identify } = options;
  const words = new SiteWords(options.words, options.language);
  const countries = identify ? [] : countriesToName(settings.countries);
  const known = knownBrowsers && new KnownBrowsers(knownBrowsers);
  const mayPush = async (request: PageRequest<Site>, person: string | undefined) =>
    notification || (known !== undefined && person !== undefined && (await known.knows(request, person)));
  const actions: PageActions<Site> = {
    what: 'login',
    siteName: siteNameOf(settings),
    clock: settings.clock,
    content: (state) => loginContent(state, countries),
    // Without the store the page can do without the offer.
    offer: async (request) => ({
      offersPush:
        !identify && (notification || (known !== undefined && (await known.isKnown(request).catch(() => false)))),
    }),
    // Where only one person may log in, being logged in is where it begins, and not that it has ended well.
    isDone: ({ site }, id) => (!identify && host.isLoggedIn(site)) || host.isDone(site, id),
    noticeOf: ({ body }, { flow }) =>
      body.flow === 'notification' && flow === 'device-link' ? 'scanFirst' : undefined,
    async start(request) {
      const start = await startOf(request);
      const kept = keptFor(request.site);
      host.beforeStart?.(request);
      checkCallbackHost(request.headers, settings.callbackURL);
      checkCallbackPath(pathOf(request.originalUrl), request.path, settings.callbackURL);
      return steps.firstView(await steps.start(kept, start, 'identify'));
    },
    // The login began where the browser was known, which it may not be any more.
    push: (request, id) =>
      steps.push(keptFor(request.site), id, (to) =>
        mayPush(request, 'semanticsIdentifier' in to ? to.semanticsIdentifier : undefined),
      ),
    cancel: ({ site }, id) => steps.cancel(keptFor(site), id),
    status: async ({ site }, id) => steps.status(keptFor(site), id),
    listen: async ({ site }, id, createListener) => steps.listen(keptFor(site), id, createListener),
    finish: async (request) => host.finish(request, identify && (await whoMayLogIn(request.site))),
  };
  return new PageRoutes(actions, options, words);

  async function whoMayLogIn(site: Site): Promise<ExpectedSigner | undefined> {
    const named = await (identify ?? host.identify)?.(site);
    if (identify && !named) throw new SmartIdInputError('identify', 'must name a person or a document.');
    return checkExpectedSigner(named, 'identify', settings.countries);
  }

  /** What a visitor may choose: a person, and of two ways one. Everything else is the site's. */
  async function startOf(request: PageRequest<Site>): Promise<LoginStart> {
    const { country, personalCode, returnTo, holdPush, flow: wish } = request.body;
    const wanted = offeredFlow(wish, !identify && (notification || knownBrowsers !== undefined));
    const isNamed = country !== undefined || personalCode !== undefined || wanted === 'notification';
    const person = isNamed && !identify ? personNamed(country, personalCode, settings.countries) : undefined;
    const isPush = wanted === 'notification' && (await mayPush(request, person));
    const language = words.languageFor(request);
    return {
      flow: isPush ? 'notification' : 'device-link',
      // On the phone itself the push covers the page; and without its script the page shows the code first in any case.
      holdPush: isPush && (holdPush === true || isForm(request)),
      expected: person === undefined ? await whoMayLogIn(request.site) : { semanticsIdentifier: person },
      interactions: options.interactions?.(language, request.site),
      lang: words.of(language).linkLanguage,
      returnTo: returnTo as string | undefined,
    };
  }
}
