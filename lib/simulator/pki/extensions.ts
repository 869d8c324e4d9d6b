/**
 * The certificate extensions of Smart-ID certificates, each a function from plain values to DER
 * (RFC 5280, RFC 3739, ETSI EN 319 412; RP API 3.2.3, "Certificate profiles").
 */
import { GeneralizedTime, IA5String, Null, ObjectIdentifier, PrintableString, Sequence } from 'asn1js';
import {
  AccessDescription,
  Attribute,
  CertificatePolicies,
  GeneralName,
  GeneralNames,
  InfoAccess,
  PolicyInformation,
  PolicyQualifierInfo,
  QCStatement,
  QCStatements,
  RelativeDistinguishedNames,
  SubjectDirectoryAttributes,
} from 'pkijs';
import { type DistinguishedName, encodeName } from './names.js';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  CRLDistributionPointsExtension,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
} from './x509.js';

/** A bit of the key usage, by its name. */
export type KeyUsage = Exclude<keyof typeof KeyUsageFlags, number>;

/** Whether a certificate may issue others. */
export interface BasicConstraints {
  /** Whether it may. */
  ca: boolean;
  /**
   * How many CAs may follow.
   * @default any number
   */
  pathLength?: number;
}

/** Any extension: `value` is the DER inside the extension's OCTET STRING. */
export interface CertificateExtension {
  /** Its type. */
  oid: string;
  /** Whether who does not know it must refuse the certificate. */
  critical: boolean;
  /** DER of the value. */
  value: Buffer;
}

export function basicConstraints({ ca, pathLength }: BasicConstraints): CertificateExtension {
  // The real user certificates do not mark CA:FALSE critical; RFC 5280 demands it of an authority.
  return plain(new BasicConstraintsExtension(ca, pathLength, ca));
}

export function keyUsage(usages: readonly KeyUsage[]): CertificateExtension {
  return plain(
    new KeyUsagesExtension(
      usages.reduce((flags, usage) => flags | KeyUsageFlags[usage], 0),
      true,
    ),
  );
}

export function extendedKeyUsage(purposes: readonly string[]): CertificateExtension {
  return plain(new ExtendedKeyUsageExtension([...purposes]));
}

export function subjectKeyIdentifier(keyIdentifier: Buffer): CertificateExtension {
  return plain(new SubjectKeyIdentifierExtension(keyIdentifier.toString('hex')));
}

export function authorityKeyIdentifier(keyIdentifier: Buffer): CertificateExtension {
  return plain(new AuthorityKeyIdentifierExtension(keyIdentifier.toString('hex')));
}

const accessMethods = { ocsp: '1.3.6.1.5.5.7.48.1', caIssuers: '1.3.6.1.5.5.7.48.2' };

/** In the order of the keys, since the real authorities differ in it. */
export function authorityInformationAccess(urls: { caIssuers?: string; ocsp?: string }): CertificateExtension {
  const accessDescriptions = (Object.keys(urls) as (keyof typeof urls)[]).flatMap((method) => {
    const value = urls[method];
    if (value === undefined) return [];
    const accessLocation = new GeneralName({ type: 6, value });
    return [new AccessDescription({ accessMethod: accessMethods[method], accessLocation })];
  });
  return encoded('1.3.6.1.5.5.7.1.1', new InfoAccess({ accessDescriptions }));
}

export function crlDistributionPoint(url: string): CertificateExtension {
  return plain(new CRLDistributionPointsExtension([url]));
}

/** That nobody need ask whether a responder's certificate is revoked (RFC 6960, section 4.2.2.2.1). */
export function ocspNoCheck(): CertificateExtension {
  return { oid: '1.3.6.1.5.5.7.48.1.5', critical: false, value: Buffer.from(new Null().toBER()) };
}

/** A directoryName, as Smart-ID carries the document number. */
export function subjectAlternativeName(name: DistinguishedName): CertificateExtension {
  const directoryName = new GeneralName({ type: 4, value: RelativeDistinguishedNames.fromBER(encodeName(name)) });
  return encoded('2.5.29.17', new GeneralNames({ names: [directoryName] }));
}

