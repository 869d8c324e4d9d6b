/**
 * Extensions of certificates, lists and OCSP answers (RFC 5280, section 4.2), and what those mean that certificates are
 * judged by. They are decoded only when the signature over them has been verified.
 */

import {
  type Bytes,
  constructedTag,
  type DerElement,
  DerError,
  elementsIn,
  onlyElement,
  primitiveTag,
  tags,
} from './der.js';
import { booleanIn, integerIn, namedBitsIn, objectIdentifierIn, textIn } from './der-values.js';

export interface Extension {
  /** Object identifier. */
  type: string;
  isCritical: boolean;
  /** The DER in it, which is not decoded yet. */
  value: Bytes;
}

/** Object identifiers of the extensions that certificates are judged by. */
export const extensionTypes = {
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  certificatePolicies: '2.5.29.32',
  extendedKeyUsage: '2.5.29.37',
} as const;

/** Their meaning is checked where paths are built or by the Smart-ID profile; a critical one beside them refuses. */
const understoodExtensions = new Set<string>(Object.values(extensionTypes));

/** Object identifiers of the extensions that say where there is more: OCSP, the issuer's certificate, and lists. */
export const authorityInfoAccess = '1.3.6.1.5.5.7.1.1';
export const crlDistributionPoints = '2.5.29.31';

/**
 * Flags of the key usage extension (RFC 5280, section 4.2.1.3): bits 0 to 3 and 5 of 16, of which bit 0 is the highest.
 */
export const keyUsageFlags = {
  digitalSignature: 0x8000,
  nonRepudiation: 0x4000,
  keyEncipherment: 0x2000,
  dataEncipherment: 0x1000,
  keyCertSign: 0x0400,
} as const;

const maxExtensions = 50;
/** Of object identifiers, names or addresses in one extension. */
const maxValues = 50;

/** The extensions in a SEQUENCE of them. @throws DerError when it is malformed. */
export function extensionsIn(list: DerElement): Extension[] {
  return elementsIn(list, maxExtensions, tags.sequence).map(extensionIn);
}

/** Whether one of them comes twice, which none may (RFC 5280, section 4.2). */
export function hasExtensionTwice(extensions: readonly Extension[]): boolean {
  return new Set(extensions.map(({ type }) => type)).size !== extensions.length;
}

/** The object identifier of the first critical extension that nobody here understands. */
export function unknownCriticalExtension(extensions: readonly Extension[]): string | undefined {
  return extensions.find(({ isCritical, type }) => isCritical && !understoodExtensions.has(type))?.type;
}

function extensionIn({ reader }: DerElement): Extension {
  const type = objectIdentifierIn(reader.next(tags.objectIdentifier));
  const flag = reader.nextIf(tags.boolean);
  const { content: value } = reader.next(tags.octetString);
  reader.finish();
  return { type, isCritical: flag !== undefined && booleanIn(flag), value };
}

/** The flags of a key usage. */
export function decodeKeyUsage(value: Bytes): number {
  return namedBitsIn(onlyElement(value, tags.bitString));
}

/** The object identifiers of an extended key usage. */
export function decodeExtendedKeyUsage(value: Bytes): string[] {
  return objectIdentifiersIn(onlyElement(value, tags.sequence));
}

/** The object identifiers of certificate policies; their qualifiers mean nothing here. */
export function decodeCertificatePolicies(value: Bytes): string[] {
  return elementsIn(onlyElement(value, tags.sequence), maxValues, tags.sequence).map(({ reader }) => {
    const type = objectIdentifierIn(reader.next(tags.objectIdentifier));
    const qualifiers = reader.nextIf(tags.sequence);
    reader.finish();
    if (qualifiers) elementsIn(qualifiers, maxValues, tags.sequence).forEach(checkQualifier);
    return type;
  });
}

function checkQualifier({ reader }: DerElement): void {
  objectIdentifierIn(reader.next(tags.objectIdentifier));
  reader.nextOfAnyTag();
  reader.finish();
}

