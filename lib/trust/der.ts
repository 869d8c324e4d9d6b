/** A walk through DER that builds nothing: for documents whose elements may be hundreds of thousands (X.690, section 8.1). */

export interface DerElement {
  /** The identifier octet. */
  tag: number;
  /** The whole element. */
  bytes: Uint8Array<ArrayBuffer>;
  /** What is in it. */
  content: Uint8Array<ArrayBuffer>;
}

/**
 * The elements that stand one after the other in these bytes.
 * @throws Error when the bytes do not end where an element does.
 */
export function* derElements(bytes: Uint8Array<ArrayBuffer>): Generator<DerElement> {
  for (let start = 0; start < bytes.length; ) {
    const first = bytes[start + 1] ?? Number.NaN;
    const lengthOctets = first < 0x80 ? 0 : first - 0x80;
    const begin = start + 2 + lengthOctets;
    let length = lengthOctets === 0 ? first : 0;
    for (let at = start + 2; at < begin; at++) length = length * 256 + (bytes[at] ?? Number.NaN);
    const end = begin + length;
    // NaN, of a length that is cut off, is not at most anything either.
    if (!(lengthOctets <= 4 && end <= bytes.length && first !== 0x80)) throw new Error('The bytes are not DER.');
    yield { tag: bytes[start] as number, bytes: bytes.subarray(start, end), content: bytes.subarray(begin, end) };
    start = end;
  }
}

/**
 * The same as a list.
 * @throws Error when there are more than `most`, before more are looked at.
 */
export function fewDerElements(bytes: Uint8Array<ArrayBuffer>, most: number): DerElement[] {
  const elements: DerElement[] = [];
  for (const element of derElements(bytes)) {
    if (elements.push(element) > most) throw new Error(`There are more than ${most} elements.`);
  }
  return elements;
}
