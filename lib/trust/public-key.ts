/**
 * How a public key is written in a certificate (RFC 3279, sections 2.3.1 and 2.3.5). OpenSSL decodes a key only when it
 * is used, and takes some in more than one spelling; this asks for the one spelling of DER, without decoding the
 * numbers.
 */

import { type DerElement, elementsIn, onlyElement, tags } from './der.js';
import { isMinimalInteger, objectIdentifierIn, octetsOfBitString } from './der-values.js';

const rsaType = '1.2.840.113549.1.1.1';
const ecType = '1.2.840.10045.2.1';

/** Whether it is an RSA or EC key in the spelling of DER. @throws DerError when it is none at all. */
export function isPublicKeyInDer({ reader }: DerElement): boolean {
  const algorithm = reader.next(tags.sequence).reader;
  const key = octetsOfBitString(reader.next(tags.bitString));
  reader.finish();
  const type = objectIdentifierIn(algorithm.next(tags.objectIdentifier));
  const parameters = algorithm.nextOfAnyTag();
  algorithm.finish();
  if (type === ecType) return parameters.tag === tags.objectIdentifier;
  if (type !== rsaType || parameters.tag !== tags.null || parameters.content.length > 0) return false;
  const numbers = elementsIn(onlyElement(key, tags.sequence), 2, tags.integer);
  return numbers.length === 2 && numbers.every(isPositive);
}

function isPositive({ content }: DerElement): boolean {
  return isMinimalInteger(content) && (content[0] as number) < 0x80;
}
