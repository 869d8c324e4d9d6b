/**
 * The document security store (ISO 32000-2, section 12.8.4.3; ETSI EN 319 142-1, section 5.4.2): what is needed to
 * verify the signatures of a file later. What is there of other signatures stays. There is no VRI dictionary: PAdES
 * baseline does without, and nobody needs it to find what belongs to a signature.
 */

import { deflateSync } from 'node:zlib';
import type { SignatureEvidence } from '../evidence.js';
import { distinct } from './cms.js';
import { PdfFile } from './file.js';
import { PdfIncrement } from './increment.js';
import { type PdfDictionary, PdfName, PdfReference, PdfStream, type PdfValue } from './values.js';

/** What is to be appended to a signed file. */
export function securityStore(signed: Buffer, { certificates, ocspResponses }: SignatureEvidence): Buffer {
  const file = new PdfFile(signed);
  const increment = new PdfIncrement(file);
  const store = changedStore(increment, file);
  const add = (data: Uint8Array) =>
    increment.add(new PdfStream(new Map([['Filter', new PdfName('FlateDecode')]]), deflateSync(data)));
  increment.append(store, 'Certs', distinct(certificates).map(add));
  increment.append(store, 'OCSPs', distinct(ocspResponses).map(add));
  return increment.toBytes().bytes;
}

/** The store, where it is: in the catalog, an object of its own, or new. */
function changedStore(increment: PdfIncrement, file: PdfFile): PdfDictionary {
  const place = file.catalog.get('DSS');
  if (place instanceof PdfReference && file.get(place) !== null) return increment.changedDictionary(place);
  const store: PdfDictionary = new Map<string, PdfValue>([['Type', new PdfName('DSS')], ...file.dictionary(place)]);
  const reference = increment.reserve();
  increment.set(reference, store);
  increment.changedDictionary(file.root).set('DSS', reference);
  return store;
}
