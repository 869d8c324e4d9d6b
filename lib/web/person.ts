/** The person whom a visitor names in the form by country and personal code. */

import { SmartIdInputError } from '../errors.js';
import { parseSemanticsIdentifier } from '../protocol/semantics-identifier.js';
import { loginWords } from './words.js';

const longestCode = 30;

/**
 * The semantics identifier, with the code in the way its country writes it.
 * @throws SmartIdInputError naming `country` or `personalCode`, without repeating the value.
 */
export function personNamed(country: unknown, personalCode: unknown): string {
  if (typeof country !== 'string' || !Object.hasOwn(loginWords.countries, country)) {
    throw new SmartIdInputError('country', `must be one of ${Object.keys(loginWords.countries).join(', ')}.`);
  }
  if (typeof personalCode !== 'string' || personalCode.length > longestCode) {
    throw new SmartIdInputError('personalCode', `must be a text of at most ${longestCode} characters.`);
  }
  const code = personalCode.replace(/\s/g, '').toUpperCase();
  const written = country === 'LV' ? code.replace(/^(\d{6})(\d{5})$/, '$1-$2') : code;
  const identifier = `PNO${country}-${written}`;
  parseSemanticsIdentifier(identifier, 'personalCode');
  return identifier;
}
