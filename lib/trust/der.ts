/** A walk through DER that builds nothing: for documents whose elements may be hundreds of thousands (X.690, section 8.1). */

export class DerElement {
  /** @param tag the identifier octet. */
  constructor(
    private readonly source: Uint8Array<ArrayBuffer>,
    readonly tag: number,
    private readonly start: number,
    private readonly begin: number,
    /** Where the next one begins. */
    readonly end: number,
  ) {}

  /** The whole element. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.source.subarray(this.start, this.end);
  }

  /** What is in it. */
  get content(): Uint8Array<ArrayBuffer> {
    return this.source.subarray(this.begin, this.end);
  }
}

/**
 * The elements that stand one after the other in these bytes.
 * @throws Error when the bytes do not end where an element does.
 */
export function* derElements(bytes: Uint8Array<ArrayBuffer>): Generator<DerElement> {
  for (let at = 0; at < bytes.length; ) {
    const element = elementAt(bytes, at);
    yield element;
    at = element.end;
  }
}

/**
 * The same as a list.
 * @throws Error when there are more than `most`, before more are looked at.
 */
export function fewDerElements(bytes: Uint8Array<ArrayBuffer>, most: number): DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (elements.length === most) throw new Error(`There are more than ${most} elements.`);
    const element = elementAt(bytes, at);
    elements.push(element);
    at = element.end;
  }
  return elements;
}

function elementAt(bytes: Uint8Array<ArrayBuffer>, start: number): DerElement {
  const first = bytes[start + 1] ?? Number.NaN;
  const lengthOctets = first < 0x80 ? 0 : first - 0x80;
  const begin = start + 2 + lengthOctets;
  let length = lengthOctets === 0 ? first : 0;
  for (let at = start + 2; at < begin; at++) length = length * 256 + (bytes[at] ?? Number.NaN);
  const end = begin + length;
  // NaN, of a length that is cut off, is not at most anything either.
  if (!(lengthOctets <= 4 && end <= bytes.length && first !== 0x80)) throw new Error('The bytes are not DER.');
  return new DerElement(bytes, bytes[start] as number, start, begin, end);
}
