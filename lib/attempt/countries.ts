/**
 * The option `countries`: which countries a person may be of to log in or sign, and whether a given person is of one.
 */

import { issuingCountryOf } from '../protocol/semantics-identifier.js';
import { SmartIdInputError } from '../shared/errors.js';

/** Undefined where a site accepts persons of all countries. */
export type AcceptedCountries = readonly string[] | undefined;

/**
 * @returns a copy, or undefined where the option is not given.
 * @throws SmartIdInputError when it is not a list of one or more different country codes of two upper-case letters.
 */
export function checkCountries(countries: unknown): AcceptedCountries {
  if (countries === undefined) return undefined;
  const codes: unknown[] = Array.isArray(countries) ? [...countries] : [];
  if (codes.length === 0 || !codes.every(isCountryCode) || new Set(codes).size < codes.length) {
    throw new SmartIdInputError('countries', "must be a list of different country codes, such as ['EE', 'LV'].");
  }
  // A copy: what the site does to its own list later must not change who is accepted.
  return Object.freeze(codes);
}

function isCountryCode(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Z]{2}$/.test(value);
}

/**
 * Whether a person is of an accepted country. The country in the identifier decides: it has issued the identifier, by
 * which the site knows the person. The C of the certificate's subject may be another country, and is not known yet when
 * a person is only named.
 * @param identifier a semantics identifier or a document number.
 */
export function isOfAcceptedCountry(identifier: string, countries: AcceptedCountries): boolean {
  return countries === undefined || countries.includes(issuingCountryOf(identifier));
}
