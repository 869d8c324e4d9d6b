/**
 * The document security store (ISO 32000-2, section 12.8.4.3; ETSI EN 319 142-1, section 5.4.2): what is needed to
 * verify the signatures of a file later. What is there of other signatures stays. There is no VRI dictionary: PAdES
 * baseline does without, and nobody needs it to find what belongs to a signature.
 */

import { deflateSync } from 'node:zlib';
import type { SignatureEvidence } from '../evidence.js';
import { distinct } from './cms.js';
import type { PdfFile } from './file.js';
import { PdfIncrement } from './increment.js';
import { damaged, isDictionary, type PdfDictionary, PdfName, PdfStream } from './values.js';

/** What is to be appended to a signed file. */
export async function securityStore(file: PdfFile, evidence: SignatureEvidence): Promise<Buffer> {
  const { certificates, ocspResponses } = evidence;
  const increment = new PdfIncrement(file);
  const store = newStore(increment, file);
  const add = (data: Uint8Array) =>
    increment.add(new PdfStream(new Map([['Filter', new PdfName('FlateDecode')]]), deflateSync(data)));
  increment.append(store, 'Certs', distinct(certificates).map(add));
  increment.append(store, 'OCSPs', distinct(ocspResponses).map(add));
  return (await increment.toBytes()).bytes;
}

/** With what is in the one before. An object that is the store may be something else as well, so it is not changed. */
function newStore(increment: PdfIncrement, file: PdfFile): PdfDictionary {
  const earlier = file.get(file.catalog.get('DSS')) ?? new Map();
  if (!isDictionary(earlier)) throw damaged('a dictionary is missing');
  const store: PdfDictionary = new Map(earlier);
  store.set('Type', new PdfName('DSS'));
  increment.changedDictionary(file.root).set('DSS', increment.add(store));
  return store;
}
