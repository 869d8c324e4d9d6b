/** The language in which a visitor gets the pages. */

import Negotiator from 'negotiator';
import { SmartIdInputError } from '../shared/errors.js';
import type { PageRequest } from './page-request.js';
import { resolveWords } from './resolve-words.js';
import type { Words, WordsOption } from './words.js';

/** One language for everybody, or the site's own choice for a request, which may leave it to the visitor. */
export type LanguageOption<Site> = string | ((req: Site) => string | undefined);

/** What of a request says which language its visitor wants. */
type LanguageRequest<Site> = Pick<PageRequest<Site>, 'query' | 'body' | 'headers' | 'site'>;

const cookieName = 'smart-id-language';
const cookiePattern = new RegExp(`(?:^|; *)${cookieName}=([A-Za-z0-9-]+)(?:;|$)`);

/** The words of a site's pages, and the language in which a request gets them. */
export class SiteWords<Site> {
  readonly languages: readonly string[];
  private readonly words: ReadonlyMap<string, Words>;
  private readonly option: LanguageOption<Site> | undefined;

  /** @throws SmartIdInputError naming the option that breaks a rule. */
  constructor(changes?: WordsOption, option?: LanguageOption<Site>) {
    this.words = resolveWords(changes);
    this.languages = [...this.words.keys()];
    this.option = option;
    if (option !== undefined && typeof option !== 'function') this.check(option);
  }

  /** Whether the site leaves the language to the visitor. */
  get isVisitorsChoice(): boolean {
    return this.option === undefined;
  }

  /**
   * The site's choice, else what the visitor chose on the page (`?lang=`), now or before, else what the browser
   * prefers, else English.
   */
  languageFor(request: LanguageRequest<Site>): string {
    const { option } = this;
    const chosen = typeof option === 'function' ? option(request.site) : option;
    if (chosen !== undefined) return this.check(chosen);
    const wish = request.query.lang ?? request.body.lang;
    return this.has(wish) ? wish : this.languageBefore(request);
  }

  wordsFor(request: LanguageRequest<Site>): Words {
    return this.of(this.languageFor(request));
  }

  /** @param language one of `languages`. */
  of(language: string): Words {
    return this.words.get(language) as Words;
  }

  /**
   * The cookie that keeps the language that the visitor has chosen on the page until the browser is closed, since the
   * return from the app does not name it; undefined where there is nothing to keep. It is a cookie of its own: a
   * session that is saved here could undo what another request changes in it at the same moment.
   */
  cookieFor(request: LanguageRequest<Site>): string | undefined {
    const { lang } = request.query;
    if (!this.isVisitorsChoice || !this.has(lang) || lang === this.languageBefore(request)) return undefined;
    // A cookie without a path is for the folder of the page, whose path a proxy may have changed.
    return `${cookieName}=${lang}; HttpOnly; SameSite=Lax`;
  }

  private languageBefore({ headers }: LanguageRequest<Site>): string {
    const kept = cookiePattern.exec(headers.cookie ?? '')?.[1];
    if (this.has(kept)) return kept;
    return new Negotiator({ headers }).language([...this.languages]) ?? 'en';
  }

  private has(value: unknown): value is string {
    return this.words.has(value as string);
  }

  private check(language: string): string {
    if (this.has(language)) return language;
    throw new SmartIdInputError('language', `must be one of ${this.languages.join(', ')}.`);
  }
}
