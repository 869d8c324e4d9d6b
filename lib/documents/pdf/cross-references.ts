/**
 * Where each object of a file is (ISO 32000-2, sections 7.5.4 to 7.5.8): tables, streams, and both of them in hybrid
 * files, from the newest revision to the oldest. Nothing is searched for: what cannot be followed is refused, since any
 * guess may differ from what the reader of the person who signs shows.
 */

import { costs, type PdfEffort } from './effort.js';
import { readIndirectObject, streamData } from './indirect-object.js';
import { PdfReader } from './reader.js';
import { decodeStream } from './streams.js';
import { damaged, isDictionary, isNamed, type PdfDictionary, type PdfValue } from './values.js';

/** Where an object is: in the file, in an object stream, or nowhere. */
export type Place = { offset: number; generation: number } | { stream: number; index: number } | 'free';

export interface CrossReferences {
  places: Map<number, Place>;
  /** Of the newest revision. */
  trailer: PdfDictionary;
  /** Where the newest section is. */
  offset: number;
  /** Whether the newest section is a stream; a new one must be what the last one is. */
  isStream: boolean;
  /** No object has this number or a higher one. */
  nextNumber: number;
}

interface Section {
  trailer: PdfDictionary;
  isStream: boolean;
}

type AddPlace = (number: number, place: Place) => void;

/** Readers look for the end of a file here. */
const tailBytes = 1024;
/** More than is needed to see whether cross-references begin. */
const lookahead = 64;
const maxRevisions = 1000;
/** Over all revisions together. */
const maxEntries = 1_000_000;
/** ISO 32000-1, Annex C. */
const maxObjectNumber = 8_388_607;

/** @throws SmartIdInputError when the file is encrypted, or damaged. */
export function readCrossReferences(bytes: Buffer, effort: PdfEffort): CrossReferences {
  const offset = startOfCrossReferences(bytes);
  const places = new Map<number, Place>();
  const visited = new Set<number>();
  let entriesLeft = maxEntries;
  let nextNumber = 1;
  let newest: Section | undefined;

  /** @param free takes the numbers of the objects that are free in this section. */
  const read = (at: number, free: number[]): Section => {
    if (visited.has(at)) throw damaged('its cross-references go in circles');
    if (visited.size === maxRevisions) throw damaged('it has too many revisions');
    visited.add(at);
    const section = readSection(bytes, at, effort, (number, place) => {
      effort.spend(costs.object);
      if (--entriesLeft < 0) throw damaged('it has too many objects');
      nextNumber = Math.max(nextNumber, number + 1);
      if (place === 'free') free.push(number);
      else if (!places.has(number)) places.set(number, place);
    });
    const size = section.trailer.get('Size');
    if (typeof size !== 'number' || !(size >= 0 && size <= maxObjectNumber)) throw damaged('a trailer has no size');
    nextNumber = Math.max(nextNumber, size);
    return section;
  };

  for (let at: PdfValue | undefined = offset; at !== undefined; ) {
    if (typeof at !== 'number') throw damaged('a previous revision cannot be found');
    const free: number[] = [];
    const section = read(at, free);
    newest ??= section;
    // What older readers are to take for free is in the stream of a hybrid file.
    const hybrid = section.isStream ? undefined : section.trailer.get('XRefStm');
    if (typeof hybrid === 'number' && !read(hybrid, free).isStream) throw damaged('a cross-reference stream is none');
    for (const number of free) if (!places.has(number)) places.set(number, 'free');
    at = section.trailer.get('Prev');
  }
  if (newest === undefined || nextNumber > maxObjectNumber) throw damaged('it has no cross-references');
  return { places, ...newest, offset, nextNumber };
}

function startOfCrossReferences(bytes: Buffer): number {
  const tail = bytes.toString('latin1', Math.max(0, bytes.length - tailBytes));
  const [, offset] =
    /^startxref[\t\n\f\r ]+(\d{1,15})[\t\n\f\r ]+%%EOF/.exec(tail.slice(tail.lastIndexOf('startxref'))) ?? [];
  if (offset === undefined) throw damaged('its end is missing');
  return Number(offset);
}

