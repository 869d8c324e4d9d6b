/** One indirect object where it stands in the file (ISO 32000-2, section 7.3.10). */

import type { PdfEffort } from './effort.js';
import { PdfReader } from './reader.js';
import { damaged, isDictionary, type PdfValue } from './values.js';

export interface IndirectObject {
  number: number;
  generation: number;
  value: PdfValue;
  /** Where the octets of the stream begin, when it is one. */
  dataStart?: number;
}

const [lineFeed, carriageReturn] = [10, 13];

export function readIndirectObject(bytes: Buffer, offset: number, effort: PdfEffort): IndirectObject {
  if (!(offset >= 0 && offset < bytes.length)) throw damaged('it refers to a place outside of it');
  const reader = new PdfReader(bytes, offset, effort);
  const number = reader.nonNegativeInteger();
  const generation = reader.nonNegativeInteger();
  if (!reader.passes('obj')) throw damaged('there is no object where one must be');
  const value = reader.value();
  const isStream = isDictionary(value) && reader.passes('stream');
  return { number, generation, value, ...(isStream && { dataStart: afterLineEnd(bytes, reader.position) }) };
}

function afterLineEnd(bytes: Buffer, position: number): number {
  const next = bytes[position] === carriageReturn ? position + 1 : position;
  return bytes[next] === lineFeed ? next + 1 : next;
}

/** The octets of a stream, which must end where its length says. */
export function streamData(bytes: Buffer, dataStart: number, length: PdfValue | undefined, effort: PdfEffort): Buffer {
  if (typeof length !== 'number' || !(length >= 0)) throw damaged('a stream has no length');
  const end = dataStart + length;
  if (end > bytes.length || !new PdfReader(bytes, end, effort).passes('endstream')) {
    throw damaged('a stream does not end where it says');
  }
  return bytes.subarray(dataStart, end);
}
