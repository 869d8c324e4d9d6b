/** What the elements of a signature say: bytes in Base64, and how something is canonicalized. */

import { decodeBase64 } from '../../protocol/base64.js';
import { canonicalizationOf, exclusiveCanonicalization } from './algorithms.js';
import type { CanonicalizationOfElement } from './canonicalize.js';
import { quoted } from './names.js';
import { attributeOf, childrenOf, textOf, type XmlElement, XmlError } from './xml.js';

const maxInclusivePrefixes = 10;
/** Of a value, a digest or a certificate. */
const maxBase64Characters = 100_000;

/** @throws XmlError */
export function base64In(element: XmlElement): Buffer {
  const text = textOf(element);
  if (text.length > maxBase64Characters) throw new XmlError(`its ${element.localName} is too long`);
  const bytes = decodeBase64(text.replace(/[ \t\n\r]/g, ''));
  if (!bytes) throw new XmlError(`its ${element.localName} is not Base64`);
  return bytes;
}

/** Of an element that names an algorithm. */
export function algorithmOf(element: XmlElement): string {
  return attributeOf(element, 'Algorithm') ?? '';
}

/** @throws XmlError when it is none that is known. */
export function canonicalizationIn(element: XmlElement): CanonicalizationOfElement {
  const uri = algorithmOf(element);
  const how = canonicalizationOf(uri);
  if (!how) throw new XmlError(`its transform ${quoted(uri)} is not known`);
  const lists = childrenOf(element, exclusiveCanonicalization, 'InclusiveNamespaces');
  const prefixes = lists.flatMap((list) => (attributeOf(list, 'PrefixList') ?? '').split(/[ \t\n]+/));
  const inclusivePrefixes = prefixes
    .filter((prefix) => prefix !== '')
    .map((prefix) => (prefix === '#default' ? '' : prefix));
  if (inclusivePrefixes.length > maxInclusivePrefixes) throw new XmlError('it names too many prefixes');
  return { ...how, inclusivePrefixes };
}
