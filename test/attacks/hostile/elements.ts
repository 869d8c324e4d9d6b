/** Hostile ASN.1 elements of any length, to be put where a certificate, an OCSP answer or a list has an honest one. */

import { type Bytes, bitString, integer, octetString, sequence, tlv, utf8String } from '../../support/der.js';

/** An element of about this many bytes. */
export type Filler = (bytes: number) => Bytes;

export const filled = (bytes: number, octet: number): Bytes => Buffer.alloc(Math.max(0, Math.floor(bytes)), octet);

/** The same thing as often as it fits. */
export function repeated(part: Uint8Array, bytes: number): Bytes {
  return Buffer.alloc(wholeTimes(part, bytes), part);
}

function wholeTimes(part: Uint8Array, bytes: number): number {
  return Math.max(0, Math.floor(bytes / part.length)) * part.length;
}

/** A number in what is repeated, by which each differs from the others. */
export interface Counter {
  /** What stands in its place. */
  placeholder: Bytes;
  write(into: Bytes, at: number, count: number): void;
}

/** The largest arc of an OID in four octets. */
export const anyArc = 2 ** 28 - 1;
export const arcs: Counter = {
  placeholder: Buffer.of(0xff, 0xff, 0xff, 0x7f),
  write: (into, at, count) => {
    for (let place = 0; place < 4; place++) {
      into[at + place] = ((count >> (7 * (3 - place))) & 0x7f) | (place < 3 ? 0x80 : 0);
    }
  },
};
export const digits: Counter = {
  placeholder: Buffer.from('######'),
  write: (into, at, count) => into.write(String(count).padStart(6, '0'), at, 'latin1'),
};
export const octets: Counter = {
  placeholder: Buffer.from('####'),
  write: (into, at, count) => into.writeUInt32BE(count, at),
};

/** The same thing as often as it fits, with another number each time. */
export function numbered(part: Bytes, { placeholder, write }: Counter, bytes: number): Bytes {
  const parts = repeated(part, bytes);
  const place = part.indexOf(placeholder);
  if (place === -1) throw new Error('There is no place for the number.');
  for (let at = place, count = 0; at < parts.length; at += part.length, count++) write(parts, at, count);
  return parts;
}

/** An element of this tag in another one, and so on. */
export const nested =
  (tag: number): Filler =>
  (bytes) => {
    const whole = Buffer.alloc(bytes);
    for (let start = Math.floor(bytes); ; ) {
      const length = bytes - start;
      const head = headOctets(length);
      if (start < head) return whole.subarray(start);
      start -= head;
      whole[start] = tag;
      if (head === 2) whole[start + 1] = length;
      else {
        whole[start + 1] = 0x80 + head - 2;
        whole.writeUIntBE(length, start + 2, head - 2);
      }
    }
  };

/** Of a tag and a length. */
function headOctets(length: number): number {
  return 2 + (length < 0x80 ? 0 : Math.ceil(Math.log2(length + 1) / 8));
}

export const indefinite =
  (tag: number): Filler =>
  (bytes) => {
    const depth = Math.floor(bytes / 4);
    return Buffer.concat([repeated(Buffer.of(tag, 0x80), depth * 2), Buffer.alloc(depth * 2)]);
  };

/** The same bytes for the same number, as those of a hash are: nobody finds a shape again that differs each time. */
export function noise(bytes: number): Bytes {
  const whole = Buffer.alloc(bytes);
  let state = 0x9e3779b9;
  for (let at = 0; at < bytes; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    whole[at] = state >>> 24;
  }
  return whole;
}

export const oidOfManyArcs: Filler = (bytes) => tlv(0x06, filled(bytes, 1));
export const oidOfOneArc: Filler = (bytes) => tlv(0x06, Buffer.of(0x2a), filled(bytes, 0xff), Buffer.of(0x7f));
export const hugeInteger: Filler = (bytes) => integer(filled(bytes, 0x7f));
export const longTime: Filler = (bytes) => tlv(0x18, filled(bytes, 0x39));
export const hugeText: Filler = (bytes) => utf8String(filled(bytes, 0x41));
export const hugeBitString: Filler = (bytes) => bitString(filled(bytes, 0xa5));

