/** What differs between the documents of the demo environment and those of the simulator, and why it must. */

import type { Difference } from '../support/asn1-rows.js';

const another = 'it is another authority';
const addresses = 'the simulator listens elsewhere';

/** In any name of an authority or responder. */
export const otherAuthority: readonly Difference[] = [
  { of: /(issuer|responderID|subject)(\/\d+)+\/commonName$/, because: another },
  {
    of: /(issuer|responderID|subject)(\/\d+)+\/organizationIdentifier$/,
    because: `${another}: this one is registered nowhere`,
  },
  {
    of: /(issuer|responderID|subject)(\/\d+)+\/organization$/,
    because: `${another}: by this one the command tells the files that a simulator has written`,
  },
];

/** In any certificate. */
export const otherCertificate: readonly Difference[] = [
  { of: /tbsCertificate\/serialNumber$/, because: 'it is random, and as long' },
  { of: /tbsCertificate\/validity\/[01]$/, because: 'it is issued at another time, for as long' },
  { of: /tbsCertificate\/publicKey\/1$/, because: 'it is another key' },
  { of: /extensions\/list\/\d+\/authorityKeyIdentifier\/0$/, because: "it is another authority's key" },
  { of: /extensions\/list\/\d+\/subjectKeyIdentifier$/, because: 'it is another key' },
  { of: /authorityInfoAccess\/\d+\/caIssuers$/, because: addresses },
  { of: /(^|certificate\/)signatureValue$/, because: "it is another authority's key" },
];

/** Where it says whom to ask about it. */
export const otherAddresses: readonly Difference[] = [
  { of: /authorityInfoAccess\/\d+\/ocsp$/, because: addresses },
  { of: /crlDistributionPoints(\/0)+$/, because: addresses },
  { of: /certificatePolicies\/.*\/cPSuri$/, because: addresses },
];

/** In the certificate of a person. */
export const otherPerson: readonly Difference[] = [
  ...otherAuthority.map(({ of, because }) => ({
    of: new RegExp(of.source.replace('|responderID|subject', '')),
    because,
  })),
];

export const otherConditions: readonly Difference[] = [{ of: /qcPds\/0\/0$/, because: addresses }];
