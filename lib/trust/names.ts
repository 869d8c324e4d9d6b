/** Distinguished names (RFC 5280, section 4.1.2.4): their attributes, of which each login reads a few. */

import { fromBER } from 'asn1js';
import { objectIdentifier } from './certificate-parts.js';
import { type DerElement, derElements } from './der.js';

export interface NameAttribute {
  /** Object identifier. */
  type: string;
  value: string;
}

const utf8String = 0x0c;
const printableString = 0x13;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The attributes of a Name, in its order.
 * @param name DER, all of it.
 * @throws Error when it is none.
 */
export function attributesOf(name: Uint8Array<ArrayBuffer>): NameAttribute[] {
  return [...derElements(name)]
    .flatMap(({ content }) => [...derElements(content)])
    .flatMap(({ content }) => [...derElements(content)])
    .map(({ content }) => {
      const [type, value, ...more] = derElements(content);
      if (!type || !value || more.length > 0) throw new Error('A name is malformed.');
      return { type: objectIdentifier(type.bytes), value: textOf(value) };
    });
}

/** Names hold these two kinds of strings; others are for the library. */
function textOf({ tag, bytes, content }: DerElement): string {
  if (tag === utf8String || tag === printableString) return utf8.decode(content);
  const { value } = fromBER(bytes).result.valueBlock as { value?: unknown };
  if (typeof value !== 'string') throw new Error('A name holds what is no text.');
  return value;
}
