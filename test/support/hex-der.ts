/** DER for tests, written in hexadecimal. */

import { type Bytes, type DerElement, DerReader } from '../../lib/trust/der.js';
import { encodeDer } from '../../lib/trust/encode-der.js';

/** Spaces between the parts are for the eye. */
export function hex(text: string): Bytes {
  return new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Hexadecimal of an element of this tag that holds these, which are hexadecimal too. */
export function der(tag: number, ...contents: readonly string[]): string {
  return hexOf(encodeDer(tag, ...contents.map(hex)));
}

/** The first element of these bytes. */
export function elementOf(text: string): DerElement {
  return new DerReader(hex(text)).nextOfAnyTag();
}
