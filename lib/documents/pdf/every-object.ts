/**
 * Looks once at every object that a file has in use, before it is signed. Where one is not as the cross-references and
 * lengths say, readers repair the file, each in its own way, and people would see different documents under one valid
 * signature; that a signature itself touches few objects does not help.
 */

import { maxObjectNumber, type Place } from './cross-references.js';
import { costs, PdfEffort } from './effort.js';
import { maxObjectsInStream, type PdfFile } from './file.js';
import { type IndirectObject, readIndirectObject, streamData } from './indirect-object.js';
import { ObjectStarts } from './object-starts.js';
import { isPage } from './page-tree.js';
import { PdfReader } from './reader.js';
import { decodeStream } from './streams.js';
import { damaged, isDictionary, isNamed, type PdfDictionary, PdfReference, type PdfValue } from './values.js';

const endOfStream = 'endstream';
/** Node looks for a word as short as this ten times as fast as for the whole of it. */
const beginOfEnd = 'endst';
/** Places where no more than the beginning of the word is; in a file that has more of them the whole is looked for. */
const maxBeginnings = 1000;
const startOfObject = /(?<!\d)(\d{1,10})[\0\t\n\f\r ]+\d{1,5}[\0\t\n\f\r ]+$/;
/** More than the two numbers of an object are long. */
const lookbehind = 40;

type PlaceInFile = Extract<Place, { offset: number }>;

interface CompressedObject {
  number: number;
  /** Which one it is in its stream. */
  index: number;
}

/** All values of a file may be so many times as much as those that signing it needs. */
const timesStructure = 2;
/** Numbers that the objects of a signature, of its looks and of its evidence get. */
const spareNumbers = 1000;

/**
 * @returns the number that new objects may have from: no object has it or a higher one, and nothing refers to one.
 * @throws SmartIdInputError when an object is damaged.
 */
export async function checkEveryObject(file: PdfFile): Promise<number> {
  const { places, trailer } = file.references;
  // Of its own: what else is read of the file is not less for it.
  const effort = new PdfEffort(file.bytes.length, timesStructure);
  const check = new ObjectCheck(file, effort);
  check.references(trailer);
  const streams = await compressedObjects(places, effort);
  // First, so that what is in them can be looked for without going in circles.
  for (const number of streams.keys()) {
    check.objectStream(number);
    if (effort.isTurnOver) await effort.nextTurn();
  }
  for (const [number, objects] of streams) {
    for (const _ of check.objectsInStream(number, objects)) if (effort.isTurnOver) await effort.nextTurn();
  }
  for (const [number, place] of places) {
    if (place !== 'free' && 'offset' in place) check.begins(number, place);
    effort.spend(costs.step);
    if (effort.isTurnOver) await effort.nextTurn();
  }
  for (const [number, place] of places) {
    if (place !== 'free' && 'offset' in place) check.objectInFile(number, place);
    if (effort.isTurnOver) await effort.nextTurn();
  }
  for (const _ of check.repaired()) if (effort.isTurnOver) await effort.nextTurn();
  return check.result();
}

/** By their streams. */
async function compressedObjects(
  places: ReadonlyMap<number, Place>,
  effort: PdfEffort,
): Promise<Map<number, CompressedObject[]>> {
  const streams = new Map<number, CompressedObject[]>();
  for (const [number, place] of places) {
    if (place === 'free' || 'offset' in place) continue;
    const objects = streams.get(place.stream) ?? [];
    streams.set(place.stream, objects);
    objects.push({ number, index: place.index });
    effort.spend(costs.object);
    if (effort.isTurnOver) await effort.nextTurn();
  }
  return streams;
}

class ObjectCheck {
  private readonly places: ReadonlyMap<number, Place>;
  private readonly starts: ObjectStarts;
  private readonly streams = new Set<number>();
  /** Streams that pages are made of. */
  private readonly contents = new Set<number>();
  /** Streams that have the word in them that is to come after them. */
  private readonly endingTwice = new Set<number>();
  /** By their numbers: 1 for what is referred to otherwise than as an attached file. */
  private readonly shown = new Uint8Array(maxObjectNumber + 1);
  /** What is referred to, and is not there. */
  private readonly missing = new Set<number>();
  private nextNumber: number;

