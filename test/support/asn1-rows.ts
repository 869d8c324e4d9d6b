/** DER as a table with a row for each element, read by a general library. */

import * as asn1js from 'asn1js';

/** More than a list of all revoked certificates has. */
const maxNodes = 1_000_000;

/** What stands for an object identifier in a path. */
const identifiers: Record<string, string> = {
  '2.5.4.3': 'commonName',
  '2.5.4.4': 'surname',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'country',
  '2.5.4.10': 'organization',
  '2.5.4.42': 'givenName',
  '2.5.4.97': 'organizationIdentifier',
  '2.5.29.9': 'subjectDirectoryAttributes',
  '2.5.29.14': 'subjectKeyIdentifier',
  '2.5.29.15': 'keyUsage',
  '2.5.29.17': 'subjectAltName',
  '2.5.29.19': 'basicConstraints',
  '2.5.29.20': 'crlNumber',
  '2.5.29.21': 'reasonCode',
  '2.5.29.31': 'crlDistributionPoints',
  '2.5.29.32': 'certificatePolicies',
  '2.5.29.35': 'authorityKeyIdentifier',
  '2.5.29.37': 'extendedKeyUsage',
  '1.3.6.1.5.5.7.1.1': 'authorityInfoAccess',
  '1.3.6.1.5.5.7.1.3': 'qcStatements',
  '1.3.6.1.5.5.7.2.1': 'cPSuri',
  '1.3.6.1.5.5.7.9.1': 'dateOfBirth',
  '1.3.6.1.5.5.7.48.1': 'ocsp',
  '1.3.6.1.5.5.7.48.1.5': 'ocspNoCheck',
  '1.3.6.1.5.5.7.48.1.6': 'archiveCutoff',
  '1.3.6.1.5.5.7.48.2': 'caIssuers',
  '0.4.0.1862.1.5': 'qcPds',
};

/** An element: where it is, what it is, and its value if it has one of its own. */
export interface Row {
  /**
   * Such as `tbsCertificate/subject/0/0/country`: fields by name, what follows an object identifier by that, the rest by
   * number.
   */
  path: string;
  tag: string;
  value: string;
}

/** How the fields of a type are named, by their number. */
export interface Names {
  [field: number]: string | [name: string, inner: Names];
}

const certificateNames: Names = {
  0: [
    'tbsCertificate',
    {
      0: 'version',
      1: 'serialNumber',
      2: 'signature',
      3: 'issuer',
      4: 'validity',
      5: 'subject',
      6: 'publicKey',
      7: ['extensions', { 0: 'list' }],
    },
  ],
  1: 'signatureAlgorithm',
  2: 'signatureValue',
};

/** Without a version, which goes without saying in an answer. */
const basicOcspNames: Names = {
  0: ['tbsResponseData', { 0: 'responderID', 1: 'producedAt', 2: 'responses', 3: 'responseExtensions' }],
  1: 'signatureAlgorithm',
  2: 'signature',
  3: ['certs', { 0: ['list', { 0: ['certificate', certificateNames] }] }],
};

const listNames: Names = {
  0: [
    'tbsCertList',
    {
      0: 'version',
      1: 'signature',
      2: 'issuer',
      3: 'thisUpdate',
      4: 'nextUpdate',
      5: 'revokedCertificates',
      6: 'crlExtensions',
    },
  ],
  1: 'signatureAlgorithm',
  2: 'signatureValue',
};

export function certificateRows(der: Uint8Array): Row[] {
  return rowsOf(parse(der), '', certificateNames);
}

export function ocspRows(der: Uint8Array): Row[] {
  return rowsOf(parse(der), '', {
    0: 'responseStatus',
    1: ['responseBytes', { 0: ['typed', { 1: ['basic', basicOcspNames] }] }],
  });
}

export function listRows(der: Uint8Array): Row[] {
  return rowsOf(parse(der), '', listNames);
}

function parse(der: Uint8Array): asn1js.AsnType {
  const { result, offset } = asn1js.fromBER(new Uint8Array(der), { maxNodes });
  if (offset !== der.length) throw new Error(`These bytes are no single element: ${result.error}`);
  return result;
}

function rowsOf(element: asn1js.AsnType, path: string, names: Names): Row[] {
  const row = { path, tag: tagOf(element), value: '' };
  if (!element.idBlock.isConstructed) {
    return [{ ...row, value: ownValueOf(element) }];
  }
  const children = (element as asn1js.Constructed).valueBlock.value as asn1js.AsnType[];
  const [first] = children;
  const type = first instanceof asn1js.ObjectIdentifier ? first.valueBlock.toString() : undefined;
  return [row, ...children.flatMap((child, index) => childRows(child, index, { path, names, type }))];
}

function childRows(
  child: asn1js.AsnType,
  index: number,
  { path, names, type }: { path: string; names: Names; type: string | undefined },
): Row[] {
  const named = names[index];
  const name = Array.isArray(named) ? named[0] : named;
  const inner = Array.isArray(named) ? named[1] : {};
  const isTyped = type !== undefined && index > 0;
  const childPath = `${path}${path && '/'}${name ?? (isTyped ? (identifiers[type] ?? type) : index)}`;
  // An OCTET STRING behind an object identifier holds DER of its own: an extension's value, or an OCSP answer.
  if (isTyped && child instanceof asn1js.OctetString) {
    const content = parse(new Uint8Array(child.valueBlock.valueHexView));
    return [{ path: childPath, tag: tagOf(child), value: '' }, ...rowsOf(content, childPath, inner)];
  }
  return rowsOf(child, childPath, inner);
}

const classes = ['', 'UNIVERSAL', 'APPLICATION', '', 'PRIVATE'];

function tagOf(element: asn1js.AsnType): string {
  const { idBlock } = element;
  if (idBlock.tagClass !== 1) {
    return `${classes[idBlock.tagClass]}[${idBlock.tagNumber}]${idBlock.isConstructed ? ' constructed' : ''}`;
  }
  return (element.constructor as unknown as { NAME: string }).NAME;
}

const texts = [asn1js.Utf8String, asn1js.PrintableString, asn1js.IA5String, asn1js.UTCTime, asn1js.GeneralizedTime];

/** Text where it is text, and hexadecimal content otherwise. Times as they are written, so that a fraction would show. */
function ownValueOf(element: asn1js.AsnType): string {
  if (element instanceof asn1js.ObjectIdentifier) return element.valueBlock.toString();
  const bytes = Buffer.from(
    element.valueBeforeDecodeView.subarray(element.idBlock.blockLength + element.lenBlock.blockLength),
  );
  const isText = texts.some((type) => element instanceof type);
  // An address in a general name has a tag of its own.
  const isAddress = element.idBlock.tagClass === 3 && /^https?:/.test(bytes.toString('latin1'));
  return isText || isAddress ? bytes.toString('utf8') : bytes.toString('hex');
}
