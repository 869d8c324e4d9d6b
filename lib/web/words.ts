/** The texts of the pages, from one file for each language in `words/`, and the language in which a visitor gets them. */

import type { Request, Response } from 'express';
import { SmartIdInputError } from '../errors.js';
import type { Undertaking } from '../outcome.js';
import type { LinkLanguage } from '../protocol/device-link.js';
import type { PersonalCodeCountry } from './personal-code.js';
import en from './words/en.json' with { type: 'json' };
import et from './words/et.json' with { type: 'json' };
import lt from './words/lt.json' with { type: 'json' };
import lv from './words/lv.json' with { type: 'json' };
import ru from './words/ru.json' with { type: 'json' };

export const languages = ['en', 'et', 'lv', 'lt', 'ru'] as const;
/** ISO 639-1. */
export type Language = (typeof languages)[number];

type Texts<Key extends string> = Readonly<Record<Key, string>>;

type Failures = Texts<
  | 'not_completed'
  | 'wrong_vc'
  | 'no_attempt'
  | 'return_without_session'
  | 'callback_required'
  | 'already_used'
  | 'not_verified'
  | 'not_accepted'
  | 'country_not_accepted'
  | 'too_many_starts'
  | 'other'
>;

/** A language that lacks one does not compile. (Taken from the English file, the type would make users import it.) */
export interface Words {
  page: Texts<
    | 'openApp'
    | 'showQr'
    | 'scan'
    | 'qrLabel'
    | 'verificationCode'
    | 'compareCode'
    | 'rememberCode'
    | 'sendToPhone'
    | 'otherWays'
    | 'tryAgain'
    | 'continue'
    | 'goOnInOtherTab'
    | 'notYet'
    | 'starting'
    | 'connectionLost'
    | 'unavailable'
    | 'useThisDevice'
    | 'needsScript'
    | 'language'
  >;
  login: Texts<
    | 'title'
    | 'finishInApp'
    | 'confirmed'
    | 'byPersonalCode'
    | 'country'
    | 'personalCode'
    | 'example'
    | 'wrongPersonalCode'
    | 'incompletePersonalCode'
    | 'showQrForPerson'
    | 'scanFirst'
  > & { countries: Texts<PersonalCodeCountry> };
  signing: Texts<'title' | 'finishInApp' | 'chooseInApp' | 'signInApp' | 'confirmed' | 'nothingToSign'>;
  loginFailures: Failures;
  signingFailures: Failures;
}

export const wordsOf: Readonly<Record<Language, Words>> = { en, et, lv, lt, ru };

/** How each language calls itself. */
export const languageNames: Readonly<Record<Language, string>> = {
  en: 'English',
  et: 'Eesti',
  lv: 'Latviešu',
  lt: 'Lietuvių',
  ru: 'Русский',
};

/** What a device link calls the language. */
export const linkLanguageOf: Readonly<Record<Language, LinkLanguage>> = {
  en: 'eng',
  et: 'est',
  lv: 'lav',
  lt: 'lit',
  ru: 'rus',
};

/** One language for everybody, or the site's own choice for a request, which may leave it to the visitor. */
export type LanguageOption = Language | ((req: Request) => Language | undefined);

/** The site's choice, else what the visitor chose on the page (`?lang=`), now or before, else what the browser prefers, else English. */
export function languageOf(req: Request, option?: LanguageOption): Language {
  const chosen = typeof option === 'function' ? option(req) : option;
  if (chosen !== undefined) return checkLanguage(chosen);
  const wish = req.query.lang ?? (req.body as { lang?: unknown } | undefined)?.lang;
  return isLanguage(wish) ? wish : languageBefore(req);
}

const cookieName = 'smart-id-language';
const cookiePattern = new RegExp(`(?:^|; *)${cookieName}=([a-z]+)(?:;|$)`);

function languageBefore(req: Request): Language {
  const kept = cookiePattern.exec(req.headers.cookie ?? '')?.[1];
  if (isLanguage(kept)) return kept;
  const accepted = req.acceptsLanguages([...languages]);
  return isLanguage(accepted) ? accepted : 'en';
}

/**
 * Keeps what the visitor has chosen on the page until the browser is closed: the app that returns to it knows nothing of it.
 * A cookie of its own, since a session that is saved here could undo what happens to it at the same moment.
 */
export function rememberLanguage(req: Request, res: Response): void {
  const { lang } = req.query;
  if (!isLanguage(lang) || lang === languageBefore(req)) return;
  // Without a path, which a proxy may have changed, it is for the folder of the page. (Express would set one.)
  res.append('set-cookie', `${cookieName}=${lang}; HttpOnly; SameSite=Lax`);
}

/** @throws SmartIdInputError */
export function checkLanguage(language: Language): Language {
  if (!isLanguage(language)) throw new SmartIdInputError('language', `must be one of ${languages.join(', ')}.`);
  return language;
}

function isLanguage(value: unknown): value is Language {
  return languages.includes(value as Language);
}

/** What to tell a visitor, by the visible code of a failure; one text for all codes that are not known. */
export function failureMessage(code: string, words: Words, what: Undertaking): string {
  const known: Record<string, string> = what === 'login' ? words.loginFailures : words.signingFailures;
  return (Object.hasOwn(known, code) ? known[code] : known.other) as string;
}