/** What a reader may meet anywhere. */
export const elements: Readonly<Record<string, Filler>> = {
  'an OID of very many arcs': oidOfManyArcs,
  'an OID with one enormous arc': oidOfOneArc,
  'many OIDs of enormous arcs': (bytes) => repeated(oidOfOneArc(100), bytes),
  'a RELATIVE-OID of very many arcs': (bytes) => tlv(0x0d, filled(bytes, 1)),
  'nested SEQUENCEs': nested(0x30),
  'nested SETs': nested(0x31),
  'nested constructed OCTET STRINGs': nested(0x24),
  'nested explicit tags': nested(0xa0),
  'nested indefinite lengths': indefinite(0x30),
  'unended indefinite lengths': (bytes) => repeated(Buffer.of(0x30, 0x80), bytes),
  'constructed OCTET STRING of many parts': (bytes) => tlv(0x24, repeated(octetString(Buffer.of(1)), bytes)),
  'constructed BIT STRING of many parts': (bytes) => tlv(0x23, repeated(bitString(Buffer.of(1)), bytes)),
  'lengths in 126 octets': (bytes) => repeated(Buffer.concat([Buffer.of(0x04, 0xfe), filled(126, 0)]), bytes),
  'lengths with leading zeros': (bytes) => repeated(Buffer.of(0x04, 0x84, 0, 0, 0, 1, 7), bytes),
  'a huge INTEGER': hugeInteger,
  'a huge negative INTEGER': (bytes) => tlv(0x02, filled(bytes, 0x80)),
  'many INTEGERs': (bytes) => repeated(integer(Buffer.of(7)), bytes),
  'many NULLs': (bytes) => repeated(tlv(0x05), bytes),
  'many empty SEQUENCEs': (bytes) => repeated(sequence(), bytes),
  'many OIDs': (bytes) => repeated(tlv(0x06, Buffer.of(0x2a)), bytes),
  'many times': (bytes) => repeated(tlv(0x17, Buffer.from('261124000000Z')), bytes),
  'times that are none': (bytes) => repeated(tlv(0x18, Buffer.from('99999999999999Z')), bytes),
  'empty times': (bytes) => repeated(tlv(0x17), bytes),
  'a time of all the bytes': longTime,
  'a huge UTF8String': hugeText,
  'invalid UTF-8': (bytes) => utf8String(filled(bytes, 0xf5)),
  'a huge BMPString': (bytes) => tlv(0x1e, filled(bytes, 0xd8)),
  'a huge UniversalString': (bytes) => tlv(0x1c, filled(bytes, 0x7f)),
  'a huge BIT STRING': hugeBitString,
  'BIT STRINGs with 255 unused bits': (bytes) => repeated(bitString(Buffer.of(1), 255), bytes),
  'a huge REAL': (bytes) => tlv(0x09, filled(bytes, 0x83)),
  'a tag of all the bytes': (bytes) => Buffer.concat([Buffer.of(0x3f), filled(bytes - 3, 0xff), Buffer.of(0x7f, 0)]),
  'high tag numbers': (bytes) => repeated(Buffer.of(0x1f, 0x81, 0x80, 0x01, 1, 0), bytes),
  'random elements': (bytes) => repeated(octetString(noise(100)), bytes),
};

/** What comes in place of the whole document. */
export const documents: Readonly<Record<string, Filler>> = {
  'nothing but zeros': (bytes) => filled(bytes, 0),
  'random bytes': noise,
  'nothing but 0x30': (bytes) => filled(bytes, 0x30),
  'nested SEQUENCEs alone': nested(0x30),
  'nested indefinite lengths alone': indefinite(0x30),
  'NULLs alone': (bytes) => repeated(tlv(0x05), bytes),
  'a length beyond the end': (bytes) =>
    Buffer.concat([Buffer.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff), filled(bytes - 6, 0x30)]),
  text: (bytes) => filled(bytes, 0x2d),
};
