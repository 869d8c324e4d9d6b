/** What makes a certificate a Smart-ID certificate for a purpose and level (section "Certificate profiles"). */

import type { Certificate } from './certificate.js';
import { CertificatePolicyExtension, ExtendedKeyUsageExtension, KeyUsageFlags, KeyUsagesExtension } from './x509.js';

/** Policy sets that must be present whole; the demo environment's 2016 CA writes its own arc for the first of them. */
const policies = {
  QUALIFIED: { smartId: '1.3.6.1.4.1.10015.17.2', demo: '1.3.6.1.4.1.10015.3.17.2', etsi: '0.4.0.2042.1.2' },
  ADVANCED: { smartId: '1.3.6.1.4.1.10015.17.1', demo: '1.3.6.1.4.1.10015.3.17.1', etsi: '0.4.0.2042.1.1' },
} as const;

const smartIdAuthentication = '1.3.6.1.4.1.62306.5.7.0';
const clientAuthentication = '1.3.6.1.5.5.7.3.2';
const ocspSigning = '1.3.6.1.5.5.7.3.9';
/** What certificates with the client authentication purpose, issued before April 2025, have as key usage. */
const olderKeyUsage = KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment | KeyUsageFlags.dataEncipherment;

const smallestModulus = 2048;

export interface ProfileRules {
  /** Also take the policies of the demo environment's 2016 CA. */
  acceptDemoPolicies: boolean;
}

/** The level that the policies of an authentication certificate state, or undefined when it is no such certificate. */
export function authenticationLevel(
  certificate: Certificate,
  { acceptDemoPolicies }: ProfileRules,
): 'QUALIFIED' | 'ADVANCED' | undefined {
  const present = certificate.x509.getExtension(CertificatePolicyExtension)?.policies ?? [];
  for (const level of ['QUALIFIED', 'ADVANCED'] as const) {
    const { smartId, demo, etsi } = policies[level];
    const hasSmartId = present.includes(smartId) || (acceptDemoPolicies && present.includes(demo));
    if (hasSmartId && present.includes(etsi)) return level;
  }
  return undefined;
}

/** Whether key usage and extended key usage say that the key is for authentication. */
export function isForAuthentication(certificate: Certificate): boolean {
  return (
    isFor(certificate, KeyUsageFlags.digitalSignature, smartIdAuthentication) ||
    isFor(certificate, olderKeyUsage, clientAuthentication)
  );
}

/** Whether the certificate is that of an OCSP responder (RFC 6960, section 4.2.2.2). It need not have a key usage. */
export function isForOcspSigning(certificate: Certificate): boolean {
  const hasKeyUsage = certificate.x509.getExtension(KeyUsagesExtension) !== null;
  return isFor(certificate, hasKeyUsage ? KeyUsageFlags.digitalSignature : 0, ocspSigning);
}

function isFor({ x509 }: Certificate, keyUsage: number, purpose: string): boolean {
  const usages = x509.getExtension(KeyUsagesExtension)?.usages ?? 0;
  const purposes = x509.getExtension(ExtendedKeyUsageExtension)?.usages.map(String) ?? [];
  return (usages & keyUsage) === keyUsage && purposes.includes(purpose);
}

/** Whether the key is RSA, as all of Smart-ID's are, and large enough. */
export function hasStrongRsaKey({ publicKey }: Certificate): boolean {
  const modulus = publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  // Real Smart-ID moduli may be one bit short of their nominal size.
  return publicKey.asymmetricKeyType === 'rsa' && modulus >= smallestModulus - 1;
}
