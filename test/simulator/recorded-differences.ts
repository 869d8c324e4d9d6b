/** What differs between the documents of the demo environment and those of the simulator, and why it must. */

import type { AllowedDifference } from '../support/compare-rows.js';

const another = 'it is another authority';
const addresses = 'the simulator listens elsewhere';

/** In the name of an authority or responder, in any of these fields. */
function otherName(fields: string): AllowedDifference[] {
  const of = (attribute: string) => new RegExp(`(${fields})(/\\d+)+/${attribute}$`);
  return [
    { of: of('commonName'), because: another },
    { of: of('organizationIdentifier'), because: `${another}: this one is registered nowhere` },
    {
      of: of('organization'),
      because: `${another}: by this one the command tells the files that a simulator has written`,
    },
  ];
}

export const otherAuthority = otherName('issuer|responderID|subject');

/** In the certificate of a person, whose own name is the same. */
export const otherIssuer = otherName('issuer');

/** In any certificate. */
export const otherCertificate: readonly AllowedDifference[] = [
  { of: /tbsCertificate\/serialNumber$/, because: 'it is random, and as long' },
  { of: /tbsCertificate\/validity\/[01]$/, because: 'it is issued at another time, for as long' },
  { of: /tbsCertificate\/publicKey\/1$/, because: 'it is another key' },
  { of: /extensions\/list\/\d+\/authorityKeyIdentifier\/0$/, because: "it is another authority's key" },
  { of: /extensions\/list\/\d+\/subjectKeyIdentifier$/, because: 'it is another key' },
  { of: /authorityInfoAccess\/\d+\/caIssuers$/, because: addresses },
  { of: /(^|certificate\/)signatureValue$/, because: "it is another authority's key" },
];

/** Where it says whom to ask about it. */
export const otherAddresses: readonly AllowedDifference[] = [
  { of: /authorityInfoAccess\/\d+\/ocsp$/, because: addresses },
  { of: /crlDistributionPoints(\/0)+$/, because: addresses },
  { of: /certificatePolicies\/.*\/cPSuri$/, because: addresses },
];

export const otherConditions: readonly AllowedDifference[] = [{ of: /qcPds\/0\/0$/, because: addresses }];
