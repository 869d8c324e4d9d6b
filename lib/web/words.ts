/**
 * The texts of the pages: one file for each language in `words/`, all of one shape, which a site can change or add to.
 */

import { type LinkLanguage, linkLanguages } from '../protocol/device-link.js';
import { SmartIdInputError } from '../shared/errors.js';
import type { Undertaking } from '../shared/undertaking.js';
import type { PersonalCodeCountry } from './personal-code.js';
import en from './words/en.json' with { type: 'json' };
import et from './words/et.json' with { type: 'json' };
import lt from './words/lt.json' with { type: 'json' };
import lv from './words/lv.json' with { type: 'json' };
import ru from './words/ru.json' with { type: 'json' };

/** The languages that the package has words for, by ISO 639-1. */
export const languages = ['en', 'et', 'lv', 'lt', 'ru'] as const;
/**
 * A language that the package has words for, by ISO 639-1.
 * @useDeclaredType
 */
export type Language = (typeof languages)[number];

/** A text for each of these keys. */
export type Texts<Key extends string> = Readonly<Record<Key, string>>;

/** What is said of each way in which a login or signing fails, by its code. */
export type Failures = Texts<
  | 'not_completed'
  | 'expired'
  | 'refused'
  | 'cancelled'
  | 'wrong_vc'
  | 'no_attempt'
  | 'return_without_session'
  | 'return_after_end'
  | 'return_incomplete'
  | 'callback_required'
  | 'already_used'
  | 'not_from_page'
  | 'not_verified'
  | 'not_accepted'
  | 'country_not_accepted'
  | 'too_many_starts'
  | 'other'
>;

/**
 * All that the pages say in one language, in the shape of `passport-smart-id/words/en.json`. A language that lacks a
 * text does not compile. The type is written out, since one that is taken from the English file would make users import
 * that file.
 */
export interface Words {
  /** How the language calls itself. */
  languageName: string;
  /** The language of the page that opens where the app is not installed. */
  linkLanguage: LinkLanguage;
  /** What both pages say. */
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
    | 'cancel'
    | 'continue'
    | 'goOnInOtherTab'
    | 'notYet'
    | 'starting'
    | 'expiring'
    | 'connectionLost'
    | 'unavailable'
    | 'siteFault'
    | 'noConnection'
    | 'useThisDevice'
    | 'needsScript'
    | 'help'
    | 'helpName'
    | 'helpApp'
    | 'helpCamera'
    | 'helpAccount'
    | 'updateApp'
    | 'createAccount'
    | 'learnMore'
    | 'contact'
    | 'language'
  >;
  /** What the login page says. */
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
  > & {
    /** The names of the countries whose personal codes can be typed. */
    countries: Texts<PersonalCodeCountry>;
  };
  /** What the signing page says. */
  signing: Texts<
    | 'title'
    | 'whatYouSign'
    | 'finishInApp'
    | 'chooseInApp'
    | 'signInApp'
    | 'confirmed'
    | 'signed'
    | 'download'
    | 'nothingToSign'
  >;
  /** Why a login failed, by code. */
  loginFailures: Failures;
  /** Why a signing failed, by code. */
  signingFailures: Failures;
}

/** Any part of the texts. */
export type Changed<T> = { readonly [Key in keyof T]?: T[Key] extends string ? T[Key] : Changed<T[Key]> };

/** Changes by language: some texts of a language that the package has, or all of another one. */
export type WordsOption = Readonly<Record<string, Changed<Words>>>;

export const wordsOf: Readonly<Record<Language, Words>> = {
  en: en as Words,
  et: et as Words,
  lv: lv as Words,
  lt: lt as Words,
  ru: ru as Words,
};

/**
 * The words by language, those of the package first.
 * @throws SmartIdInputError naming a text that is missing, not known, empty or no text, or a language that is no
 * language tag.
 */
export function resolveWords(changes: WordsOption = {}): ReadonlyMap<string, Words> {
  if (!isGroup(changes)) throw new SmartIdInputError('words', 'must be an object of words by language.');
  const all = new Map<string, Words>(Object.entries(wordsOf));
  for (const [language, changed] of Object.entries(changes)) {
    if (!/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(language)) {
      throw new SmartIdInputError(
        'words',
        `must have language tags as names, such as 'pl', and not ${JSON.stringify(language)}.`,
      );
    }
    const words = merge(en, all.get(language), changed, language) as unknown as Words;
    if (!linkLanguages.includes(words.linkLanguage)) {
      throw new SmartIdInputError('words', `${language}.linkLanguage must be one of ${linkLanguages.join(', ')}.`);
    }
    all.set(language, words);
  }
  return all;
}

/** A text, or texts by name. */
type Shape = string | { readonly [name: string]: Shape };

/**
 * The texts of one language: each as changed, else as present.
 * @param shape the English texts, which say what there must be.
 * @param place the language and the names that lead to this part, such as `et.login`, for the message.
 */
function merge(shape: Shape, present: unknown, changed: unknown, place: string): Shape {
  if (typeof shape === 'string') {
    const text = changed ?? present;
    if (text === undefined) throw new SmartIdInputError('words', `lacks ${place}.`);
    if (typeof text !== 'string' || text === '') throw new SmartIdInputError('words', `${place} must be a text.`);
    return text;
  }
  if (changed !== undefined && !isGroup(changed)) throw new SmartIdInputError('words', `${place} must be an object.`);
  const unknown = Object.keys(changed ?? {}).find((name) => !Object.hasOwn(shape, name));
  if (unknown !== undefined) throw new SmartIdInputError('words', `knows no ${place}.${unknown}.`);
  const before = isGroup(present) ? present : {};
  return Object.fromEntries(
    Object.entries(shape).map(([name, part]) => [name, merge(part, before[name], changed?.[name], `${place}.${name}`)]),
  );
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What to tell a visitor, by the visible code of a failure; one text for all codes that are not known. */
export function failureMessage(code: string, words: Words, what: Undertaking): string {
  const known: Record<string, string> = what === 'login' ? words.loginFailures : words.signingFailures;
  return (Object.hasOwn(known, code) ? known[code] : known.other) as string;
}
