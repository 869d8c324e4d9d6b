/** Who a verified certificate stands for: subject, identity, Passport profile (section "Identity"). */

import type { Profile } from 'passport';
import { type IdentifierType, parseSemanticsIdentifier } from './protocol/semantics-identifier.js';
import { attributes, type Certificate, subjectAttribute } from './trust/certificate.js';
import { dateOfBirth } from './trust/date-of-birth.js';

/** Who somebody is, by the subject of a verified certificate. */
export interface Identity {
  /** E.g. `PNOEE-30303039914`. */
  semanticsIdentifier: string;
  /** What `personalCode` is: `PNO`, `PAS` or `IDC`. */
  identifierType: IdentifierType;
  /** The code as a text: leading zeros count, and Latvian codes keep their inner hyphen. */
  personalCode: string;
  /** ISO 3166-1 alpha-2, the subject's C. */
  country: string;
  /** As the certificate has it, mostly in capital letters. */
  givenName: string;
  /** As the certificate has it, mostly in capital letters. */
  surname: string;
  /** `YYYY-MM-DD`, where the certificate or the personal code tells. */
  dateOfBirth?: string;
}

/** Passport's profile of a person who logged in with Smart-ID. */
export interface SmartIdProfile extends Profile {
  /** Always the same, for sites with several strategies. */
  provider: 'smart-id';
  /** The semantics identifier, the same for all accounts of one person. */
  id: string;
  /** Given name and surname. */
  displayName: string;
  /** As the certificate has them, mostly in capital letters. */
  name: {
    /** The surname. */
    familyName: string;
    /** All given names. */
    givenName: string;
  };
  /** Two letters, such as `EE`. */
  country: string;
  /** What `personalCode` is: `PNO`, `PAS` or `IDC`. */
  identifierType: IdentifierType;
  /** The identifier without its type and country, such as `40404040009`. */
  personalCode: string;
  /** `YYYY-MM-DD`, where the certificate or the personal code tells. */
  dateOfBirth?: string;
}

/**
 * The identity in the subject. The CN is not looked at: what it holds differs from one kind of certificate to the next.
 * @throws Error when an attribute is missing or stands twice, SmartIdInputError when the identifier is malformed.
 */
export function identityOf(certificate: Certificate): Identity {
  const required = (name: keyof typeof attributes) => {
    const value = subjectAttribute(certificate, attributes[name]);
    if (value === undefined) throw new Error(`The subject does not have exactly one ${name}.`);
    return value;
  };
  const semanticsIdentifier = required('serialNumber');
  const { identifierType, country: codeCountry, personalCode } = parseSemanticsIdentifier(semanticsIdentifier);
  return {
    semanticsIdentifier,
    identifierType,
    personalCode,
    country: required('country'),
    givenName: required('givenName'),
    surname: required('surname'),
    dateOfBirth: dateOfBirth(certificate, identifierType === 'PNO' ? codeCountry : '', personalCode),
  };
}

export function profileOf(identity: Identity): SmartIdProfile {
  const { semanticsIdentifier, identifierType, personalCode, country, givenName, surname } = identity;
  return {
    provider: 'smart-id',
    id: semanticsIdentifier,
    displayName: `${givenName} ${surname}`,
    name: { familyName: surname, givenName },
    country,
    identifierType,
    personalCode,
    dateOfBirth: identity.dateOfBirth,
  };
}
