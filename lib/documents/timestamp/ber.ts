/**
 * From BER to the one spelling that everything else here reads: authorities may send tokens with indefinite lengths and
 * strings in pieces (RFC 5652, section 5.1; X.690, section 8), and what lies in documents is to have neither.
 */

import { type Bytes, DerError, tags } from '../../trust/der.js';
import { encodeDer } from '../../trust/encode-der.js';

interface Element {
  tag: number;
  content: Buffer<ArrayBuffer>;
  /** Where the next one begins. */
  end: number;
}

/** Constructed, of a tag whose number is in the octet. */
const constructed = 0x20;
const highTagNumber = 0x1f;
const octetStringInPieces = tags.octetString | constructed;
const endOfContents = 0;
const indefinite = 0x80;
/** Octets of a length, with zeros that a fixed width puts before it. */
const maxLengthOctets = 4;
/** A token has some twenty levels, and some three hundred elements. Both bound how long the work takes. */
const maxDepth = 40;
const maxElements = 10_000;

/**
 * The same element with definite lengths as short as can be, and OCTET STRINGs in one piece. Octets that are DER are
 * left as they are. Nothing is put into another order, as DER would have it in a SET.
 * @throws DerError when it is not exactly one element of BER.
 */
export function derOfBer(ber: Bytes): Bytes {
  const element = new BerReader(ber).elementAt(0, ber.length);
  if (element.end !== ber.length) throw new DerError('there is more than there should be');
  return derOf(element);
}

function derOf({ tag, content }: Element): Buffer<ArrayBuffer> {
  return encodeDer(tag, content);
}

class BerReader {
  private elements = 0;

  constructor(private readonly bytes: Bytes) {}

  /** The element that begins at `start` and ends at `limit` at the latest. */
  elementAt(start: number, limit: number, depth = 0): Element {
    if (depth === maxDepth) throw new DerError('elements are nested too deeply');
    if (++this.elements > maxElements) throw new DerError(`there are more than ${maxElements} elements`);
    if (start + 2 > limit) throw new DerError('an element is cut off');
    const tag = this.bytes[start] as number;
    if (tag === endOfContents) throw new DerError('contents end that have not begun');
    if ((tag & highTagNumber) === highTagNumber) throw new DerError('a tag has more than one octet');
    const { contentStart, contentEnd } = this.contentAt(start + 1, limit);
    if ((tag & constructed) !== 0) return this.joined(tag, contentStart, limit, depth, contentEnd);
    if (contentEnd === undefined) throw new DerError('a length is indefinite');
    return { tag, content: Buffer.from(this.bytes.subarray(contentStart, contentEnd)), end: contentEnd };
  }

  /** What follows a tag. The end is undefined where it has to be found. */
  private contentAt(start: number, limit: number): { contentStart: number; contentEnd?: number } {
    const first = this.bytes[start] as number;
    if (first === indefinite) return { contentStart: start + 1 };
    const lengthOctets = first < 0x80 ? 0 : first - 0x80;
    const contentStart = start + 1 + lengthOctets;
    if (lengthOctets > maxLengthOctets) throw new DerError('an element is too long');
    if (contentStart > limit) throw new DerError('an element is cut off');
    const octets = this.bytes.subarray(start + 1, contentStart);
    const length = lengthOctets === 0 ? first : octets.reduce((number, octet) => number * 256 + octet, 0);
    if (contentStart + length > limit) throw new DerError('an element is cut off');
    return { contentStart, contentEnd: contentStart + length };
  }

  /** An element that is constructed of others. */
  private joined(tag: number, contentStart: number, limit: number, depth: number, contentEnd?: number): Element {
    const parts: Element[] = [];
    let at = contentStart;
    while (contentEnd === undefined ? !this.isEndOfContents(at, limit) : at < contentEnd) {
      const part = this.elementAt(at, contentEnd ?? limit, depth + 1);
      parts.push(part);
      at = part.end;
    }
    const end = contentEnd ?? at + 2;
    if (tag !== octetStringInPieces) return { tag, content: Buffer.concat(parts.map(derOf)), end };
    if (parts.some((part) => part.tag !== tags.octetString)) throw new DerError('a piece of a string is malformed');
    return { tag: tags.octetString, content: Buffer.concat(parts.map(({ content }) => content)), end };
  }

  private isEndOfContents(at: number, limit: number): boolean {
    return at + 2 <= limit && this.bytes[at] === endOfContents && this.bytes[at + 1] === 0;
  }
}
