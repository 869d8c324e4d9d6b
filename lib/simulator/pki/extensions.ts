/**
 * The certificate extensions of Smart-ID certificates, each a function from plain values to DER
 * (RFC 5280, RFC 3739, ETSI EN 319 412; RP API 3.2.3, "Certificate profiles").
 */
import {
  boolean,
  contextConstructed,
  contextPrimitive,
  generalizedTime,
  ia5String,
  integer,
  namedBits,
  objectIdentifier,
  octetString,
  sequence,
  set,
} from './der.js';
import { type DistinguishedName, encodeName } from './names.js';

const keyUsageBits = {
  digitalSignature: 0,
  nonRepudiation: 1,
  keyEncipherment: 2,
  dataEncipherment: 3,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
} as const;

export type KeyUsage = keyof typeof keyUsageBits;

export interface BasicConstraints {
  ca: boolean;
  pathLength?: number;
}

/** Any extension: `value` is the DER inside the extension's OCTET STRING. */
export interface CertificateExtension {
  oid: string;
  critical: boolean;
  value: Buffer;
}

export function encodeExtension({ oid, critical, value }: CertificateExtension): Buffer {
  return sequence(objectIdentifier(oid), ...(critical ? [boolean(true)] : []), octetString(value));
}

export function basicConstraints({ ca, pathLength }: BasicConstraints): CertificateExtension {
  const value = sequence(...(ca ? [boolean(true)] : []), ...(pathLength === undefined ? [] : [integer(pathLength)]));
  // The real user certificates do not mark CA:FALSE critical; RFC 5280 demands it of an authority.
  return { oid: '2.5.29.19', critical: ca, value };
}

export function keyUsage(usages: readonly KeyUsage[]): CertificateExtension {
  return { oid: '2.5.29.15', critical: true, value: namedBits(usages.map((usage) => keyUsageBits[usage])) };
}

export function extendedKeyUsage(purposes: readonly string[]): CertificateExtension {
  return { oid: '2.5.29.37', critical: false, value: sequence(...purposes.map(objectIdentifier)) };
}

export function subjectKeyIdentifier(keyIdentifier: Buffer): CertificateExtension {
  return { oid: '2.5.29.14', critical: false, value: octetString(keyIdentifier) };
}

export function authorityKeyIdentifier(keyIdentifier: Buffer): CertificateExtension {
  return { oid: '2.5.29.35', critical: false, value: sequence(contextPrimitive(0, keyIdentifier)) };
}

export function authorityInformationAccess(urls: { caIssuers?: string; ocsp?: string }): CertificateExtension {
  const description = (method: string, url: string) =>
    sequence(objectIdentifier(method), contextPrimitive(6, Buffer.from(url, 'latin1')));
  const value = sequence(
    ...(urls.caIssuers === undefined ? [] : [description('1.3.6.1.5.5.7.48.2', urls.caIssuers)]),
    ...(urls.ocsp === undefined ? [] : [description('1.3.6.1.5.5.7.48.1', urls.ocsp)]),
  );
  return { oid: '1.3.6.1.5.5.7.1.1', critical: false, value };
}

export function crlDistributionPoint(url: string): CertificateExtension {
  const fullName = contextConstructed(0, contextPrimitive(6, Buffer.from(url, 'latin1')));
  return { oid: '2.5.29.31', critical: false, value: sequence(sequence(contextConstructed(0, fullName))) };
}

/** A directoryName, as Smart-ID carries the document number. */
export function subjectAlternativeName(name: DistinguishedName): CertificateExtension {
  return { oid: '2.5.29.17', critical: false, value: sequence(contextConstructed(4, encodeName(name))) };
}

/** The policies, with the practice statement's URL on the first, as the real certificates have it. */
export function certificatePolicies(policies: readonly string[], practiceStatementUrl: string): CertificateExtension {
  const qualifier = sequence(objectIdentifier('1.3.6.1.5.5.7.2.1'), ia5String(practiceStatementUrl));
  const value = sequence(
    ...policies.map((policy, index) =>
      sequence(objectIdentifier(policy), ...(index === 0 ? [sequence(qualifier)] : [])),
    ),
  );
  return { oid: '2.5.29.32', critical: false, value };
}

/** subjectDirectoryAttributes with a dateOfBirth. Noon, as in the real certificates: no time zone moves it to another day. */
export function dateOfBirth(day: string): CertificateExtension {
  const attribute = sequence(objectIdentifier('1.3.6.1.5.5.7.9.1'), set(generalizedTime(new Date(`${day}T12:00:00Z`))));
  return { oid: '2.5.29.9', critical: false, value: sequence(attribute) };
}

/** That the subject's serialNumber is a semantics identifier of a natural person (ETSI EN 319 412-1). */
export function semanticsIdentifierStatement(): CertificateExtension {
  const statement = sequence(objectIdentifier('1.3.6.1.5.5.7.11.2'), sequence(objectIdentifier('0.4.0.194121.1.1')));
  return { oid: '1.3.6.1.5.5.7.1.3', critical: false, value: sequence(statement) };
}
