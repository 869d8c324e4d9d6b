/** The date of birth of a certificate's holder: the attribute where there is one, else what the personal code tells. */

import type { Certificate } from './certificate.js';
import { type Bytes, type DerElement, elementsIn, onlyElement, tags } from './der.js';
import { objectIdentifierIn, timeIn } from './der-values.js';

const subjectDirectoryAttributes = '2.5.29.9';
const dateOfBirthAttribute = '1.3.6.1.5.5.7.9.1';
const maxAttributes = 20;

/** `YYYY-MM-DD`, or undefined: a certificate or code that holds no valid date is no reason to refuse anybody. */
export function dateOfBirth(certificate: Certificate, country: string, personalCode: string): string | undefined {
  return dateOfBirthFromAttribute(certificate) ?? dateOfBirthFromPersonalCode(country, personalCode);
}

function dateOfBirthFromAttribute(certificate: Certificate): string | undefined {
  try {
    return certificate.decode(subjectDirectoryAttributes, dateOfBirthIn);
  } catch {
    return undefined;
  }
}

/** RFC 3739, section 3.2.2: the attribute has one value, a GeneralizedTime. */
function dateOfBirthIn(value: Bytes): string | undefined {
  const attributes = elementsIn(onlyElement(value, tags.sequence), maxAttributes, tags.sequence).map(({ reader }) => {
    const type = objectIdentifierIn(reader.next(tags.objectIdentifier));
    const values = reader.next(tags.set);
    reader.finish();
    return { type, values };
  });
  const found = attributes.find(({ type }) => type === dateOfBirthAttribute);
  return found && dateIn(found.values);
}

function dateIn(values: DerElement): string {
  return new Date(timeIn(onlyElement(values.content, tags.generalizedTime))).toISOString().slice(0, 10);
}

/** `YYYY-MM-DD` by the rules of the Baltic and Belgian codes, or undefined. */
export function dateOfBirthFromPersonalCode(country: string, personalCode: string): string | undefined {
  switch (country) {
    case 'EE':
    case 'LT':
      return fromCenturyDigit(personalCode);
    case 'LV':
      return fromLatvianCode(personalCode);
    case 'BE':
      return fromBelgianNumber(personalCode);
    default:
      return undefined;
  }
}

/** `GYYMMDD...`, where two values of G, one for each sex, stand for a century from 1800 on. */
function fromCenturyDigit(personalCode: string): string | undefined {
  const match = /^([1-8])(\d{2})(\d{2})(\d{2})\d{4}$/.exec(personalCode);
  if (!match) return undefined;
  const century = 18 + Math.floor((Number(match[1]) - 1) / 2);
  return validDate(`${century}${match[2]}`, match[3], match[4]);
}

/** `DDMMYY-C...`; codes from 32 on hold no date. */
function fromLatvianCode(personalCode: string): string | undefined {
  const match = /^(\d{2})(\d{2})(\d{2})-?([0-2])\d{4}$/.exec(personalCode);
  return match ? validDate(`${18 + Number(match[4])}${match[3]}`, match[2], match[1]) : undefined;
}

/** `YYMMDDNNNCC`: the check digits are those of the nine before them, with a 2 in front for births from 2000 on. */
function fromBelgianNumber(personalCode: string): string | undefined {
  const match = /^((\d{2})(\d{2})(\d{2})\d{3})(\d{2})$/.exec(personalCode.replace(/[.-]/g, ''));
  if (!match) return undefined;
  const [, nine, year, month, day, checkDigits] = match;
  const century = ['19', '20'].find((candidate) => {
    const number = Number(candidate === '20' ? `2${nine}` : nine);
    return 97 - (number % 97) === Number(checkDigits);
  });
  return century && validDate(`${century}${year}`, month, day);
}

function validDate(year: string, month: string | undefined, day: string | undefined): string | undefined {
  const text = `${year}-${month}-${day}`;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) ? text : undefined;
}
