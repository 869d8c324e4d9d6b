/**
 * The values of DER elements (X.690, section 8; RFC 5280, sections 4.1.2.4 and 4.1.2.5), each within a bound and in one
 * spelling.
 */

import { LRUCache } from 'lru-cache';
import { type Bytes, type DerElement, DerError, tags } from './der.js';

/** Octets. The longest of Smart-ID has eleven. */
const maxObjectIdentifierBytes = 40;
/** Octets. RFC 5280, section 4.1.2.2, allows serial numbers of 20; one more is the sign's. */
const maxIntegerBytes = 21;
/** Key usage has nine bits. */
const maxNamedBitsOctets = 2;
const maxRememberedIdentifiers = 500;

const knownIdentifiers = new LRUCache<string, string>({ max: maxRememberedIdentifiers });

/**
 * An OBJECT IDENTIFIER, such as `2.5.4.3`.
 * @throws DerError when it is none, or longer than any that is used.
 */
export function objectIdentifierIn(element: DerElement): string {
  const content = contentOf(element, tags.objectIdentifier);
  if (content.length > maxObjectIdentifierBytes) throw new DerError('an object identifier is too long');
  const key = String.fromCharCode.apply(null, content as unknown as number[]);
  const identifier = knownIdentifiers.get(key) ?? decodeObjectIdentifier(content);
  knownIdentifiers.set(key, identifier);
  return identifier;
}

/**
 * Subidentifiers are groups of seven bits of which all but the last have the eighth set. The first one holds two arcs.
 */
function decodeObjectIdentifier(content: Bytes): string {
  const subidentifiers: bigint[] = [];
  let value = 0n;
  let isWithin = false;
  for (const octet of content) {
    if (!isWithin && octet === 0x80) throw new DerError('an object identifier is not minimal');
    value = value * 128n + BigInt(octet & 0x7f);
    isWithin = octet >= 0x80;
    if (isWithin) continue;
    subidentifiers.push(value);
    value = 0n;
  }
  const [first, ...others] = subidentifiers;
  if (isWithin || first === undefined) throw new DerError('an object identifier is cut off');
  const root = first < 80n ? first / 40n : 2n;
  return [root, first - root * 40n, ...others].join('.');
}

/**
 * The octets of an INTEGER, two's complement.
 * @throws DerError when it is none, is not minimal, or is longer than a serial number may be.
 */
export function integerIn(element: DerElement): Bytes {
  const content = contentOf(element, tags.integer);
  if (content.length === 0) throw new DerError('an integer is empty');
  if (content.length > maxIntegerBytes) throw new DerError('an integer is too long');
  if (!isMinimalInteger(content)) throw new DerError('an integer is not minimal');
  return content;
}

/** Whether these octets are an INTEGER's in its one spelling (X.690, section 8.3.2). */
export function isMinimalInteger(content: Bytes): boolean {
  const [first = 0, second = 0] = content;
  // Nine bits that are all alike say no more than the last eight.
  const firstNineBits = (first << 1) | (second >> 7);
  return content.length === 1 || (content.length > 1 && firstNineBits !== 0 && firstNineBits !== 0x1ff);
}

/** @throws DerError when it is no BOOLEAN, or one that is neither 0x00 nor 0xFF. */
export function booleanIn(element: DerElement): boolean {
  const content = contentOf(element, tags.boolean);
  const [value] = content;
  if (content.length !== 1 || (value !== 0 && value !== 0xff))
    throw new DerError('a boolean is neither true nor false');
  return value === 0xff;
}

/**
 * The octets of a BIT STRING that has whole ones, as signatures and keys have.
 * @throws DerError when it is none.
 */
export function octetsOfBitString(element: DerElement): Bytes {
  const content = contentOf(element, tags.bitString);
  if (content[0] !== 0) throw new DerError('a bit string does not end with an octet');
  return content.subarray(1);
}

/**
 * A BIT STRING of up to 16 named bits as a number of 16 bits, of which bit 0 is the highest.
 * @throws DerError when it is none, has more than 16 bits, or ends with bits that say nothing (X.690, section 11.2.2).
 */
export function namedBitsIn(element: DerElement): number {
  const [unusedBits, ...octets] = contentOf(element, tags.bitString);
  const last = octets.at(-1);
  // The last bit in use is a one, so the lowest one of the last octet stands where the unused bits end.
  const isMinimal = last === undefined ? unusedBits === 0 : (last & -last) === 2 ** (unusedBits as number);
  if (!isMinimal || octets.length > maxNamedBitsOctets) throw new DerError('named bits are malformed');
  const [first = 0, second = 0] = octets;
  return first * 256 + second;
}

const digitZero = 0x30;
const letterZ = 0x5a;

/**
 * A Time or GeneralizedTime in milliseconds since the epoch: whole seconds of UTC (RFC 5280, section 4.1.2.5). A list
 * has one in each of its entries: no text is made of it.
 * @throws DerError when it is none, or none that the calendar and the clock have.
 */
export function timeIn({ tag, content }: DerElement): number {
  const yearDigits = tag === tags.generalizedTime ? 4 : 2;
  if (tag !== tags.utcTime && tag !== tags.generalizedTime) throw new DerError('a time is malformed');
  // Five times two digits, and a Z.
  if (content.length !== yearDigits + 11 || content.at(-1) !== letterZ) throw new DerError('a time is malformed');
  const pair = (at: number) => twoDigitsAt(content, yearDigits + at);
  const [month, day, hour, minute, second] = [pair(0), pair(2), pair(4), pair(6), pair(8)] as const;
  const year = yearDigits === 2 ? twoDigitYear(content) : twoDigitsAt(content, 0) * 100 + twoDigitsAt(content, 2);
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(time);
  // What the calendar has not becomes a day of the next month, and a year before 100 one of the twentieth century.
  const isInCalendar = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!isInCalendar || hour > 23 || minute > 59 || second > 59) throw new DerError('a time is malformed');
  return time;
}

/** Two digits stand for a year from 1950 to 2049. */
function twoDigitYear(content: Bytes): number {
  const year = twoDigitsAt(content, 0);
  return year + (year < 50 ? 2000 : 1900);
}

function twoDigitsAt(content: Bytes, at: number): number {
  const tens = (content[at] as number) - digitZero;
  const units = (content[at + 1] as number) - digitZero;
  if (!(tens >= 0 && tens <= 9 && units >= 0 && units <= 9)) throw new DerError('a time is malformed');
  return tens * 10 + units;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const asciiStrings = new Set<number>([tags.numericString, tags.printableString, tags.ia5String]);

/**
 * The text of any of the kinds of strings in names and addresses.
 * @param tag of the kind, where the element has one of its own.
 * @throws DerError when it is none of them; TypeError when it is no UTF-8.
 */
export function textIn({ tag: ownTag, content }: DerElement, tag = ownTag): string {
  if (tag === tags.utf8String) return utf8.decode(content);
  if (asciiStrings.has(tag)) {
    if (content.some((octet) => octet >= 0x80)) throw new DerError('a text has characters of another alphabet');
    return latin1(content);
  }
  if (tag === tags.teletexString) return latin1(content);
  if (tag === tags.bmpString && content.length % 2 === 0) return Buffer.from(content).swap16().toString('utf16le');
  throw new DerError('an element is not a text');
}

function contentOf(element: DerElement, tag: number): Bytes {
  if (element.tag !== tag) throw new DerError('an element has another tag');
  return element.content;
}

function latin1({ buffer, byteOffset, byteLength }: Bytes): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
}
