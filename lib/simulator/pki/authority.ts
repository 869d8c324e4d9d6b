/**
 * The simulator's certificate authorities: a root, and below it issuing authorities of the kinds the real service has
 * (qualified and not, P-384 and RSA). Only the issuing ones are trust anchors. RP API 3.2.3, "Certificate chains".
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type Publication, profileOf } from './authority-profile.js';
import {
  dayMs,
  type IssuedCertificate,
  type Issuer,
  issueCertificate,
  keyIdentifier,
  type SignatureHash,
} from './certificate.js';
import {
  authorityKeyIdentifier,
  type BasicConstraints,
  basicConstraints,
  type KeyUsage,
  keyUsage,
  subjectKeyIdentifier,
} from './extensions.js';
import type { DistinguishedName } from './names.js';
import { rsaKeys } from './rsa-keys.js';

/** An authority that the simulator publishes, with the addresses its certificates point to. */
export interface Authority extends IssuedCertificate {
  /** Its part of those addresses, such as `eid-q-e`. */
  id: string;
  /** Where its own certificate is served. */
  caIssuersUrl: string;
  /** Where its OCSP responder is. */
  ocspUrl: string;
  /** Where its list of revoked certificates is. */
  crlUrl: string;
}

/** How a made-to-measure authority differs from a plain one. */
export interface AuthorityOverrides {
  /**
   * Whose it is.
   * @default that of the authority
   */
  subject?: DistinguishedName;
  /** Who signs it; it signs itself otherwise. */
  issuer?: Issuer;
  /**
   * The key that it signs with.
   * @default that of the authority
   */
  privateKey?: KeyObject;
  /**
   * Whether it may issue certificates.
   * @default those of a CA
   */
  basicConstraints?: BasicConstraints;
  /**
   * What its key is for.
   * @default that of a CA
   */
  keyUsage?: readonly KeyUsage[];
  /** When it begins to be valid. */
  notBefore?: Date;
  /** When it ends to be valid. */
  notAfter?: Date;
  /** The hash in the issuer's signature. */
  signatureHash?: SignatureHash;
}

/** In the name of each authority of a simulator, and of nobody else. */
export const organization = 'passport-smart-id simulator';

/** In the order of the real authorities of 2024. */
export function authorityName(commonName: string): DistinguishedName {
  return [
    ['commonName', commonName],
    ['organizationIdentifier', 'NTREE-00000000'],
    ['organization', organization],
    ['country', 'EE'],
  ];
}

/** In the order of those of 2021, and of the root. */
export function olderAuthorityName(commonName: string): DistinguishedName {
  return authorityName(commonName).toReversed();
}

export function issueAuthority(
  now: number,
  overrides: AuthorityOverrides = {},
  publication?: Publication,
): IssuedCertificate {
  const subject = overrides.subject ?? authorityName('Simulated authority');
  const privateKey = overrides.privateKey ?? generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
  const issuer = overrides.issuer ?? { subject, privateKey, keyIdentifier: keyIdentifier(privateKey) };
  const notBefore = overrides.notBefore ?? new Date(now - 365 * dayMs);
  const own = {
    constraints: basicConstraints(overrides.basicConstraints ?? { ca: true, pathLength: 0 }),
    usage: keyUsage(overrides.keyUsage ?? ['keyCertSign', 'cRLSign']),
    ownKey: subjectKeyIdentifier(keyIdentifier(privateKey)),
    issuerKey: authorityKeyIdentifier(issuer.keyIdentifier),
  };
  const { extensions, notAfter, serialNumberBytes } = profileOf(publication, own, notBefore);
  return issueCertificate(
    { subject, privateKey, notBefore, notAfter: overrides.notAfter ?? notAfter, extensions, serialNumberBytes },
    issuer,
    overrides.signatureHash ?? 'sha384',
  );
}

/** The keys, made before the simulator listens, because an RSA key takes a moment. */
export interface AuthorityKeys {
  /** The root's. */
  root: KeyObject;
  /** Of the authority for qualified accounts, P-384. */
  qualified: KeyObject;
  /** Of the authority for qualified accounts, RSA. */
  qualifiedRsa: KeyObject;
  /** Of the authority for other accounts. */
  nonQualified: KeyObject;
  /** Of the authority for timestamp units. */
  timestamps: KeyObject;
}

/** Makes the keys of the CAs, for several simulators that are to have the same trust anchors. */
export async function generateAuthorityKeys(): Promise<AuthorityKeys> {
  const p384 = () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
  // The real root, ROOT G1E, signs with P-521.
  const root = generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey;
  return {
    root,
    qualified: p384(),
    qualifiedRsa: await generateRsaKey(2048),
    nonQualified: p384(),
    timestamps: p384(),
  };
}

export function generateRsaKey(bits: number): Promise<KeyObject> {
  return rsaKeys.make(bits);
}
