/** Distinguished names (RFC 5280, section 4.1.2.4): their attributes, of which each login reads a few. */

import { fromBER } from 'asn1js';
import { objectIdentifier } from './certificate-parts.js';
import { type DerElement, fewDerElements } from './der.js';

export interface NameAttribute {
  /** Object identifier. */
  type: string;
  value: string;
}

const mostAttributes = 50;
const utf8String = 0x0c;
const printableString = 0x13;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The attributes of a Name, in its order.
 * @param name DER, all of it.
 * @throws Error when it is none.
 */
export function attributesOf(name: Uint8Array<ArrayBuffer>): NameAttribute[] {
  const attributes: NameAttribute[] = [];
  for (const { content: sets } of fewDerElements(name, 1)) {
    for (const { content: set } of fewDerElements(sets, mostAttributes)) {
      for (const { content } of fewDerElements(set, mostAttributes)) attributes.push(attributeOf(content));
    }
  }
  return attributes;
}

function attributeOf(content: Uint8Array<ArrayBuffer>): NameAttribute {
  const [type, value] = fewDerElements(content, 2);
  if (!type || !value) throw new Error('A name is malformed.');
  return { type: objectIdentifier(type.bytes), value: textOf(value) };
}

/** Names hold these two kinds of strings; others are for the library. */
function textOf(element: DerElement): string {
  const { tag } = element;
  if (tag === utf8String || tag === printableString) return utf8.decode(element.content);
  const { value } = fromBER(element.bytes).result.valueBlock as { value?: unknown };
  if (typeof value !== 'string') throw new Error('A name holds what is no text.');
  return value;
}