  constructor(
    private readonly file: PdfFile,
    private readonly effort: PdfEffort,
  ) {
    this.places = file.references.places;
    this.nextNumber = file.references.nextNumber;
    this.starts = new ObjectStarts(file.bytes.length);
  }

  /** Looks at the references in a value. */
  references(value: PdfValue, key?: string): void {
    if (value instanceof PdfReference) {
      this.reference(value);
      if (key !== 'EF') this.shown[value.number] = 1;
    } else if (Array.isArray(value)) for (const one of value) this.references(one);
    else if (isDictionary(value)) {
      for (const [name, one] of value) this.references(one, key === 'EF' ? key : name);
    }
  }

  /** @throws SmartIdInputError when it cannot be read but with what is in an object stream. */
  objectStream(number: number): { dictionary: PdfDictionary; encoded: Buffer } {
    const { value: dictionary, dataStart } = this.read(number, this.placeInFile(number));
    if (!isDictionary(dictionary) || dataStart === undefined || !isNamed(dictionary.get('Type'), 'ObjStm')) {
      throw damaged('an object stream is missing');
    }
    const given = dictionary.get('Length');
    for (const [key, value] of dictionary) {
      if (key !== 'Length' && key !== 'Extends' && hasReference(value)) throw damaged('an object stream is malformed');
    }
    const length =
      given instanceof PdfReference ? this.read(given.number, this.placeInFile(given.number)).value : given;
    return { dictionary, encoded: streamData(this.file.bytes, dataStart, length, this.effort) };
  }

  /** One object after the other. */
  *objectsInStream(stream: number, objects: readonly CompressedObject[]): Generator<void> {
    const { dictionary, encoded } = this.objectStream(stream);
    const data = decodeStream(dictionary, encoded, this.effort, (value) => value ?? null);
    const entries = entriesOf(dictionary, data, this.effort);
    yield;
    for (const { number, index } of objects) {
      const entry = entries[index];
      if (entry?.number !== number) throw damaged(`object ${number} is not where it says`);
      const reader = new PdfReader(data, entry.offset, this.effort);
      this.value(reader.value());
      // Some readers end each object where the next one begins.
      if (reader.position > (entries[index + 1]?.offset ?? data.length)) {
        throw damaged(`object ${number} does not end where it says`);
      }
      yield;
    }
  }

  /** To be told of each object before the first one is looked at. */
  begins(number: number, { offset }: PlaceInFile): void {
    if (!this.starts.add(offset)) throw damaged(`object ${number} is not where it says`);
  }

  objectInFile(number: number, place: PlaceInFile): void {
    const { bytes } = this.file;
    const { value, end, dataStart } = this.read(number, place);
    this.value(value);
    let position = end;
    if (dataStart !== undefined && isDictionary(value)) {
      const data = streamData(bytes, dataStart, this.file.get(value.get('Length')), this.effort);
      this.effort.spend(data.length);
      if (hasEndOfStream(data)) this.endingTwice.add(number);
      this.streams.add(number);
      position = bytes.indexOf(endOfStream, dataStart + data.length) + endOfStream.length;
    }
    const ending = new PdfReader(bytes, position, this.effort);
    if (!ending.passes('endobj')) throw damaged(`object ${number} does not end where it says`);
    // What is a part of two objects is seen by each reader in its own way, and would be read for each of them.
    if (this.starts.hasBetween(place.offset, ending.position))
      throw damaged(`another object begins in object ${number}`);
  }

  /**
   * Where an object is missing, some readers look through the whole file for it, and take the last one of each number
   * that they find: these must be the ones that the cross-references lead to.
   */
  *repaired(): Generator<void> {
    if (this.missing.size === 0) return;
    const { bytes } = this.file;
    const last = new Map<number, number>();
    let from = 0;
    for (let at = bytes.indexOf('obj'); at >= 0; at = bytes.indexOf('obj', from)) {
      const start = Math.max(0, at - lookbehind);
      const found = startOfObject.exec(bytes.toString('latin1', start, at));
      if (found) last.set(Number(found[1]), start + found.index);
      this.effort.spend(costs.lookBack + at - from);
      yield;
      from = at + 'obj'.length;
    }
    for (const [number, offset] of last) {
      const place = this.places.get(number) ?? 'free';
      const isFree = place === 'free' && !this.missing.has(number);
      const isThere = place !== 'free' && 'offset' in place && isSpace(bytes, place.offset, offset);
      if (!isFree && !isThere) throw damaged(`it refers to what is missing, and has object ${number} twice`);
    }
  }

