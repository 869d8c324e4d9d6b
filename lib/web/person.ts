/** The person whom a visitor names in the form by country and personal code. */

import { SmartIdInputError } from '../shared/errors.js';
import { type PersonalCodeCountry, personalCodeCountries, readPersonalCode } from './personal-code.js';

/**
 * The countries that the form offers.
 * @param accepted whose persons may log in; undefined where all may.
 */
export function countriesToName(accepted: readonly string[] | undefined): readonly PersonalCodeCountry[] {
  return personalCodeCountries.filter((country) => accepted === undefined || accepted.includes(country));
}

/**
 * The semantics identifier, with the code in the way its country writes it.
 * @param accepted whose persons may log in, as in `countries` of the strategy; by default all.
 * @throws SmartIdInputError naming `country` or `personalCode`, without repeating the value.
 */
export function personNamed(country: unknown, personalCode: unknown, accepted?: readonly string[]): string {
  const countries = countriesToName(accepted);
  if (!isOneOf(countries, country)) {
    const rule = countries.length > 0 ? `must be one of ${countries.join(', ')}.` : 'must not be given at this site.';
    throw new SmartIdInputError('country', rule);
  }
  const typed = readPersonalCode(country, personalCode as string);
  if (typed.state !== 'complete') {
    throw new SmartIdInputError('personalCode', 'must be a complete and correct personal code of the country.');
  }
  return `PNO${country}-${typed.code}`;
}

function isOneOf(countries: readonly PersonalCodeCountry[], value: unknown): value is PersonalCodeCountry {
  return countries.includes(value as PersonalCodeCountry);
}
