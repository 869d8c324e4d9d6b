/** One indirect object where it stands in the file (ISO 32000-2, section 7.3.10). */

import type { PdfEffort } from './effort.js';
import { PdfReader } from './reader.js';
import { damaged, isDictionary, type PdfValue } from './values.js';

export interface IndirectObject {
  number: number;
  generation: number;
  value: PdfValue;
  /** Where the value ends. */
  end: number;
  /** Where the octets of the stream begin, when it is one. */
  dataStart?: number;
}

/** Some readers pass over all that is in the line. */
const restOfStreamLine = /^(?:\r?\n|\r)/;
/** Spaces before it belong to nothing, and how many there are is not counted right by some writers. */
const endOfStream = /^[\0\t\n\f\r ]{0,20}endstream(?![^\0\t\n\f\r ()<>[\]{}/%])/;
const endOfStreamBytes = 32;
const startOfValue = /^[\0\t\n\f\r ()<>[\]{}/%]/;

export function readIndirectObject(bytes: Buffer, offset: number, effort: PdfEffort): IndirectObject {
  if (!(offset >= 0 && offset < bytes.length)) throw damaged('it refers to a place outside of it');
  const reader = new PdfReader(bytes, offset, effort);
  const number = reader.nonNegativeInteger();
  const generation = reader.nonNegativeInteger();
  const isObject =
    reader.passes('obj') && startOfValue.test(bytes.toString('latin1', reader.position, reader.position + 1));
  if (!isObject) throw damaged('there is no object where one must be');
  const value = reader.value();
  const end = reader.position;
  const isStream = isDictionary(value) && reader.passes('stream');
  return { number, generation, value, end, ...(isStream && { dataStart: afterLineEnd(bytes, reader.position) }) };
}

function afterLineEnd(bytes: Buffer, position: number): number {
  const [lineEnd] = restOfStreamLine.exec(bytes.toString('latin1', position, position + 2)) ?? [];
  if (lineEnd === undefined) throw damaged('a stream does not begin on a line of its own');
  return position + lineEnd.length;
}

/** The octets of a stream, which must end where its length says. */
export function streamData(bytes: Buffer, dataStart: number, length: PdfValue | undefined, effort: PdfEffort): Buffer {
  if (typeof length !== 'number' || !(length >= 0)) throw damaged('a stream has no length');
  const end = dataStart + length;
  effort.spend(endOfStreamBytes);
  if (end > bytes.length || !endOfStream.test(bytes.toString('latin1', end, end + endOfStreamBytes))) {
    throw damaged('a stream does not end where it says');
  }
  return bytes.subarray(dataStart, end);
}