  /** @returns the number that new objects may have from. */
  result(): number {
    for (const number of this.contents) {
      if (!this.streams.has(number)) throw damaged('a part of a page is missing');
    }
    for (const number of this.endingTwice) {
      // Some readers end what they show where the word is. In an attached file it is that file's own.
      if (this.shown[number] === 1) throw damaged(`stream ${number} ends before it says`);
    }
    return this.nextNumber;
  }

  private reference({ number, generation }: PdfReference): void {
    if (number + spareNumbers > maxObjectNumber) throw damaged('it refers to objects beyond all bounds');
    // What is not there must not be there when the file is signed either.
    this.nextNumber = Math.max(this.nextNumber, number + 1);
    const place = this.places.get(number);
    if (place === undefined || place === 'free') {
      this.missing.add(number);
      return;
    }
    // Some readers do not look at the generation, and some take it for nothing.
    if (generation !== ('offset' in place ? place.generation : 0)) {
      throw damaged(`it refers to object ${number} of another generation`);
    }
  }

  private value(value: PdfValue): void {
    this.references(value);
    if (!isDictionary(value)) return;
    const type = this.file.get(value.get('Type'));
    if ((isNamed(type, 'Page') || isNamed(type, 'Pages')) && isPage(this.file, value)) this.page(value);
  }

  /** Where a part of a page is missing, some readers show the others, and some nothing. */
  private page(page: PdfDictionary): void {
    for (const part of this.file.array(page.get('Contents'))) {
      if (!(part instanceof PdfReference)) throw damaged('a part of a page is missing');
      this.contents.add(part.number);
    }
  }

  private read(number: number, place: PlaceInFile): IndirectObject {
    const object = readIndirectObject(this.file.bytes, place.offset, this.effort);
    if (object.number !== number || object.generation !== place.generation) {
      throw damaged(`object ${number} is not where it says`);
    }
    return object;
  }

  private placeInFile(number: number): PlaceInFile {
    const place = this.places.get(number);
    if (place === undefined || place === 'free' || 'stream' in place) throw damaged('an object stream is missing');
    return place;
  }
}

function hasEndOfStream(data: Buffer): boolean {
  let at = data.indexOf(beginOfEnd);
  for (let count = 0; at >= 0; count++, at = data.indexOf(beginOfEnd, at + 1)) {
    if (count === maxBeginnings) return data.includes(endOfStream, at);
    if (data.toString('latin1', at, at + endOfStream.length) === endOfStream) return true;
  }
  return false;
}

function isSpace(bytes: Buffer, start: number, end: number): boolean {
  return start <= end && end - start < lookbehind && /^[\0\t\n\f\r ]*$/.test(bytes.toString('latin1', start, end));
}

function hasReference(value: PdfValue): boolean {
  if (Array.isArray(value)) return value.some(hasReference);
  return isDictionary(value) ? [...value.values()].some(hasReference) : value instanceof PdfReference;
}

/** What the header of an object stream says: which objects are in it, and where. */
function entriesOf(dictionary: PdfDictionary, data: Buffer, effort: PdfEffort): { number: number; offset: number }[] {
  const [count, first] = [dictionary.get('N'), dictionary.get('First')];
  if (typeof count !== 'number' || typeof first !== 'number' || !(first >= 0 && first <= data.length)) {
    throw damaged('an object stream is malformed');
  }
  if (count > maxObjectsInStream) throw damaged('its structure is too complicated');
  const header = new PdfReader(data.subarray(0, first), 0, effort);
  const entries: { number: number; offset: number }[] = [];
  for (let index = 0; index < count; index++) {
    const [number, offset] = [header.nonNegativeInteger(), first + header.nonNegativeInteger()];
    if (offset < (entries.at(-1)?.offset ?? 0)) throw damaged('an object stream is not in order');
    effort.spend(costs.object);
    entries.push({ number, offset });
  }
  return entries;
}
