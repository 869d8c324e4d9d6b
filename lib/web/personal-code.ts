/**
 * What a person may type as a personal code. It is checked as it is typed and again on the server, so that a slip of
 * the finger is found before Smart-ID is asked. Browsers get this file as it is: it imports nothing.
 *
 * Where a rule is in doubt, a code is taken: Smart-ID knows whether somebody has it, and nobody may be locked out
 * because a registry made an exception. So dates are not looked at.
 */

export const personalCodeCountries = ['EE', 'LV', 'LT', 'BE'] as const;
/**
 * A country whose personal codes the form knows.
 * @useDeclaredType
 */
export type PersonalCodeCountry = (typeof personalCodeCountries)[number];

/** What was typed: a whole code, the beginning of one, or something that cannot be one. */
export type TypedCode =
  | {
      /** A whole code. */
      state: 'complete';
      /** As the identifier has it. */
      code: string;
    }
  | {
      /** The beginning of a code: let the person type on. */
      state: 'incomplete';
    }
  | {
      /** Whatever follows, it becomes no code. */
      state: 'wrong';
    };

/** All four countries have codes of as many digits. */
const wholeLength = 11;
/** More than the longest way of writing a code, with its prefix and blanks around. */
const maxTextLength = 40;

/** What people and documents put between digits, and what comes unseen with a copied text. */
const separators = /[\s.\p{Dash_Punctuation}\u2212\p{Default_Ignorable_Code_Point}]/gu;

interface Rule {
  /** Matches all beginnings that a code may have. */
  beginning: RegExp;
  /** Whether the check digits of a whole code are right. */
  checks(code: string): boolean;
}

const rules: Readonly<Record<PersonalCodeCountry, Rule>> = {
  // The first digit is the century of birth and the sex.
  EE: { beginning: /^[1-8]/, checks: hasBalticCheckDigit },
  // As in Estonia, and 9 for codes that were made in another way.
  LT: { beginning: /^[1-9]/, checks: hasBalticCheckDigit },
  // A day of birth, or since July 2017 3 and a digit from 2 to 9.
  LV: { beginning: /^(?:[0-3]$|0[1-9]|[123]\d)/, checks: (code) => isNewLatvian(code) || hasLatvianCheckDigit(code) },
  BE: { beginning: /^\d/, checks: hasBelgianCheckNumber },
};

/** Of the accounts in the demo environment, which builders of sites type, those whose invented codes break a rule. */
const demoCodes: readonly string[] = ['BE 05040400032', 'LV 01011122341'];

/**
 * What a person has typed, in any usual way of writing: with spaces, dots and hyphens, with digits of full width, or
 * with the prefix of a semantics identifier. A `code` is written as semantics identifiers have it: Latvian ones with a
 * hyphen. Never throws: a value of another type is wrong, and so is any text for a country that is none of the four.
 */
export function readPersonalCode(country: PersonalCodeCountry, text: string): TypedCode {
  if (!personalCodeCountries.includes(country) || typeof text !== 'string' || text.length > maxTextLength) {
    return { state: 'wrong' };
  }
  const digits = digitsIn(country, text);
  if (digits === '') return { state: 'incomplete' };
  if (digits === undefined || digits.length > wholeLength || !rules[country].beginning.test(digits)) {
    return { state: 'wrong' };
  }
  if (digits.length < wholeLength) return { state: 'incomplete' };
  if (!rules[country].checks(digits) && !demoCodes.includes(`${country} ${digits}`)) return { state: 'wrong' };
  return { state: 'complete', code: country === 'LV' ? `${digits.slice(0, 6)}-${digits.slice(6)}` : digits };
}

/** The digits alone; undefined if there is anything but digits, separators and the country's own prefix. */
function digitsIn(country: PersonalCodeCountry, text: string): string | undefined {
  const plain = text.normalize('NFKC').replace(separators, '').toUpperCase();
  const parts = /^([A-Z]*)([0-9]*)$/.exec(plain);
  if (!parts) return undefined;
  const [, letters = '', digits = ''] = parts;
  const prefixes = [country, `PNO${country}`];
  // A prefix that is still being typed is no mistake.
  const fits = (prefix: string) => prefix === letters || (digits === '' && prefix.startsWith(letters));
  return letters === '' || prefixes.some(fits) ? digits : undefined;
}

/** The sum of the digits of a code, each times its weight. Digits without a weight do not count. */
function weightedSum(code: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, index) => sum + weight * Number(code[index]), 0);
}

/** A remainder of 10 is no digit: then other weights decide, and if they leave 10 as well, the digit is 0. */
function hasBalticCheckDigit(code: string): boolean {
  const first = weightedSum(code, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
  const remainder = first < 10 ? first : weightedSum(code, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11;
  return remainder % 10 === Number(code[10]);
}

/** All digits of the new codes are drawn by lot, so that there is nothing to check. */
function isNewLatvian(code: string): boolean {
  return /^3[2-9]/.test(code);
}

/**
 * For a remainder of 10 no official rule is published. Most programs expect 0, some refuse every digit; the latter
 * would lock out whoever has such a code.
 */
function hasLatvianCheckDigit(code: string): boolean {
  return ((1101 - weightedSum(code, [1, 6, 3, 7, 9, 10, 5, 8, 4, 2])) % 11) % 10 === Number(code[10]);
}

/** Who was born from 2000 on has a 2 before the nine digits; the year of birth alone does not tell the century. */
function hasBelgianCheckNumber(code: string): boolean {
  const number = Number(code.slice(0, 9));
  const check = Number(code.slice(9));
  return [number, 2_000_000_000 + number].some((counted) => 97 - (counted % 97) === check);
}
