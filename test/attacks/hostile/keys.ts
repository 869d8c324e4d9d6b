/** SubjectPublicKeyInfo that would keep a library of large numbers busy. */

import { type Bytes, bitString, integer, oid, sequence, tlv } from '../../support/der.js';
import { type Filler, filled, hugeBitString, nested } from './elements.js';

/** An odd number of so many bytes, all of whose bits but one are set. */
const odd = (bytes: number): Bytes => integer(Buffer.concat([filled(bytes - 1, 0xfd), Buffer.of(0xff)]));

export function rsaKey(modulus: Bytes, exponent: Bytes): Bytes {
  return sequence(sequence(oid('1.2.840.113549.1.1.1'), tlv(0x05)), bitString(sequence(modulus, exponent)));
}

/** An elliptic curve that the key itself describes, over a field whose size is no prime number. */
function explicitCurve(fieldBytes: number, point: Bytes): Bytes {
  const size = odd(fieldBytes);
  const field = sequence(oid('1.2.840.10045.1.1'), size);
  const curve = sequence(tlv(0x04, filled(fieldBytes, 0x17)), tlv(0x04, filled(fieldBytes, 0x05)));
  const parameters = sequence(
    integer(Buffer.of(1)),
    field,
    curve,
    tlv(0x04, point),
    odd(fieldBytes),
    integer(Buffer.of(1)),
  );
  return sequence(sequence(oid('1.2.840.10045.2.1'), parameters), bitString(point));
}

/** Coordinates with the sign of the other one only: the reader has to take a square root. */
const compressed = (fieldBytes: number): Bytes => Buffer.concat([Buffer.of(2), filled(fieldBytes, 0x09)]);

export const hostileKeys: Readonly<Record<string, Filler>> = {
  'an RSA key with a huge modulus': (bytes) => rsaKey(odd(bytes), odd(3)),
  'an RSA key with a huge exponent': (bytes) => rsaKey(odd(256), odd(bytes)),
  'an RSA key with a huge modulus and exponent': (bytes) => rsaKey(odd(bytes / 2), odd(bytes / 2)),
  'an elliptic curve of huge explicit parameters': (bytes) =>
    explicitCurve(Math.ceil(bytes / 8), compressed(bytes / 8)),
  'an elliptic curve with a point to decompress': () => explicitCurve(65, compressed(65)),
  'a named curve with a huge point': (bytes) =>
    sequence(sequence(oid('1.2.840.10045.2.1'), oid('1.3.132.0.34')), bitString(filled(bytes, 0x04))),
  'a DH key of huge parameters': (bytes) =>
    sequence(
      sequence(oid('1.2.840.113549.1.3.1'), sequence(odd(bytes / 2), integer(Buffer.of(2)))),
      bitString(odd(bytes / 2)),
    ),
  'a DSA key of huge parameters': (bytes) =>
    sequence(
      sequence(oid('1.2.840.10040.4.1'), sequence(odd(bytes / 4), odd(bytes / 4), odd(bytes / 4))),
      bitString(odd(bytes / 4)),
    ),
  'a key of an unknown kind': (bytes) => sequence(sequence(oid('1.2.3')), hugeBitString(bytes)),
  'a key of nested parameters': (bytes) =>
    sequence(sequence(oid('1.2.3'), nested(0x30)(bytes)), bitString(Buffer.of(1))),
};

/** RSA keys as costly as a signature may make them. A signature is as long as the modulus, or it is refused unread. */
export const fixedKeys: Readonly<Record<string, { publicKey: Bytes; modulusBytes: number }>> = Object.fromEntries(
  [
    ['an RSA key of 3072 bits with an exponent as long', 384, 384],
    ['an RSA key of 8192 bits with an exponent of 64', 1024, 8],
    ['an RSA key of 16384 bits with an exponent of 64', 2048, 8],
    ['an RSA key of 16384 bits with an exponent as long', 2048, 2048],
    ['an RSA key of 65536 bits with an exponent as long', 8192, 8192],
  ].map(([name, modulusBytes, exponentBytes]) => [
    name,
    { publicKey: rsaKey(odd(modulusBytes as number), odd(exponentBytes as number)), modulusBytes },
  ]),
);
