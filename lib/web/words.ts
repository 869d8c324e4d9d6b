/**
 * The texts of the pages: one file for each language in `words/`, all of one shape, which a site can change or add to.
 */

import type { LinkLanguage } from '../protocol/device-link.js';
import type { PersonalCodeCountry } from './personal-code.js';

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
