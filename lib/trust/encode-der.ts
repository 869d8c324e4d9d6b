/** Writes DER (X.690, section 10.1), as far as requests need it. */

import { tags } from './der.js';

/** An element of this tag with these contents, one after the other. */
export function encodeDer(tag: number, ...contents: readonly Uint8Array[]): Buffer<ArrayBuffer> {
  const length = contents.reduce((sum, content) => sum + content.length, 0);
  return Buffer.concat([Buffer.from([tag, ...lengthOctets(length)]), ...contents]);
}

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 + octets.length, ...octets];
}

/**
 * An OBJECT IDENTIFIER.
 * @param identifier at least two numbers with dots between them, such as `2.5.4.3`.
 */
export function encodeObjectIdentifier(identifier: string): Buffer<ArrayBuffer> {
  const [root = 0n, second = 0n, ...others] = identifier.split('.').map(BigInt);
  return encodeDer(tags.objectIdentifier, Buffer.from([root * 40n + second, ...others].flatMap(subidentifierOctets)));
}

/** Groups of seven bits, of which all but the last have the eighth set. */
function subidentifierOctets(value: bigint): number[] {
  const octets = [Number(value % 128n)];
  for (let rest = value / 128n; rest > 0n; rest /= 128n) octets.unshift(Number(rest % 128n) + 0x80);
  return octets;
}
