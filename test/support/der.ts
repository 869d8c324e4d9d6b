/** Writes DER, and what only looks like it: hostile bytes are put together from parts that no library would encode. */

export type Bytes = Buffer<ArrayBuffer>;

/** One element: the identifier octet, the length, the contents one after the other. */
export function tlv(tag: number, ...contents: readonly Uint8Array[]): Bytes {
  const length = contents.reduce((sum, content) => sum + content.length, 0);
  return Buffer.concat([Buffer.of(tag), lengthOctets(length), ...contents]);
}

export function lengthOctets(length: number): Bytes {
  if (length < 0x80) return Buffer.of(length);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Buffer.of(0x80 + octets.length, ...octets);
}

export const sequence = (...contents: readonly Uint8Array[]): Bytes => tlv(0x30, ...contents);
export const set = (...contents: readonly Uint8Array[]): Bytes => tlv(0x31, ...contents);
export const octetString = (...contents: readonly Uint8Array[]): Bytes => tlv(0x04, ...contents);
export const bitString = (content: Uint8Array, unusedBits = 0): Bytes => tlv(0x03, Buffer.of(unusedBits), content);
export const utf8String = (text: string | Uint8Array): Bytes => tlv(0x0c, Buffer.from(text as string));
export const utcTime = (time: Date): Bytes => tlv(0x17, Buffer.from(`${digitsOf(time).slice(2)}Z`));
export const generalizedTime = (time: Date): Bytes => tlv(0x18, Buffer.from(`${digitsOf(time)}Z`));
/** `[number]`, constructed. */
export const explicit = (number: number, ...contents: readonly Uint8Array[]): Bytes => tlv(0xa0 + number, ...contents);

export function integer(magnitude: Uint8Array): Bytes {
  return (magnitude[0] ?? 0) < 0x80 ? tlv(0x02, magnitude) : tlv(0x02, Buffer.of(0), magnitude);
}

/** Of a dotted object identifier. */
export function oid(dotted: string): Bytes {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number);
  return tlv(0x06, Buffer.from([first * 40 + second, ...others].flatMap(base128)));
}

function base128(arc: number): number[] {
  const septets = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) septets.unshift((rest % 128) + 128);
  return septets;
}

/** `YYYYMMDDHHMMSS` */
function digitsOf(time: Date): string {
  return time.toISOString().slice(0, 19).replace(/\D/g, '');
}

/** The whole elements in the contents of a DER element. */
export function childrenOf(element: Uint8Array): Bytes[] {
  const children: Bytes[] = [];
  for (let at = beginOf(element, 0); at < element.length; ) {
    const end = endOf(element, at);
    children.push(Buffer.from(element.subarray(at, end)));
    at = end;
  }
  return children;
}

function beginOf(bytes: Uint8Array, at: number): number {
  const first = bytes[at + 1] ?? 0;
  return at + 2 + (first < 0x80 ? 0 : first - 0x80);
}

function endOf(bytes: Uint8Array, at: number): number {
  const begin = beginOf(bytes, at);
  if (begin === at + 2) return begin + (bytes[at + 1] ?? 0);
  return begin + bytes.subarray(at + 2, begin).reduce((length, octet) => length * 256 + octet, 0);
}