/** The policies, with the practice statement's URL on one of them: on the first, as people's certificates have it. */
export function certificatePolicies(
  policies: readonly string[],
  practiceStatementUrl: string,
  statedPolicy = policies[0],
): CertificateExtension {
  const qualifier = new PolicyQualifierInfo({
    policyQualifierId: '1.3.6.1.5.5.7.2.1',
    qualifier: new IA5String({ value: practiceStatementUrl }),
  });
  const certificatePolicies = policies.map(
    (policyIdentifier) =>
      new PolicyInformation({
        policyIdentifier,
        ...(policyIdentifier === statedPolicy && { policyQualifiers: [qualifier] }),
      }),
  );
  return encoded('2.5.29.32', new CertificatePolicies({ certificatePolicies }));
}

/**
 * subjectDirectoryAttributes with a dateOfBirth. Noon, as in the real certificates: no time zone moves it to another
 * day.
 */
export function dateOfBirth(day: string): CertificateExtension {
  const values = [new GeneralizedTime({ valueDate: new Date(`${day}T12:00:00Z`) })];
  const attributes = [new Attribute({ type: '1.3.6.1.5.5.7.9.1', values })];
  return encoded('2.5.29.9', new SubjectDirectoryAttributes({ attributes }));
}

/** A statement of a qualified certificate. */
export interface QcStatement {
  /** OID of the statement. */
  id: string;
  /** Object identifiers, for the statements that hold a list of them. */
  info?: readonly string[];
  /** Documents, for the statement that says where to read them. */
  documents?: readonly QcDocument[];
}

/** A document that a qualified certificate names. */
export interface QcDocument {
  /** Where it is. */
  url: string;
  /** Two letters. */
  language: string;
}

/** The statements of Smart-ID certificates that are the same in all (ETSI EN 319 412-1 and 412-5). */
export const qcStatement = {
  /** That the subject's serialNumber is a semantics identifier of a natural person. */
  semanticsIdentifier: {
    /** `id-qcs-pkixQCSyntax-v2`. */
    id: '1.3.6.1.5.5.7.11.2',
    /** `id-etsi-qcs-semanticsId-Natural`. */
    info: ['0.4.0.194121.1.1'],
  },
  /** That the certificate is a qualified one. */
  qcCompliance: {
    /** `id-etsi-qcs-QcCompliance`. */
    id: '0.4.0.1862.1.1',
  },
  /** That the key is in a device for qualified signatures. */
  qcSscd: {
    /** `id-etsi-qcs-QcSSCD`. */
    id: '0.4.0.1862.1.4',
  },
  /** QcType with esign: for the electronic signatures of a person. */
  qcTypeEsign: {
    /** `id-etsi-qcs-QcType`. */
    id: '0.4.0.1862.1.6',
    /** `id-etsi-qct-esign`. */
    info: ['0.4.0.1862.1.6.1'],
  },
} as const satisfies Record<string, QcStatement>;

/** QcPDS: where to read under which conditions the certificate may be used (ETSI EN 319 412-5, section 4.3.4). */
export function qcDisclosure(documents: readonly QcDocument[]): QcStatement {
  return { id: '0.4.0.1862.1.5', documents };
}

export function qcStatements(statements: readonly QcStatement[]): CertificateExtension {
  const contents = new QCStatements();
  contents.values = statements.map(({ id, info, documents }) => {
    const items = info?.map((value) => new ObjectIdentifier({ value })) ?? documents?.map(encodedDocument);
    return new QCStatement({ id, ...(items && { type: new Sequence({ value: items }) }) });
  });
  return encoded('1.3.6.1.5.5.7.1.3', contents);
}

function encodedDocument({ url, language }: QcDocument): Sequence {
  return new Sequence({ value: [new IA5String({ value: url }), new PrintableString({ value: language })] });
}

function plain({ type, critical, value }: Extension): CertificateExtension {
  return { oid: type, critical, value: Buffer.from(value) };
}

function encoded(oid: string, contents: { toSchema(): Sequence }): CertificateExtension {
  return { oid, critical: false, value: Buffer.from(contents.toSchema().toBER()) };
}
