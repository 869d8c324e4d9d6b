/**
 * A strict reader of DER (X.690, sections 8 and 10) for bytes from strangers. It hands out slices, copies nothing,
 * never descends by itself, and refuses whatever has a second spelling: lengths that are not minimal or not there, and
 * tags of more than one octet.
 */

export type Bytes = Uint8Array<ArrayBuffer>;

/** Identifier octets of the universal types that are read here. */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The identifier octet of a primitive `[number]`. */
export function primitiveTag(number: number): number {
  return 0x80 | number;
}

/** The identifier octet of `[number]` in which there are elements. */
export function constructedTag(number: number): number {
  return 0xa0 | number;
}

/** That the bytes are not the DER that was expected. Its message repeats nothing of them. */
export class DerError extends Error {
  constructor(reason: string) {
    super(`The bytes are not the DER expected here: ${reason}.`);
    this.name = 'DerError';
  }
}

/** Low five bits of an identifier octet that say that the tag number follows. */
const highTagNumber = 0x1f;
/** Octets of a length: enough for 16 MB, which is more than anything that is read here may have. */
const maxLengthOctets = 3;

export class DerElement {
  constructor(
    private readonly source: Bytes,
    /** The identifier octet. */
    readonly tag: number,
    /** Where it begins in the bytes that it was read from. */
    readonly start: number,
    /** Where its content begins in them. */
    readonly contentStart: number,
    /** Where the next one begins in them. */
    readonly end: number,
  ) {}

  /** The whole element. */
  get bytes(): Bytes {
    return this.source.subarray(this.start, this.end);
  }

  /** What is in it. */
  get content(): Bytes {
    return this.source.subarray(this.contentStart, this.end);
  }

  /** Reads what is in it. */
  get reader(): DerReader {
    return new DerReader(this.source, this.contentStart, this.end);
  }
}

/** Reads the elements that stand one after the other in some bytes. */
export class DerReader {
  private readonly source: Bytes;
  private at: number;
  private readonly end: number;

  constructor(source: Bytes, start = 0, end = source.length) {
    this.source = source;
    this.at = start;
    this.end = end;
  }

  get isAtEnd(): boolean {
    return this.at === this.end;
  }

  /** @throws DerError when there is no further element, or it has another tag. */
  next(tag: number): DerElement {
    const element = this.nextOfAnyTag();
    if (element.tag !== tag) throw new DerError('an element has another tag');
    return element;
  }

  /** The next element if it has this tag; undefined when it has another one or there is none. */
  nextIf(tag: number): DerElement | undefined {
    return !this.isAtEnd && this.source[this.at] === tag ? this.nextOfAnyTag() : undefined;
  }

  /** @throws DerError when there is no further element. */
  nextOfAnyTag(): DerElement {
    const element = elementAt(this.source, this.at, this.end);
    this.at = element.end;
    return element;
  }

  /** @throws DerError when something is left. */
  finish(): void {
    if (!this.isAtEnd) throw new DerError('there is more than there should be');
  }
}

/**
 * The only element of some bytes.
 * @throws DerError when they are not exactly one of this tag.
 */
export function onlyElement(bytes: Bytes, tag: number): DerElement {
  const reader = new DerReader(bytes);
  const element = reader.next(tag);
  reader.finish();
  return element;
}

/**
 * The elements in an element, all of one tag where one is given.
 * @throws DerError when there are more than `maxElements`, before more are looked at, or one has another tag.
 */
export function elementsIn(element: DerElement, maxElements: number, tag?: number): DerElement[] {
  const { reader } = element;
  const elements: DerElement[] = [];
  while (!reader.isAtEnd) {
    if (elements.length === maxElements) throw new DerError(`there are more than ${maxElements} elements`);
    elements.push(tag === undefined ? reader.nextOfAnyTag() : reader.next(tag));
  }
  return elements;
}

/** The element that begins at `start` and ends at `end` at the latest. */
function elementAt(bytes: Bytes, start: number, end: number): DerElement {
  if (start + 2 > end) throw new DerError('an element is cut off');
  const tag = bytes[start] as number;
  if ((tag & highTagNumber) === highTagNumber) throw new DerError('a tag has more than one octet');
  let contentStart = start + 2;
  let length = bytes[start + 1] as number;
  if (length >= 0x80) {
    const lengthOctets = length - 0x80;
    if (lengthOctets === 0) throw new DerError('a length is indefinite');
    if (lengthOctets > maxLengthOctets) throw new DerError('an element is too long');
    if (contentStart + lengthOctets > end) throw new DerError('an element is cut off');
    length = 0;
    for (let octet = 0; octet < lengthOctets; octet++) length = length * 256 + (bytes[contentStart + octet] as number);
    // A shorter spelling exists where the first octet says nothing, or one octet would do.
    if (bytes[contentStart] === 0 || length < 0x80) throw new DerError('a length is not minimal');
    contentStart += lengthOctets;
  }
  if (contentStart + length > end) throw new DerError('an element is cut off');
  return new DerElement(bytes, tag, start, contentStart, contentStart + length);
}
