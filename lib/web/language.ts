/** The language in which a visitor gets the pages. */

import type { Request, Response } from 'express';
import { SmartIdInputError } from '../errors.js';
import { resolveWords, type Words, type WordsOption } from './words.js';

/** One language for everybody, or the site's own choice for a request, which may leave it to the visitor. */
export type LanguageOption = string | ((req: Request) => string | undefined);

const cookieName = 'smart-id-language';
const cookiePattern = new RegExp(`(?:^|; *)${cookieName}=([A-Za-z0-9-]+)(?:;|$)`);

/** The words of a site's pages, and the language in which a request gets them. */
export class SiteWords {
  readonly languages: readonly string[];
  private readonly words: ReadonlyMap<string, Words>;
  private readonly option: LanguageOption | undefined;

  /** @throws SmartIdInputError naming the option that breaks a rule. */
  constructor(changes?: WordsOption, option?: LanguageOption) {
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
  languageFor(req: Request): string {
    const { option } = this;
    const chosen = typeof option === 'function' ? option(req) : option;
    if (chosen !== undefined) return this.check(chosen);
    const wish = req.query.lang ?? (req.body as { lang?: unknown } | undefined)?.lang;
    return this.has(wish) ? wish : this.languageBefore(req);
  }

  wordsFor(req: Request): Words {
    return this.of(this.languageFor(req));
  }

  /** @param language one of `languages`. */
  of(language: string): Words {
    return this.words.get(language) as Words;
  }

  /**
   * Keeps the language that the visitor has chosen on the page until the browser is closed, since the return from the
   * app does not name it. It has a cookie of its own: a session that is saved here could undo what another request
   * changes in it at the same moment.
   */
  remember(req: Request, res: Response): void {
    const { lang } = req.query;
    if (!this.isVisitorsChoice || !this.has(lang) || lang === this.languageBefore(req)) return;
    // A cookie without a path is for the folder of the page, whose path a proxy may have changed. Express would set a
    // path.
    res.append('set-cookie', `${cookieName}=${lang}; HttpOnly; SameSite=Lax`);
  }

  private languageBefore(req: Request): string {
    const kept = cookiePattern.exec(req.headers.cookie ?? '')?.[1];
    if (this.has(kept)) return kept;
    const accepted = req.acceptsLanguages([...this.languages]);
    return this.has(accepted) ? accepted : 'en';
  }

  private has(value: unknown): value is string {
    return this.words.has(value as string);
  }

  private check(language: string): string {
    if (this.has(language)) return language;
    throw new SmartIdInputError('language', `must be one of ${this.languages.join(', ')}.`);
  }
}
