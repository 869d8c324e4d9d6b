/**
 * A person's certificate, for authentication or for signatures, in one of the two profiles that are in use, with a way
 * to deviate from it at any single point: tests of attacks are built upon that. RP API 3.2.3, "Certificate profiles".
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  type CertificateLevel,
  type CertificatePurpose,
  findAccount,
  type SimulatedAccount,
  semanticsIdentifierOf,
  simulatedAccounts,
} from '../accounts.js';
import type { Authority } from './authority.js';
import {
  dayMs,
  type IssuedCertificate,
  type Issuer,
  issueCertificate,
  keyIdentifier,
  type SignatureHash,
  validUntil,
} from './certificate.js';
import * as extension from './extensions.js';
import type { DistinguishedName } from './names.js';

/** How a certificate differs from the one its account would get. What is left out is as it should be. */
export interface UserCertificateOverrides {
  /** The document number of the test account to start from; the first one of the table otherwise. */
  account?: string;
  /**
   * What its key signs.
   * @default `'authentication'`
   */
  purpose?: CertificatePurpose;
  /** Who signs it. Take one of `pki.authorities`, an `issueAuthority()`, or any user certificate. */
  issuer?: Issuer;
  /**
   * Whose it is.
   * @default the name and identifier of the account
   */
  subject?: DistinguishedName;
  /** The document number in subjectAltName; `null` leaves the extension out. */
  documentNumber?: string | null;
  /**
   * OIDs.
   * @default those of the level
   */
  certificatePolicies?: readonly string[];
  /**
   * What the key is for.
   * @default that of the purpose
   */
  keyUsage?: readonly extension.KeyUsage[];
  /** Object identifiers; an empty list leaves the extension out. */
  extendedKeyUsage?: readonly string[];
  /** All of them; an empty list leaves the extension out. Those of the real certificates are in `qcStatement`. */
  qcStatements?: readonly extension.QcStatement[];
  /**
   * Whether it may issue certificates.
   * @default those of a certificate that issues none
   */
  basicConstraints?: extension.BasicConstraints;
  /** `YYYY-MM-DD`; `null` leaves the attribute out. */
  dateOfBirth?: string | null;
  /** When it begins to be valid. */
  notBefore?: Date;
  /** When it ends to be valid. */
  notAfter?: Date;
  /** The hash in the issuer's signature. */
  signatureHash?: SignatureHash;
  /** The person's key; one key for all such certificates otherwise. */
  privateKey?: KeyObject;
  /** `null` leaves the address out. */
  caIssuersUrl?: string | null;
  /** null leaves the address out. */
  ocspUrl?: string | null;
  /** null leaves the address out. */
  crlUrl?: string | null;
  /** Appended to the others, for instance a critical one that nobody knows. */
  extraExtensions?: readonly extension.CertificateExtension[];
}

export interface UserCertificateSurroundings {
  authorities: { qualified: Authority; qualifiedRsa: Authority; nonQualified: Authority };
  practiceStatementUrl: string;
  /** Of the conditions for use. */
  conditionsUrl: string;
  now: number;
}

const policiesOfPurpose: Record<CertificatePurpose, Record<CertificateLevel, readonly string[]>> = {
  authentication: {
    QUALIFIED: ['1.3.6.1.4.1.10015.17.2', '0.4.0.2042.1.2'],
    ADVANCED: ['1.3.6.1.4.1.10015.17.1', '0.4.0.2042.1.1'],
  },
  signature: {
    QUALIFIED: ['1.3.6.1.4.1.10015.17.2', '0.4.0.194112.1.2'],
    ADVANCED: ['1.3.6.1.4.1.10015.17.1', '0.4.0.2042.1.1'],
  },
};

interface Usage {
  keyUsage: readonly extension.KeyUsage[];
  extendedKeyUsage: readonly string[];
}
const signatureUsage: Usage = { keyUsage: ['nonRepudiation'], extendedKeyUsage: [] };
const usageOfPurpose: Record<CertificatePurpose, Record<SimulatedAccount['certificateProfile'], Usage>> = {
  authentication: {
    current: { keyUsage: ['digitalSignature'], extendedKeyUsage: ['1.3.6.1.4.1.62306.5.7.0'] },
    older: {
      keyUsage: ['digitalSignature', 'keyEncipherment', 'dataEncipherment'],
      extendedKeyUsage: ['1.3.6.1.5.5.7.3.2'],
    },
  },
  signature: { current: signatureUsage, older: signatureUsage },
};

export function issueUserCertificate(
  surroundings: UserCertificateSurroundings,
  overrides: UserCertificateOverrides = {},
): IssuedCertificate {
  const account = accountToStartFrom(overrides.account);
  const purpose = overrides.purpose ?? 'authentication';
  const authority = authorityOf(account, surroundings);
  const issuer = overrides.issuer ?? authority;
  const privateKey = overrides.privateKey ?? sharedKey();
  const notBefore = overrides.notBefore ?? new Date(surroundings.now - dayMs);
  const contents = {
    subject: overrides.subject ?? subjectOf(account, purpose),
    privateKey,
    notBefore,
    notAfter: overrides.notAfter ?? validUntil(notBefore, 3),
    extensions: extensionsOf(account, purpose, authority, issuer, privateKey, surroundings, overrides),
  };
  return issueCertificate(contents, issuer, overrides.signatureHash ?? 'sha384');
}

