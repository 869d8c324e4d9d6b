/**
 * The certificate of a timestamp unit, P-256, in the shape of the demo environment's: for timestamps and nothing else,
 * which is marked critical (RFC 3161, section 2.3).
 */
import { generateKeyPairSync } from 'node:crypto';
import { type Authority, authorityName } from './authority.js';
import { type IssuedCertificate, type Issuer, issueCertificate, keyIdentifier, validUntil } from './certificate.js';
import * as extension from './extensions.js';

/** How a unit's certificate differs from a right one. */
export interface UnitOverrides {
  /** Default: the authority. */
  issuer?: Issuer;
  /** Default: timestamps alone. */
  extendedKeyUsage?: readonly string[];
  notAfter?: Date;
}

const timeStamping = '1.3.6.1.5.5.7.3.8';
const day = 24 * 60 * 60 * 1000;

export function issueUnitCertificate(
  authority: Authority,
  now: number,
  { issuer = authority, extendedKeyUsage = [timeStamping], notAfter }: UnitOverrides = {},
): IssuedCertificate {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const notBefore = new Date(now - 30 * day);
  const contents = {
    subject: authorityName('Simulated TIMESTAMPING UNIT 2025E'),
    privateKey,
    notBefore,
    notAfter: notAfter ?? validUntil(notBefore, 6),
    extensions: [
      extension.authorityKeyIdentifier(issuer.keyIdentifier),
      extension.authorityInformationAccess({ caIssuers: authority.caIssuersUrl, ocsp: authority.ocspUrl }),
      { ...extension.extendedKeyUsage(extendedKeyUsage), critical: true },
      extension.crlDistributionPoint(authority.crlUrl),
      extension.subjectKeyIdentifier(keyIdentifier(privateKey)),
      extension.keyUsage(['digitalSignature', 'nonRepudiation']),
    ],
  };
  return issueCertificate(contents, issuer, 'sha384');
}
