/**
 * Where each object of a file is (ISO 32000-2, sections 7.5.4 to 7.5.8): tables, streams, and both of them in hybrid
 * files, from the newest revision to the oldest. Nothing is searched for: what cannot be followed is refused, since any
 * guess may differ from what the reader of the person who signs shows.
 */

import { costs, type PdfEffort } from './effort.js';
import { readIndirectObject, streamData } from './indirect-object.js';
import { PdfReader } from './reader.js';
import { decodeStream } from './streams.js';
import { damaged, isDictionary, isNamed, numberIn, type PdfDictionary, type PdfValue } from './values.js';

/** Where an object is: in the file, in an object stream, or nowhere. */
export type Place = { offset: number; generation: number } | { stream: number; index: number } | 'free';

type Places = Map<number, Place>;

export interface CrossReferences {
  places: Places;
  /** Where those are that it does not have, when an earlier revision had been read before. */
  earlierPlaces?: ReadonlyMap<number, Place>;
  /** Of the newest revision. */
  trailer: PdfDictionary;
  /** Where the newest section is. */
  offset: number;
  /** Whether the newest section is a stream; a new one must be what the last one is. */
  isStream: boolean;
  /** No object has this number or a higher one. */
  nextNumber: number;
  /** How many sections there are. */
  sections: number;
  /** How many entries all sections have. */
  entries: number;
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

// Readers go through a table by octets, by lines or by words. Of what all of them find the same in, some is not quite what
// the standard says, and written all the same: a line end of one octet, and spaces at the end of other lines.
const startOfTable = /^[\0\t\n\f\r ]*xref[\t ]*(?:\r\n|[\r\n])/;
const startOfSubsection = /^(\d{1,10}) (\d{1,10})[\t ]*(?:\r\n|[\r\n])/;
const startOfObject = /^\d+[\0\t\n\f\r ]+\d+[\0\t\n\f\r ]+obj/;
const endOfTable = /^[\t\n\f\r ]*trailer/;

const maxRevisions = 1000;
/** Over all revisions together. */
const maxEntries = 1_000_000;
/** ISO 32000-1, Annex C. */
export const maxObjectNumber = 8_388_607;

/**
 * @param earlier what was read of the same file before something was appended to it; it is not read again.
 * @throws SmartIdInputError when the file is encrypted, or damaged.
 */
export async function readCrossReferences(
  bytes: Buffer,
  effort: PdfEffort,
  earlier?: CrossReferences,
): Promise<CrossReferences> {
  const offset = startOfCrossReferences(bytes);
  checkLinearisation(bytes, offset, effort);
  let places: Places = new Map();
  const visited = new Set<number>();
  let { sections = 0, entries = 0, nextNumber = 1 } = earlier ?? {};
  let newest: Section | undefined;

  const read = async (at: number, found: Places): Promise<Section> => {
    if (visited.has(at)) throw damaged('its cross-references go in circles');
    if (++sections > maxRevisions) throw damaged('it has too many revisions');
    visited.add(at);
    const section = await readSection(bytes, at, effort, (number, place) => {
      effort.spend(costs.place);
      if (++entries > maxEntries) throw damaged('it has too many objects');
      nextNumber = Math.max(nextNumber, number + 1);
      const other = found.get(number);
      // Some readers take the first one, some the last one, and some what is in use.
      if (other !== undefined && !isSame(place, other)) throw damaged(`object ${number} is at two places`);
      found.set(number, place);
    });
    const size = section.trailer.get('Size');
    if (typeof size !== 'number' || !(size >= 0 && size <= maxObjectNumber)) throw damaged('a trailer has no size');
    // An object may have a higher number all the same: no reader minds.
    nextNumber = Math.max(nextNumber, size);
    return section;
  };

  for (let at: number | undefined = offset; at !== undefined; ) {
    const found: Places = new Map();
    const section = await read(at, found);
    newest ??= section;
    const previous = offsetIn(section.trailer, 'Prev');
    const hybrid = offsetIn(section.trailer, 'XRefStm');
    if (hybrid !== undefined) {
      // What the table leaves out for older readers. What it has as free is free for some of the newer ones too.
      const hidden = section.isStream ? undefined : await read(hybrid, found);
      if (!hidden?.isStream) throw damaged('a cross-reference stream is malformed');
      if (![undefined, previous].includes(offsetIn(hidden.trailer, 'Prev'))) {
        throw damaged('it has two previous revisions');
      }
    }
    if (places.size === 0) places = found;
    else await addMissing(places, found, effort);
    at = previous;
    if (at !== undefined && at === earlier?.offset) break;
  }
  if (newest === undefined || nextNumber > maxObjectNumber) throw damaged('it has no cross-references');
  return { places, earlierPlaces: earlier?.places, ...newest, offset, nextNumber, sections, entries };
}

/** What a newer revision has counts. */
async function addMissing(places: Places, older: Places, effort: PdfEffort): Promise<void> {
  for (const [number, place] of older) {
    if (!places.has(number)) places.set(number, place);
    effort.spend(costs.step);
    if (effort.isTurnOver) await effort.nextTurn();
  }
}

function isSame(one: Place, other: Place): boolean {
  if (one === 'free' || other === 'free') return one === other;
  if ('stream' in one) return 'stream' in other && one.stream === other.stream && one.index === other.index;
  return 'offset' in other && one.offset === other.offset && one.generation === other.generation;
}

/** Where another section is. Some readers follow a reference or a decimal fraction, and others take it for none. */
function offsetIn(trailer: PdfDictionary, key: 'Prev' | 'XRefStm'): number | undefined {
  const offset = trailer.get(key);
  if (offset === undefined || (typeof offset === 'number' && offset >= 0)) return offset;
  throw damaged('a previous revision cannot be found');
}

function startOfCrossReferences(bytes: Buffer): number {
  const tail = bytes.toString('latin1', Math.max(0, bytes.length - tailBytes));
  const [, offset] =
    /^startxref[\t\n\f\r ]+(\d{1,15})[\t\n\f\r ]+%%EOF/.exec(tail.slice(tail.lastIndexOf('startxref'))) ?? [];
  if (offset === undefined) throw damaged('its end is missing');
  return Number(offset);
}

/**
 * Some readers take the section after the first object of a linearised file for the newest one, while it is as it was.
 */
function checkLinearisation(bytes: Buffer, offset: number, effort: PdfEffort): void {
  const start = afterSpace(bytes, 0, effort);
  if (!startOfObject.test(bytes.toString('latin1', start, start + lookahead))) return;
  const { value, end } = readIndirectObject(bytes, start, effort);
  if (!isDictionary(value) || !value.has('Linearized') || numberIn(value.get('L')) !== bytes.length) return;
  const reader = new PdfReader(bytes, end, effort);
  if (!reader.passes('endobj') || afterSpace(bytes, reader.position, effort) !== afterSpace(bytes, offset, effort)) {
    throw damaged('its cross-references are not where its linearisation says');
  }
}

function afterSpace(bytes: Buffer, position: number, effort: PdfEffort): number {
  const reader = new PdfReader(bytes, position, effort);
  reader.skipSpace();
  return reader.position;
}

async function readSection(bytes: Buffer, at: number, effort: PdfEffort, add: AddPlace): Promise<Section> {
  const start = bytes.toString('latin1', at, at + lookahead);
  const [table] = startOfTable.exec(start) ?? [];
  if (table !== undefined) return readTable(bytes, at + table.length, effort, add);
  if (/^[\0\t\n\f\r ]*\d/.test(start)) return readStream(bytes, at, effort, add);
  throw damaged('its cross-references are not where it says');
}

async function readTable(bytes: Buffer, start: number, effort: PdfEffort, add: AddPlace): Promise<Section> {
  let position = start;
  const next = (pattern: RegExp) => {
    const found = pattern.exec(bytes.toString('latin1', position, position + lookahead));
    position += found?.[0].length ?? 0;
    return found;
  };
  while (!next(endOfTable)) {
    const [first, count] = (next(startOfSubsection) ?? malformed()).slice(1).map(Number) as [number, number];
    for (let index = 0; index < count; index++) {
      const { offset, generation, isFree, end } = tableEntry(bytes, position) ?? malformed();
      position = end;
      // The number 0 is the first one to be free: some readers count from there then.
      if (first === 1 && index === 0 && isFree) throw damaged('its cross-references begin with the wrong number');
      // Some writers have an entry in use at 0, where no object can be.
      add(first + index, isFree || offset === 0 ? 'free' : { offset, generation });
      if (effort.isTurnOver) await effort.nextTurn();
    }
  }
  const reader = new PdfReader(bytes, position, effort);
  const trailer = reader.value();
  if (!isDictionary(trailer)) throw damaged('a trailer is missing');
  return { trailer, isStream: false };
}

const [lineFeed, carriageReturn, space, zero, letterF, letterN] = [10, 13, 32, 48, 102, 110];

/** `0000000016 00000 n` and the end of its line. */
function tableEntry(bytes: Buffer, position: number) {
  const [offset, generation] = [digitsAt(bytes, position, 10), digitsAt(bytes, position + 11, 5)];
  const [use, endBytes] = [bytes[position + 17], lineEndBytes(bytes[position + 18], bytes[position + 19])];
  const isEntry =
    bytes[position + 10] === space && bytes[position + 16] === space && (use === letterN || use === letterF);
  if (offset === undefined || generation === undefined || endBytes === 0 || !isEntry) return undefined;
  return { offset, generation, isFree: use === letterF, end: position + 18 + endBytes };
}

/** Two octets, one of which may be missing; 0 where it is no line end. */
function lineEndBytes(first?: number, second?: number): number {
  if (first === space) return second === carriageReturn || second === lineFeed ? 2 : 0;
  if (first === carriageReturn) return second === lineFeed ? 2 : 1;
  return first === lineFeed ? 1 : 0;
}

function digitsAt(bytes: Buffer, position: number, count: number): number | undefined {
  let value = 0;
  for (let at = position; at < position + count; at++) {
    const digit = (bytes[at] ?? 0) - (zero as number);
    if (digit < 0 || digit > 9) return undefined;
    value = 10 * value + digit;
  }
  return value;
}

function malformed(): never {
  throw damaged('a cross-reference is malformed');
}

async function readStream(bytes: Buffer, at: number, effort: PdfEffort, add: AddPlace): Promise<Section> {
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
      if (effort.isTurnOver) await effort.nextTurn();
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
  // Some readers take other types for free, and some take the whole file for damaged, and repair it.
  return type === 0 ? 'free' : malformed();
}
