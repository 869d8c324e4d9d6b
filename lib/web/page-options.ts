/** The options of the pages that both routers have, and the one place that rejects a bad one. */

import { checkOptionNames, namesOf } from '../attempt/check-options.js';
import { isPathOfSite } from '../attempt/start-options.js';
import { SmartIdInputError } from '../shared/errors.js';
import type { HelpLinks } from './help.js';
import type { LanguageOption } from './language.js';
import type { PageContent, PageImages } from './page.js';
import type { WordsOption } from './words.js';

/**
 * What the pages of all frameworks can be told.
 * @typeParam Site the framework's own request, which functions of the site get.
 */
export interface PageOptionsOf<Site> {
  /**
   * Where a person goes afterwards when the page was not opened with `?returnTo=`: a path of the site that begins with
   * one slash, or a URL of http or https.
   * @default `/`
   */
  successRedirect?: string;
  /**
   * Where a person goes who presses "Cancel", which ends the attempt on the server: a path or a URL, as for
   * `successRedirect`.
   * @default the page has no such button, and its router no such route
   */
  cancelRedirect?: string;
  /**
   * The language of the page, of the page behind the link and of the messages.
   * @default what the visitor chooses on the page, else what the browser prefers, else English
   */
  language?: LanguageOption<Site>;
  /**
   * Other texts, by language: `{ en: { login: { title: 'Log in to Example' } } }`. For a language that the package does
   * not have, all texts in the shape of `passport-smart-id/words/en.json`; it is then offered on the page.
   */
  words?: WordsOption;
  /**
   * The site's logo, and the operator's image for the button that opens the app; or a function of the page's language.
   * @default none
   */
  images?: PageImages | ((language: string) => PageImages);
  /**
   * Where the links of the page's help lead; or a function of the page's language. A link that is not given is not
   * shown.
   */
  helpLinks?: HelpLinks | ((language: string) => HelpLinks);
  /**
   * The path of a style sheet of the site, which the page loads after its own. It sets custom properties, such as
   * `:root { --smart-id-accent: #7a1fa2; }`; docs/login-page.md lists them.
   * @default none
   */
  stylesheet?: string;
  /**
   * Makes the site's own page around the content, and returns all of its HTML. A Content-Security-Policy that the site
   * has set before stays then: it must allow scripts, styles, images and connections of the site itself, and the hosts
   * of `images`.
   */
  template?: (content: PageContent, req: Site) => string | Promise<string>;
}

const pageOptionNames = namesOf<PageOptionsOf<unknown>>({
  successRedirect: true,
  cancelRedirect: true,
  language: true,
  words: true,
  images: true,
  helpLinks: true,
  stylesheet: true,
  template: true,
});

/**
 * @param ownNames the options that only this router has.
 * @param router its name, for the message.
 * @throws SmartIdInputError naming the option that breaks a rule.
 */
export function checkPageOptions<Site>(
  options: PageOptionsOf<Site> & { notification?: boolean },
  ownNames: readonly string[],
  router: string,
): void {
  checkOptionNames(options, [...pageOptionNames, ...ownNames], router);
  const { notification, template, images, helpLinks, stylesheet } = options;
  for (const name of ['successRedirect', 'cancelRedirect'] as const) {
    const value = options[name];
    if (value !== undefined && !isPathOfSite(value) && !isUrlOf(value, ['http:', 'https:'])) {
      throw new SmartIdInputError(name, 'must be a path that begins with one slash, or a URL of http or https.');
    }
  }
  if (notification !== undefined && typeof notification !== 'boolean') {
    throw new SmartIdInputError('notification', 'must be true or false.');
  }
  if (template !== undefined && typeof template !== 'function') {
    throw new SmartIdInputError('template', 'must be a function.');
  }
  if (stylesheet !== undefined && !isPathOfSite(stylesheet)) {
    throw new SmartIdInputError('stylesheet', 'must be a path of this site, beginning with one slash.');
  }
  if (typeof images !== 'function') checkImages(images);
  if (typeof helpLinks !== 'function') checkHelpLinks(helpLinks);
}

/** @throws SmartIdInputError when the site's function returns what breaks a rule. */
export function imagesFor({ images }: Pick<PageOptionsOf<never>, 'images'>, language: string): PageImages {
  return typeof images === 'function' ? checkImages(images(language)) : (images ?? {});
}

/** @throws SmartIdInputError when the site's function returns what breaks a rule. */
export function helpLinksFor({ helpLinks }: Pick<PageOptionsOf<never>, 'helpLinks'>, language: string): HelpLinks {
  return typeof helpLinks === 'function' ? checkHelpLinks(helpLinks(language)) : (helpLinks ?? {});
}

function checkImages(images: PageImages | undefined): PageImages {
  return checkAddresses('images', images, ['logo', 'openApp'], ['https:']);
}

function checkHelpLinks(links: HelpLinks | undefined): HelpLinks {
  const names = ['learnMore', 'updateApp', 'createAccount', 'contact'] as const;
  return checkAddresses('helpLinks', links, names, ['https:', 'mailto:', 'tel:']);
}

function checkAddresses<Key extends string>(
  field: string,
  addresses: { [K in Key]?: string } | undefined,
  names: readonly Key[],
  schemes: readonly string[],
): { [K in Key]?: string } {
  if (addresses === undefined) return {};
  const isObject = typeof addresses === 'object' && addresses !== null && !Array.isArray(addresses);
  // A promise has no names of its own, so it would pass for an object without addresses.
  if (!isObject || 'then' in addresses || Object.keys(addresses).some((name) => !names.includes(name as Key))) {
    throw new SmartIdInputError(field, `may hold ${names.join(', ')}, and nothing else.`);
  }
  for (const name of names) {
    const address: unknown = addresses[name];
    if (address !== undefined && !isPathOfSite(address) && !isUrlOf(address, schemes)) {
      throw new SmartIdInputError(field, `${name} must be a path of this site or begin with ${schemes.join(', ')}.`);
    }
  }
  return addresses;
}

/**
 * The host may hold no semicolon or asterisk, which URLs allow and which would mean something else in a
 * Content-Security-Policy.
 */
function isUrlOf(value: unknown, schemes: readonly string[]): value is string {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  return schemes.includes(protocol) && /^[a-z0-9._:[\]-]*$/.test(hostname);
}
