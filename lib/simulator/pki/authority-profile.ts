/**
 * In what order the certificate of an authority has its extensions, and for how long it is valid: the real authorities
 * of 2021 and of 2024 differ in both.
 */
import { validUntil } from './certificate.js';
import {
  authorityInformationAccess,
  type CertificateExtension,
  certificatePolicies,
  crlDistributionPoint,
} from './extensions.js';

/** What an authority of the simulator has that one made to measure has not. */
export interface Publication {
  /** Of the real authority that it is like. */
  year: 2021 | 2024;
  /** Where there is something to be learned about it: the addresses of its issuer. */
  caIssuersUrl: string;
  ocspUrl: string;
  crlUrl: string;
  practiceStatementUrl: string;
}

/** The extensions that any authority has. */
export type OwnExtensions = Record<'constraints' | 'usage' | 'ownKey' | 'issuerKey', CertificateExtension>;

interface AuthorityProfile {
  extensions: CertificateExtension[];
  notAfter: Date;
  serialNumberBytes: number;
}

const anyPolicy = '2.5.29.32.0';
/** The name of the extension itself, which the authority of 2024 has as a policy. */
const policiesExtension = '2.5.29.32';

export function profileOf(
  publication: Publication | undefined,
  { constraints, usage, ownKey, issuerKey }: OwnExtensions,
  notBefore: Date,
): AuthorityProfile {
  const notAfter = validUntil(notBefore, 15);
  if (!publication) {
    return { extensions: [constraints, issuerKey, ownKey, usage], notAfter, serialNumberBytes: 20 };
  }
  const { year, caIssuersUrl: caIssuers, ocspUrl: ocsp, crlUrl, practiceStatementUrl } = publication;
  const list = crlDistributionPoint(crlUrl);
  if (year === 2024) {
    const access = authorityInformationAccess({ caIssuers, ocsp });
    const policies = certificatePolicies([anyPolicy, policiesExtension], practiceStatementUrl, policiesExtension);
    const extensions = [constraints, issuerKey, access, policies, list, ownKey, usage];
    return { extensions, notAfter, serialNumberBytes: 20 };
  }
  const access = authorityInformationAccess({ ocsp, caIssuers });
  const policies = certificatePolicies([anyPolicy], practiceStatementUrl);
  return {
    extensions: [issuerKey, ownKey, usage, constraints, access, list, policies],
    notAfter: new Date(new Date(notBefore).setUTCFullYear(notBefore.getUTCFullYear() + 15)),
    serialNumberBytes: 16,
  };
}