function extensionsOf(
  account: SimulatedAccount,
  purpose: CertificatePurpose,
  authority: Authority,
  issuer: Issuer,
  privateKey: KeyObject,
  { practiceStatementUrl, conditionsUrl }: UserCertificateSurroundings,
  overrides: UserCertificateOverrides,
): extension.CertificateExtension[] {
  const usage = usageOfPurpose[purpose][account.certificateProfile];
  const documentNumberOfProfile = account.certificateProfile === 'older' ? null : account.documentNumber;
  const caIssuers = chosen(overrides.caIssuersUrl, authority.caIssuersUrl);
  const ocsp = chosen(overrides.ocspUrl, authority.ocspUrl);
  const crl = chosen(overrides.crlUrl, authority.crlUrl);
  const documentNumber = chosen(overrides.documentNumber, documentNumberOfProfile);
  const birth = chosen(overrides.dateOfBirth, account.dateOfBirth ?? null);
  const purposes = overrides.extendedKeyUsage ?? usage.extendedKeyUsage;
  const statements = overrides.qcStatements ?? qcStatementsOf(account, purpose, conditionsUrl);
  return [
    extension.basicConstraints(overrides.basicConstraints ?? { ca: false }),
    extension.authorityKeyIdentifier(issuer.keyIdentifier),
    ...((caIssuers ?? ocsp) ? [extension.authorityInformationAccess({ caIssuers, ocsp })] : []),
    ...(documentNumber ? [extension.subjectAlternativeName([['commonName', documentNumber]])] : []),
    extension.certificatePolicies(
      overrides.certificatePolicies ?? policiesOfPurpose[purpose][account.level],
      practiceStatementUrl,
    ),
    ...(birth ? [extension.dateOfBirth(birth)] : []),
    ...(purposes.length > 0 ? [extension.extendedKeyUsage(purposes)] : []),
    ...(statements.length > 0 ? [extension.qcStatements(statements)] : []),
    ...(crl ? [extension.crlDistributionPoint(crl)] : []),
    extension.subjectKeyIdentifier(keyIdentifier(privateKey)),
    extension.keyUsage(overrides.keyUsage ?? usage.keyUsage),
    ...(overrides.extraExtensions ?? []),
  ];
}

/** Real certificates for authentication carry none. */
function qcStatementsOf(
  account: SimulatedAccount,
  purpose: CertificatePurpose,
  conditionsUrl: string,
): readonly extension.QcStatement[] {
  const { semanticsIdentifier, qcCompliance, qcSscd, qcTypeEsign } = extension.qcStatement;
  if (account.level === 'ADVANCED' || purpose === 'authentication') return [];
  const disclosure = extension.qcDisclosure([{ url: conditionsUrl, language: 'en' }]);
  return [semanticsIdentifier, qcCompliance, ...(account.lacksQscd ? [] : [qcSscd]), qcTypeEsign, disclosure];
}

/** The override if there is one, where `null` stands for "none". */
function chosen(override: string | null | undefined, otherwise: string | null): string | undefined {
  return (override === undefined ? otherwise : override) ?? undefined;
}

function accountToStartFrom(documentNumber: string | undefined): SimulatedAccount {
  const account = documentNumber === undefined ? simulatedAccounts[0] : findAccount(documentNumber);
  if (!account) throw new Error(`the simulator has no account ${documentNumber}`);
  return account;
}

function authorityOf(account: SimulatedAccount, { authorities }: UserCertificateSurroundings): Authority {
  if (account.level === 'ADVANCED') return authorities.nonQualified;
  return account.certificateProfile === 'older' ? authorities.qualifiedRsa : authorities.qualified;
}

function subjectOf(account: SimulatedAccount, purpose: CertificatePurpose): DistinguishedName {
  const { surname, givenName } = account.name;
  const identifier = semanticsIdentifierOf(account.documentNumber);
  const country = identifier.slice(3, 5);
  if (account.certificateProfile === 'older') {
    return [
      ['serialNumber', identifier],
      ['givenName', givenName],
      ['surname', surname],
      ['commonName', `${surname},${givenName},${identifier}`],
      ['organizationalUnit', purpose.toUpperCase()],
      ['country', country],
    ];
  }
  return [
    ['country', country],
    ['commonName', `${surname},${givenName}`],
    ['surname', surname],
    ['givenName', givenName],
    ['serialNumber', identifier],
  ];
}

let keyOfAllDeviations: KeyObject | undefined;

/** Making an RSA key is slow, and tests of a certificate seldom care which key it holds. */
function sharedKey(): KeyObject {
  keyOfAllDeviations ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  return keyOfAllDeviations;
}
