/** What makes a certificate a Smart-ID certificate for a purpose and level (section "Certificate profiles"). */

import type { Certificate } from './certificate.js';
import { tags } from './der.js';
import {
  decodeQcStatements,
  extensionTypes,
  keyUsageFlags,
  objectIdentifiersIn,
  type QcStatement,
} from './extensions.js';

type StatedLevel = 'QUALIFIED' | 'ADVANCED';

/** Smart-ID's own policy of a level, for either purpose; the demo environment's 2016 CA writes its own arc for it. */
const smartIdPolicies: Record<StatedLevel, { live: string; demo: string }> = {
  QUALIFIED: { live: '1.3.6.1.4.1.10015.17.2', demo: '1.3.6.1.4.1.10015.3.17.2' },
  ADVANCED: { live: '1.3.6.1.4.1.10015.17.1', demo: '1.3.6.1.4.1.10015.3.17.1' },
};
/** The policy that must be there besides. */
const authenticationPolicies: Record<StatedLevel, string> = { QUALIFIED: '0.4.0.2042.1.2', ADVANCED: '0.4.0.2042.1.1' };
const signaturePolicies: Record<StatedLevel, string> = { QUALIFIED: '0.4.0.194112.1.2', ADVANCED: '0.4.0.2042.1.1' };

const qcStatements = '1.3.6.1.5.5.7.1.3';
/**
 * Statements of ETSI EN 319 412-5: that the key is in a qualified device, what the certificate is for, and that it is
 * for signatures.
 */
const qcSscd = '0.4.0.1862.1.4';
const qcType = '0.4.0.1862.1.6';
const esign = '0.4.0.1862.1.6.1';

const smartIdAuthentication = '1.3.6.1.4.1.62306.5.7.0';
const clientAuthentication = '1.3.6.1.5.5.7.3.2';
const ocspSigning = '1.3.6.1.5.5.7.3.9';
const timeStamping = '1.3.6.1.5.5.7.3.8';
/** What certificates with the client authentication purpose, issued before April 2025, have as key usage. */
const olderKeyUsage = keyUsageFlags.digitalSignature | keyUsageFlags.keyEncipherment | keyUsageFlags.dataEncipherment;

const smallestModulus = 2048;

export interface ProfileRules {
  /** Also take the policies of the demo environment's 2016 CA. */
  acceptDemoPolicies: boolean;
}

/** The level that the policies of an authentication certificate state, or undefined when it is no such certificate. */
export function authenticationLevel(certificate: Certificate, rules: ProfileRules): StatedLevel | undefined {
  return statedLevel(certificate, authenticationPolicies, rules);
}

/**
 * The level of a signing certificate by its policies and statements, or undefined when it is no such certificate. A
 * qualified one must state that it is for signatures; one that states that its key is in a qualified device is `QSCD`.
 */
export function signatureLevel(certificate: Certificate, rules: ProfileRules): StatedLevel | 'QSCD' | undefined {
  const level = statedLevel(certificate, signaturePolicies, rules);
  if (level !== 'QUALIFIED') return level;
  const statements = statementsOf(certificate);
  if (!isTypeEsign(statements)) return undefined;
  return statements.some(({ type }) => type === qcSscd) ? 'QSCD' : 'QUALIFIED';
}

function statedLevel(
  certificate: Certificate,
  etsiPolicies: Record<StatedLevel, string>,
  { acceptDemoPolicies }: ProfileRules,
): StatedLevel | undefined {
  const present = certificate.certificatePolicies ?? [];
  for (const level of ['QUALIFIED', 'ADVANCED'] as const) {
    const { live, demo } = smartIdPolicies[level];
    const hasSmartId = present.includes(live) || (acceptDemoPolicies && present.includes(demo));
    if (hasSmartId && present.includes(etsiPolicies[level])) return level;
  }
  return undefined;
}

function statementsOf(certificate: Certificate): QcStatement[] {
  return certificate.decode(qcStatements, decodeQcStatements) ?? [];
}

/** Whether the certificate is stated to be for signatures, and not for seals or websites. */
function isTypeEsign(statements: readonly QcStatement[]): boolean {
  const info = statements.find(({ type }) => type === qcType)?.info;
  return info?.tag === tags.sequence && objectIdentifiersIn(info).includes(esign);
}

/** Whether key usage and extended key usage say that the key is for authentication. */
export function isForAuthentication(certificate: Certificate): boolean {
  return (
    isFor(certificate, keyUsageFlags.digitalSignature, smartIdAuthentication) ||
    isFor(certificate, olderKeyUsage, clientAuthentication)
  );
}

/** Whether the key may sign what binds its owner. */
export function isForSignatures(certificate: Certificate): boolean {
  return ((certificate.keyUsage ?? 0) & keyUsageFlags.nonRepudiation) !== 0;
}

/** Whether the certificate is that of an OCSP responder (RFC 6960, section 4.2.2.2). It need not have a key usage. */
export function isForOcspSigning(certificate: Certificate): boolean {
  const hasKeyUsage = certificate.keyUsage !== undefined;
  return isFor(certificate, hasKeyUsage ? keyUsageFlags.digitalSignature : 0, ocspSigning);
}

/**
 * Whether the certificate is that of a timestamp unit (RFC 3161, section 2.3): its key is for timestamps and nothing
 * else, which whoever does not know this purpose must refuse. It need not have a key usage.
 */
export function isForTimestamps(certificate: Certificate): boolean {
  const { extensions, extendedKeyUsage = [], keyUsage } = certificate;
  const isCritical = extensions.some((one) => one.type === extensionTypes.extendedKeyUsage && one.isCritical);
  const signing = keyUsageFlags.digitalSignature | keyUsageFlags.nonRepudiation;
  const isForSigningOnly = keyUsage === undefined || (keyUsage !== 0 && (keyUsage & ~signing) === 0);
  return isCritical && extendedKeyUsage.length === 1 && extendedKeyUsage[0] === timeStamping && isForSigningOnly;
}

function isFor(certificate: Certificate, keyUsage: number, purpose: string): boolean {
  const usages = certificate.keyUsage ?? 0;
  const purposes = certificate.extendedKeyUsage ?? [];
  return (usages & keyUsage) === keyUsage && purposes.includes(purpose);
}

const strongCurves = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

/** Whether the key is RSA or EC, as those of OCSP responders are, and large enough. */
export function hasStrongKey(certificate: Certificate): boolean {
  const { namedCurve = '' } = certificate.publicKey.asymmetricKeyDetails ?? {};
  return strongCurves.has(namedCurve) || hasStrongRsaKey(certificate);
}

/** Whether the key is RSA, as all of Smart-ID's are, and large enough. */
export function hasStrongRsaKey({ publicKey }: Certificate): boolean {
  const modulus = publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  // Real Smart-ID moduli may be one bit short of their nominal size.
  return publicKey.asymmetricKeyType === 'rsa' && modulus >= smallestModulus - 1;
}
