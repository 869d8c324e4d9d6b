/**
 * Distinguished names by what an attribute means, because the usual short names mislead: `SN` is the surname here and a
 * serial number elsewhere, `G` and `GN` are one attribute. RP API 3.2.3, "Certificate profiles".
 */
import { Name } from './x509.js';

const attributeTypes = {
  commonName: '2.5.4.3',
  surname: '2.5.4.4',
  serialNumber: '2.5.4.5',
  country: '2.5.4.6',
  organization: '2.5.4.10',
  organizationalUnit: '2.5.4.11',
  givenName: '2.5.4.42',
  organizationIdentifier: '2.5.4.97',
} as const;

/**
 * What a part of a name is, by its short name.
 * @useDeclaredType
 */
export type NameAttributeType = keyof typeof attributeTypes;
/** A part of a name: what it is, and its value. */
export type NameAttribute = readonly [type: NameAttributeType, value: string];

/** A name in the order it has in the certificate, one attribute in each relative distinguished name. */
export type DistinguishedName = readonly NameAttribute[];

/** DER. */
export function encodeName(name: DistinguishedName): ArrayBuffer {
  return new Name(
    name.map(([type, value]) => ({ [attributeTypes[type]]: [directoryString(type, value)] })),
  ).toArrayBuffer();
}

/** RFC 5280, appendix A.1: a country and a serial number are PrintableString by definition. */
function directoryString(type: NameAttributeType, value: string) {
  return type === 'country' || type === 'serialNumber' ? { printableString: value } : { utf8String: value };
}
