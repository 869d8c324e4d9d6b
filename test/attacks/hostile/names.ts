/** Names and extensions that no authority would write, in places where others stand. */

import { type Bytes, octetString, oid, sequence, set, tlv, utf8String } from '../../support/der.js';
import {
  anyArc,
  arcs,
  digits,
  type Filler,
  filled,
  hugeText,
  nested,
  numbered,
  oidOfManyArcs,
  oidOfOneArc,
  repeated,
} from './elements.js';

const attribute = (text: string): Bytes => sequence(oid('2.5.4.3'), utf8String(text));

/** Names, all of them. */
export const hostileNames: Readonly<Record<string, Filler>> = {
  'a name of very many SETs': (bytes) => sequence(repeated(set(attribute('A')), bytes)),
  'a name of very many attributes in one SET': (bytes) =>
    sequence(set(numbered(attribute(`${digits.placeholder}`), digits, bytes))),
  'a name of empty SETs': (bytes) => sequence(repeated(set(), bytes)),
  'a name with a huge text': (bytes) => sequence(set(sequence(oid('2.5.4.3'), hugeText(bytes)))),
  'a name with invalid UTF-8': (bytes) => sequence(set(sequence(oid('2.5.4.3'), utf8String(filled(bytes, 0xc0))))),
  'a name whose attribute has a huge type': (bytes) => sequence(set(sequence(oidOfManyArcs(bytes), utf8String('A')))),
  'a name whose attribute has nested contents': (bytes) => sequence(set(sequence(oid('2.5.4.3'), nested(0x30)(bytes)))),
  'a name with a huge number for its text': (bytes) =>
    sequence(set(sequence(oid('2.5.4.3'), tlv(0x1c, filled(bytes & ~3, 0x7f))))),
};

export function extension(type: Bytes, value: Uint8Array, isCritical = false): Bytes {
  return sequence(type, ...(isCritical ? [tlv(0x01, Buffer.of(0xff))] : []), octetString(value));
}

const unknown = oid(`1.2.3.${anyArc}`);

/** Extensions, one after the other. */
export const hostileExtensions: Readonly<Record<string, Filler>> = {
  'very many extensions': (bytes) => numbered(extension(unknown, Buffer.alloc(0)), arcs, bytes),
  'very many critical extensions': (bytes) => numbered(extension(unknown, Buffer.alloc(0), true), arcs, bytes),
  'one extension very often': (bytes) => repeated(extension(unknown, Buffer.of(5, 0)), bytes),
  'extensions that are empty': (bytes) => repeated(sequence(), bytes),
  'an extension of a huge value': (bytes) => extension(unknown, filled(bytes, 0x30)),
  'an extension of a nested value': (bytes) => extension(unknown, nested(0x30)(bytes)),
  'an extension with a type of very many arcs': (bytes) => extension(oidOfManyArcs(bytes), Buffer.alloc(0)),
  'an extension with a type of one enormous arc': (bytes) => extension(oidOfOneArc(bytes), Buffer.alloc(0)),
};
