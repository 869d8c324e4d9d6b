/**
 * Certificates in the answer of an RP API that is hostile, or that an authority has been made to sign. All are signed by the
 * authority unless it is said otherwise, so that no check of the path spares the others the work.
 */

import {
  type Bytes,
  bitString,
  childrenOf,
  explicit,
  octetString,
  oid,
  sequence,
  set,
  tlv,
  utf8String,
} from '../../support/der.js';
import { type CertificateFields, certificateOfFields, fieldsOf, type Seal } from './certificate-fields.js';
import {
  anyArc,
  arcs,
  digits,
  documents,
  elements,
  type Filler,
  filled,
  hugeBitString,
  hugeInteger,
  hugeText,
  longTime,
  nested,
  numbered,
  oidOfManyArcs,
  oidOfOneArc,
  repeated,
} from './elements.js';
import { fixedKeys, hostileKeys } from './keys.js';
import { extension, hostileExtensions, hostileNames } from './names.js';
import { fitted, type Shape, shapesOf, truncated } from './shape.js';
import type { Victim } from './victim.js';

/** Addresses at which nobody answers, each another one. */
const address = (tag: number) => tlv(tag, Buffer.from(`http://127.0.0.1/${digits.placeholder}`));

/** Values of the extensions by which a certificate is judged. */
const values: readonly [what: string, type: string, value: Filler][] = [
  [
    'thousands of addresses for OCSP',
    '1.3.6.1.5.5.7.1.1',
    (bytes) => sequence(numbered(sequence(oid('1.3.6.1.5.5.7.48.1'), address(0x86)), digits, bytes)),
  ],
  [
    'thousands of lists',
    '2.5.29.31',
    (bytes) => sequence(numbered(sequence(explicit(0, explicit(0, address(0x86)))), digits, bytes)),
  ],
  [
    'a list with thousands of addresses',
    '2.5.29.31',
    (bytes) => sequence(sequence(explicit(0, explicit(0, numbered(address(0x86), digits, bytes))))),
  ],
  [
    'one address of all the bytes',
    '1.3.6.1.5.5.7.1.1',
    (bytes) =>
      sequence(sequence(oid('1.3.6.1.5.5.7.48.1'), tlv(0x86, Buffer.from('http://127.0.0.1/'), filled(bytes, 0x41)))),
  ],
  ['nested addresses', '1.3.6.1.5.5.7.1.1', nested(0x30)],
  ['very many policies', '2.5.29.32', (bytes) => sequence(numbered(sequence(oid(`1.2.3.${anyArc}`)), arcs, bytes))],
  ['one policy very often', '2.5.29.32', (bytes) => sequence(repeated(sequence(oid('0.4.0.2042.1.2')), bytes))],
  ['a policy of very many arcs', '2.5.29.32', (bytes) => sequence(sequence(oidOfManyArcs(bytes)))],
  [
    'a policy with very many qualifiers',
    '2.5.29.32',
    (bytes) =>
      sequence(sequence(oid('1.2.3'), sequence(repeated(sequence(oid('1.3.6.1.5.5.7.2.1'), tlv(0x16)), bytes)))),
  ],
  ['very many purposes', '2.5.29.37', (bytes) => sequence(numbered(oid(`1.2.3.${anyArc}`), arcs, bytes))],
  ['a purpose of one enormous arc', '2.5.29.37', (bytes) => sequence(oidOfOneArc(bytes))],
  ['a huge key usage', '2.5.29.15', hugeBitString],
  ['a key usage with 255 unused bits', '2.5.29.15', (bytes) => bitString(filled(bytes, 0xff), 255)],
  ['a huge path length', '2.5.29.19', (bytes) => sequence(tlv(0x01, Buffer.of(0)), hugeInteger(bytes))],
  ['very many alternative names', '2.5.29.17', (bytes) => sequence(numbered(address(0x82), digits, bytes))],
  [
    'very many directory names',
    '2.5.29.17',
    (bytes) => sequence(repeated(explicit(4, sequence(set(sequence(oid('2.5.4.3'), utf8String('A'))))), bytes)),
  ],
  [
    'a huge alternative name',
    '2.5.29.17',
    (bytes) => sequence(explicit(4, sequence(set(sequence(oid('2.5.4.3'), hugeText(bytes)))))),
  ],
  ['nested alternative names', '2.5.29.17', nested(0xa4)],
  ['very many statements', '1.3.6.1.5.5.7.1.3', (bytes) => sequence(repeated(sequence(oid('0.4.0.1862.1.1')), bytes))],
  ['very many directory attributes', '2.5.29.9', (bytes) => sequence(repeated(sequence(oid('1.2.3'), set()), bytes))],
  [
    'a date of birth of all the bytes',
    '2.5.29.9',
    (bytes) => sequence(sequence(oid('1.3.6.1.5.5.7.9.1'), set(longTime(bytes)))),
  ],
  ['a huge key identifier', '2.5.29.14', (bytes) => octetString(filled(bytes, 1))],
  ['a huge key identifier of the authority', '2.5.29.35', (bytes) => sequence(tlv(0x80, filled(bytes, 1)))],
  [
    'very many name constraints',
    '2.5.29.30',
    (bytes) => sequence(explicit(0, numbered(sequence(address(0x82)), digits, bytes))),
  ],
];

