/** The semantics identifier of a person, e.g. `PNOEE-30303039914` (ETSI EN 319 412-1). */

import { SmartIdInputError } from '../shared/errors.js';

const identifierTypes = ['PNO', 'PAS', 'IDC'] as const;
/**
 * `PNO` a national personal number, `PAS` a passport number, `IDC` an identity card number.
 * @useDeclaredType
 */
export type IdentifierType = (typeof identifierTypes)[number];

/** The parts of an identifier such as `PNOEE-40404040009`. */
export interface SemanticsIdentifier {
  /** `PNO`, `PAS` or `IDC`. */
  identifierType: IdentifierType;
  /** ISO 3166-1 alpha-2, upper case. */
  country: string;
  /** The code as a text: leading zeros count, and Latvian codes keep their inner hyphen. */
  personalCode: string;
}

const pattern = /^(PNO|PAS|IDC)([A-Z]{2})-([A-Za-z0-9][A-Za-z0-9-]{0,29})$/;

/**
 * The parts of a semantics identifier.
 * @throws SmartIdInputError when it is none; the message does not repeat the value, which is a personal code.
 * @example
 * ```ts
 * parseSemanticsIdentifier('PNOLV-010111-22341');
 * // { identifierType: 'PNO', country: 'LV', personalCode: '010111-22341' }
 * ```
 */
export function parseSemanticsIdentifier(text: string, field = 'semanticsIdentifier'): SemanticsIdentifier {
  const match = typeof text === 'string' ? pattern.exec(text) : null;
  if (!match) {
    throw new SmartIdInputError(
      field,
      'must be PNO, PAS or IDC, a country of two upper-case letters, a hyphen and the code, as in PNOEE-30303039914.',
    );
  }
  return { identifierType: match[1] as IdentifierType, country: match[2] as string, personalCode: match[3] as string };
}

/**
 * The country that issued an identifier that has been checked; the same of a document number, which begins with one.
 */
export function issuingCountryOf(identifier: string): string {
  return identifier.slice(3, 5);
}