/** Whether the basic constraints are those of a CA. */
export function decodeIsCa(value: Bytes): boolean {
  const { reader } = onlyElement(value, tags.sequence);
  const flag = reader.nextIf(tags.boolean);
  const pathLength = reader.nextIf(tags.integer);
  reader.finish();
  if (pathLength) integerIn(pathLength);
  return flag !== undefined && booleanIn(flag);
}

/** A statement of a qualified certificate (RFC 3739, section 3.2.6). */
export interface QcStatement {
  /** Object identifier. */
  type: string;
  /** What is said by it, if anything. */
  info?: DerElement;
}

export function decodeQcStatements(value: Bytes): QcStatement[] {
  return elementsIn(onlyElement(value, tags.sequence), maxValues, tags.sequence).map(({ reader }) => {
    const type = objectIdentifierIn(reader.next(tags.objectIdentifier));
    const info = reader.isAtEnd ? undefined : reader.nextOfAnyTag();
    reader.finish();
    return { type, info };
  });
}

/** The object identifiers in a SEQUENCE of them. */
export function objectIdentifiersIn(list: DerElement): string[] {
  return elementsIn(list, maxValues, tags.objectIdentifier).map(objectIdentifierIn);
}

const accessMethods = { ocsp: '1.3.6.1.5.5.7.48.1', caIssuers: '1.3.6.1.5.5.7.48.2' } as const;
/**
 * Kinds of GeneralName (RFC 5280, section 4.2.1.6): those looked at, and all but X.400 and EDI names, which nobody has.
 */
export const directoryName = constructedTag(4);
const uniformResourceIdentifier = primitiveTag(6);
const generalNames = new Set([...[0, 4].map(constructedTag), ...[1, 2, 6, 7, 8].map(primitiveTag)]);

/** The GeneralNames in an element. @throws DerError when one is of a kind that is not used. */
export function generalNamesIn(list: DerElement): DerElement[] {
  const names = elementsIn(list, maxValues);
  names.forEach(checkGeneralName);
  return names;
}

function checkGeneralName({ tag }: DerElement): void {
  if (!generalNames.has(tag)) throw new DerError('a name is of an unknown kind');
}

/** The addresses for one access method of an authority information access extension (RFC 5280, section 4.2.2.1). */
export function decodeAccessUrls(value: Bytes, method: keyof typeof accessMethods): string[] {
  return elementsIn(onlyElement(value, tags.sequence), maxValues, tags.sequence).flatMap(({ reader }) => {
    const type = objectIdentifierIn(reader.next(tags.objectIdentifier));
    const location = reader.nextOfAnyTag();
    reader.finish();
    checkGeneralName(location);
    return type === accessMethods[method] ? urlsIn(location) : [];
  });
}

/**
 * Of a DistributionPoint and of a DistributionPointName: `distributionPoint`, `fullName`, and what else may be there.
 */
const zero = constructedTag(0);
const reasons = primitiveTag(1);
const nameRelativeToIssuer = constructedTag(1);
const crlIssuer = constructedTag(2);

/** The addresses of CRL distribution points by their full names (RFC 5280, section 4.2.1.13). */
export function decodeCrlUrls(value: Bytes): string[] {
  return elementsIn(onlyElement(value, tags.sequence), maxValues, tags.sequence).flatMap(({ reader }) => {
    const point = reader.nextIf(zero)?.reader;
    // A list for some reasons only, or of another issuer, does not say enough.
    const limits = [reader.nextIf(reasons), reader.nextIf(crlIssuer)].filter((limit) => limit !== undefined);
    reader.finish();
    const fullName = point?.nextIf(zero);
    if (!fullName) point?.next(nameRelativeToIssuer);
    point?.finish();
    return fullName && limits.length === 0 ? generalNamesIn(fullName).flatMap(urlsIn) : [];
  });
}

function urlsIn(generalName: DerElement): string[] {
  if (generalName.tag !== uniformResourceIdentifier) return [];
  const url = textIn(generalName, tags.ia5String);
  return /^https?:\/\//i.test(url) && URL.canParse(url) ? [url] : [];
}