export function certificateShapes(victim: Victim): Shape[] {
  const genuine = { ...fieldsOf(victim.certificate), publicKey: victim.otherKey };
  const { extensions, subject } = genuine;
  const issued = (fields: Partial<CertificateFields>, seal?: Seal) =>
    certificateOfFields({ ...genuine, ...fields }, victim, seal);
  const of = (name: string, build: Filler): Shape => ({ name, build: fitted(build) });
  const forged = bitString(victim.signatureOf(Buffer.alloc(0)).subarray(3));
  /** With another value in an extension that it has, or with one more. */
  const withValue = (type: Bytes, value: Bytes): Bytes[] => {
    const others = extensions.filter((one) => !type.equals(childrenOf(one)[0] as Bytes));
    return [...others, extension(type, value)];
  };
  const serial: Filler = (bytes) => issued({ serialNumber: hugeInteger(bytes) });

  return [
    ...shapesOf(documents),
    { name: 'nothing', build: () => Buffer.alloc(0) },
    { name: 'a truncated certificate', build: truncated(fitted(serial)) },
    of('certificates one after the other', (bytes) => repeated(issued({}), bytes)),
    of('a certificate with trailing bytes', (bytes) => Buffer.concat([issued({}), filled(bytes, 0)])),
    of('PEM', (bytes) =>
      Buffer.from(`-----BEGIN CERTIFICATE-----\n${filled(bytes, 0x41)}\n-----END CERTIFICATE-----\n`),
    ),
    ...shapesOf(elements, (filler) => (bytes) => issued({ subject: sequence(filler(bytes)) })),
    of('a huge version', (bytes) => issued({ version: explicit(0, hugeInteger(bytes)) })),
    of('a huge serial number', serial),
    of('unsigned: a huge serial number', (bytes) =>
      issued({ serialNumber: hugeInteger(bytes) }, { signature: forged }),
    ),
    of('dates of all the bytes', (bytes) => issued({ validity: sequence(longTime(bytes / 2), longTime(bytes / 2)) })),
    ...shapesOf(hostileNames, (filler) => (bytes) => issued({ subject: filler(bytes) })),
    ...shapesOf(
      hostileNames,
      (filler) => (bytes) => issued({ issuer: filler(bytes), subject }, { signature: forged }),
      (name) => `issuer: ${name}`,
    ),
    ...shapesOf(hostileExtensions, (filler) => (bytes) => issued({ extensions: [...extensions, filler(bytes)] })),
    ...values.map(([name, type, value]) =>
      of(name, (bytes) => issued({ extensions: withValue(oid(type), value(bytes)) })),
    ),
    ...shapesOf(hostileKeys, (filler) => (bytes) => issued({ publicKey: filler(bytes) })),
    ...shapesOf(
      hostileKeys,
      (filler) => (bytes) => issued({ publicKey: filler(bytes) }, { signature: forged }),
      (name) => `unsigned: ${name}`,
    ),
    ...Object.entries(fixedKeys).map(([name, { publicKey }]) => ({ name, build: () => issued({ publicKey }) })),
    of('two signature algorithms of very many arcs', (bytes) => {
      const algorithm = sequence(oidOfManyArcs(bytes / 2));
      return issued({ signature: algorithm }, { algorithm });
    }),
    of('a signature algorithm with nested parameters', (bytes) => {
      const algorithm = sequence(oid('1.2.840.10045.4.3.3'), nested(0x30)(bytes / 2));
      return issued({ signature: algorithm }, { algorithm });
    }),
    of('a huge signature', (bytes) => issued({}, { signature: hugeBitString(bytes) })),
    of('a signature with 8 unused bits', (bytes) => issued({}, { signature: bitString(filled(bytes, 0xa5), 8) })),
  ];
}
