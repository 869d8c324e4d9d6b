/** The person whom a visitor names in the form by country and personal code. */

import { SmartIdInputError } from '../errors.js';
import { type PersonalCodeCountry, personalCodeCountries, readPersonalCode } from './personal-code.js';

/**
 * The semantics identifier, with the code in the way its country writes it.
 * @throws SmartIdInputError naming `country` or `personalCode`, without repeating the value.
 */
export function personNamed(country: unknown, personalCode: unknown): string {
  if (!isCountry(country)) {
    throw new SmartIdInputError('country', `must be one of ${personalCodeCountries.join(', ')}.`);
  }
  const typed = readPersonalCode(country, personalCode as string);
  if (typed.state !== 'complete') {
    throw new SmartIdInputError('personalCode', 'must be a whole personal code of the country, without a slip.');
  }
  return `PNO${country}-${typed.code}`;
}

function isCountry(value: unknown): value is PersonalCodeCountry {
  return personalCodeCountries.includes(value as PersonalCodeCountry);
}
