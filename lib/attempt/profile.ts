/** Who a verified person is for the site: Passport's profile of them. */

import type { Profile } from 'passport';
import type { IdentifierType } from '../protocol/semantics-identifier.js';
import type { Identity } from '../verify/identity.js';

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
