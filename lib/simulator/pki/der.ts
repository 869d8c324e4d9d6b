/**
 * Just enough of a DER writer (ITU-T X.690) for the simulator's certificates. Written by hand, and not with the library
 * that reads certificates elsewhere in this package, so that one mistake cannot hide in both; and everything is a Buffer,
 * so that a test can put any bytes anywhere.
 */

export const sequence = (...members: Buffer[]): Buffer => tagged(0x30, Buffer.concat(members));
export const set = (...members: Buffer[]): Buffer => tagged(0x31, Buffer.concat(members));
export const boolean = (value: boolean): Buffer => tagged(0x01, Buffer.from([value ? 0xff : 0x00]));
export const octetString = (value: Buffer): Buffer => tagged(0x04, value);
export const nothing = (): Buffer => tagged(0x05, Buffer.alloc(0));
export const utf8String = (value: string): Buffer => tagged(0x0c, Buffer.from(value, 'utf8'));
export const printableString = (value: string): Buffer => tagged(0x13, Buffer.from(value, 'latin1'));
export const ia5String = (value: string): Buffer => tagged(0x16, Buffer.from(value, 'latin1'));

/** A context-specific tag around other elements (`[n] EXPLICIT`, or `[n] IMPLICIT` of a SEQUENCE). */
export const contextConstructed = (tag: number, ...members: Buffer[]): Buffer =>
  tagged(0xa0 | tag, Buffer.concat(members));

/** A context-specific tag in place of a primitive's own (`[n] IMPLICIT`). */
export const contextPrimitive = (tag: number, value: Buffer): Buffer => tagged(0x80 | tag, value);

export function tagged(tag: number, contents: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag]), lengthOctets(contents.length), contents]);
}

/** A non-negative INTEGER from its big-endian bytes. */
export function integer(bigEndian: Buffer | number): Buffer {
  const bytes = typeof bigEndian === 'number' ? Buffer.from([bigEndian]) : bigEndian;
  const firstUsed = bytes.findIndex((byte) => byte !== 0);
  const shortest = firstUsed === -1 ? Buffer.from([0]) : bytes.subarray(firstUsed);
  const isNegative = ((shortest[0] ?? 0) & 0x80) !== 0;
  return tagged(0x02, isNegative ? Buffer.concat([Buffer.from([0]), shortest]) : shortest);
}

export function bitString(bytes: Buffer, unusedBits = 0): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([unusedBits]), bytes]));
}

/** A named-bit list: DER leaves trailing zero bits out, so the length follows from the highest bit that is set. */
export function namedBits(positions: readonly number[]): Buffer {
  const highest = Math.max(-1, ...positions);
  const bytes = Buffer.alloc(Math.ceil((highest + 1) / 8));
  for (const position of positions) {
    const index = Math.floor(position / 8);
    bytes[index] = (bytes[index] ?? 0) | (0x80 >> (position % 8));
  }
  return bitString(bytes, bytes.length * 8 - (highest + 1));
}

export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}

export function generalizedTime(time: Date): Buffer {
  return tagged(0x18, Buffer.from(compactTime(time), 'latin1'));
}

/** RFC 5280, 4.1.2.5: UTCTime through the year 2049, GeneralizedTime from 2050. */
export function certificateTime(time: Date): Buffer {
  return time.getUTCFullYear() < 2050
    ? tagged(0x17, Buffer.from(compactTime(time).slice(2), 'latin1'))
    : generalizedTime(time);
}

function compactTime(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
}

function lengthOctets(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

function base128(arc: number): number[] {
  const digits = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift(0x80 | (rest % 128));
  return digits;
}