function readSection(bytes: Buffer, at: number, effort: PdfEffort, add: AddPlace): Section {
  if (!/^\s*(?:xref|\d+\s+\d+\s+obj)/.test(bytes.toString('latin1', at, at + lookahead))) {
    throw damaged('its cross-references are not where it says');
  }
  const reader = new PdfReader(bytes, at, effort);
  return reader.passes('xref') ? readTable(reader, add) : readStream(bytes, at, effort, add);
}

function readTable(reader: PdfReader, add: AddPlace): Section {
  while (!reader.passes('trailer')) {
    const first = reader.nonNegativeInteger();
    const count = reader.nonNegativeInteger();
    for (let index = 0; index < count; index++) {
      const offset = reader.nonNegativeInteger();
      const generation = reader.nonNegativeInteger();
      const isInUse = reader.passes('n');
      if (!isInUse && !reader.passes('f')) throw damaged('a cross-reference is malformed');
      // Some writers have an entry in use at 0, where no object can be.
      add(first + index, isInUse && offset > 0 ? { offset, generation } : 'free');
    }
  }
  const trailer = reader.value();
  if (!isDictionary(trailer)) throw damaged('a trailer is missing');
  return { trailer, isStream: false };
}

function readStream(bytes: Buffer, at: number, effort: PdfEffort, add: AddPlace): Section {
  const { value: trailer, dataStart } = readIndirectObject(bytes, at, effort);
  if (!isDictionary(trailer) || dataStart === undefined || !isNamed(trailer.get('Type'), 'XRef')) {
    throw damaged('its cross-references are not where it says');
  }
  const encoded = streamData(bytes, dataStart, trailer.get('Length'), effort);
  const data = decodeStream(trailer, encoded, effort, (value) => value ?? null);
  const widths = trailer.get('W');
  const [typeWidth, secondWidth, thirdWidth] = Array.isArray(widths) ? widths.map(widthOf) : [];
  if (typeWidth === undefined || secondWidth === undefined || thirdWidth === undefined) {
    throw damaged('a cross-reference stream has no widths');
  }
  const entryBytes = typeWidth + secondWidth + thirdWidth;
  // Otherwise a few octets would stand for any number of objects.
  if (entryBytes === 0) throw damaged('a cross-reference stream has no widths');

  let position = 0;
  const field = (width: number, otherwise: number) => {
    if (width === 0) return otherwise;
    let value = 0;
    for (const end = position + width; position < end; position++) value = value * 256 + (data[position] as number);
    return value;
  };
  for (const [first, count] of rangesOf(trailer)) {
    if (position + count * entryBytes > data.length) throw damaged('a cross-reference stream is too short');
    for (let index = 0; index < count; index++) {
      const [type, second, third] = [field(typeWidth, 1), field(secondWidth, 0), field(thirdWidth, 0)];
      add(first + index, placeOf(type, second, third));
    }
  }
  return { trailer, isStream: true };
}

/** Eight octets are written by some; what they hold is small all the same. */
function widthOf(width: PdfValue): number {
  if (typeof width !== 'number' || !(width >= 0 && width <= 8)) throw damaged('a cross-reference stream has no widths');
  return width;
}

function rangesOf(trailer: PdfDictionary): [first: number, count: number][] {
  const index = trailer.get('Index') ?? [0, trailer.get('Size') ?? null];
  const numbers = Array.isArray(index) ? index.filter((value) => typeof value === 'number' && value >= 0) : [];
  if (!Array.isArray(index) || numbers.length !== index.length || numbers.length % 2 === 1) {
    throw damaged('a cross-reference stream has no index');
  }
  const ranges: [number, number][] = [];
  for (let at = 0; at < numbers.length; at += 2) ranges.push([numbers[at] as number, numbers[at + 1] as number]);
  return ranges;
}

function placeOf(type: number, second: number, third: number): Place {
  if (type === 1) return { offset: second, generation: third };
  if (type === 2) return { stream: second, index: third };
  return 'free';
}
