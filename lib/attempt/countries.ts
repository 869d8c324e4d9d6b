/** Whose persons may log in or sign: the option `countries`, and what an identity is held against. */

import { SmartIdInputError } from '../errors.js';
import { issuingCountryOf } from '../protocol/semantics-identifier.js';

/** Undefined where a site accepts persons of all countries. */
export type AcceptedCountries = readonly string[] | undefined;

/** @throws SmartIdInputError naming the rule that the option breaks. */
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
 * Whether a person is of an accepted country. What counts is the country in the identifier, which issued it and is part of what the
 * person is known by to the site. The C of the subject may differ from it, and is not known when a person is only named.
 * @param identifier a semantics identifier or a document number.
 */
export function isOfAcceptedCountry(identifier: string, countries: AcceptedCountries): boolean {
  return countries === undefined || countries.includes(issuingCountryOf(identifier));
}
