/** A PDF that is read by its cross-references, object by object as they are asked for. */

import { SmartIdInputError } from '../../shared/errors.js';
import { type CrossReferences, type Place, readCrossReferences } from './cross-references.js';
import { costs, PdfEffort } from './effort.js';
import { readIndirectObject, streamData } from './indirect-object.js';
import { PdfReader } from './reader.js';
import { decodeStream } from './streams.js';
import {
  damaged,
  isDictionary,
  isNamed,
  numberIn,
  type PdfDictionary,
  PdfReference,
  PdfToken,
  type PdfValue,
  textIn,
} from './values.js';

const maxReferencesInARow = 20;
/** Writers put some hundred into each. */
export const maxObjectsInStream = 100_000;
const header = '%PDF-';
/** One for all: nobody changes what was read. */
const nothing: PdfDictionary = new Map();

/** In points: left, bottom, right, top. */
export type Rectangle = readonly [left: number, bottom: number, right: number, top: number];

interface ObjectStream {
  data: Buffer;
  /** By their index: where each begins in `data`. */
  entries: readonly { number: number; offset: number }[];
}

export class PdfFile {
  /** The document's catalog. */
  readonly root: PdfReference;
  private readonly loaded = new Map<number, { value: PdfValue; generation: number; data?: Buffer }>();
  private readonly objectStreams = new Map<number, ObjectStream>();
  /** Of each no more than one attempt is made. */
  private readonly opened = new Set<number>();

  /**
   * @param earlier the same file before something was appended to it. What is done here comes on top of what was done
   *   there.
   * @throws SmartIdInputError when the file is encrypted, or damaged.
   */
  static async open(bytes: Buffer, earlier?: PdfFile): Promise<PdfFile> {
    if (bytes.toString('latin1', 0, header.length) !== header) {
      throw new SmartIdInputError('pdf', 'is not a PDF: it does not begin with %PDF-.');
    }
    const effort = earlier?.effort ?? new PdfEffort(bytes.length);
    return new PdfFile(bytes, effort, await readCrossReferences(bytes, effort, earlier?.references));
  }

  private constructor(
    readonly bytes: Buffer,
    /** What is done with what is read is paid for as well. */
    readonly effort: PdfEffort,
    readonly references: CrossReferences,
  ) {
    const { trailer } = references;
    if (trailer.has('Encrypt')) {
      throw new SmartIdInputError('pdf', 'is encrypted: remove the protection before signing it.');
    }
    const root = trailer.get('Root');
    if (!(root instanceof PdfReference)) throw damaged('it has no catalog');
    this.root = root;
  }

  get catalog(): PdfDictionary {
    const catalog = this.get(this.root);
    if (!isDictionary(catalog) || !isNamed(catalog.get('Type'), 'Catalog')) throw damaged('it has no catalog');
    return catalog;
  }

  /** The value itself, or what it refers to; `undefined` as `null`, for which it stands. */
  get(value: PdfValue | undefined): PdfValue {
    let found = value ?? null;
    for (let count = 0; found instanceof PdfReference; count++) {
      if (count === maxReferencesInARow) throw damaged('a reference leads in circles');
      this.effort.spend(costs.step);
      found = this.load(found).value;
    }
    return found;
  }

  /** What is there when it is a dictionary, and an empty one otherwise. */
  dictionary(value: PdfValue | undefined): PdfDictionary {
    const found = this.get(value);
    return isDictionary(found) ? found : nothing;
  }

  /** Left, bottom, right and top of a rectangle (ISO 32000-2, section 7.9.5); undefined where it is none. */
  rectangle(value: PdfValue | undefined): Rectangle | undefined {
    const corners = this.array(value).map((corner) => numberIn(this.get(corner)));
    const [x1, y1, x2, y2] = corners;
    if (corners.length !== 4 || x1 === undefined || y1 === undefined || x2 === undefined || y2 === undefined) {
      return undefined;
    }
    return [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)];
  }

  /** What is there when it is an array, and an empty one otherwise. */
  array(value: PdfValue | undefined): readonly PdfValue[] {
    const found = this.get(value);
    if (!Array.isArray(found)) return [];
    this.effort.spend(costs.step * found.length);
    return found;
  }

  /** The text of a string, for comparing; undefined when there is none. */
  text(value: PdfValue | undefined): string | undefined {
    const found = this.get(value);
    if (found instanceof PdfToken) this.effort.spend(costs.textByte * found.text.length);
    return textIn(found);
  }

  /** The decoded octets of a stream, or undefined when it is none. */
  stream(reference: PdfValue): Buffer | undefined {
    if (!(reference instanceof PdfReference)) return undefined;
    const { value, data } = this.load(reference);
    return data && isDictionary(value) ? this.decode(value, data) : undefined;
  }

  private place(number: number): Place | undefined {
    return this.references.places.get(number) ?? this.references.earlierPlaces?.get(number);
  }

  private load({ number, generation }: PdfReference): { value: PdfValue; data?: Buffer } {
    const known = this.loaded.get(number);
    const object = known ?? this.read(number);
    if (!known) {
      this.effort.spend(costs.object);
      this.loaded.set(number, object);
    }
    // A reference to another generation is one to an object that is no longer there.
    return object.generation === generation ? object : { value: null };
  }

  private read(number: number): { value: PdfValue; generation: number; data?: Buffer } {
    const place = this.place(number);
    if (place === undefined || place === 'free') return { value: null, generation: 0 };
    if ('stream' in place) return { value: this.readFromStream(number, place), generation: 0 };
    const object = readIndirectObject(this.bytes, place.offset, this.effort);
    if (object.number !== number || object.generation !== place.generation) {
      throw damaged(`object ${number} is not where it says`);
    }
    const { value, generation, dataStart } = object;
    if (dataStart === undefined || !isDictionary(value)) return { value, generation };
    const length = value.get('Length');
    // In the file itself: that of a stream whose length is in another stream could be looked for without end.
    const isIndirect = length instanceof PdfReference;
    const data = streamData(this.bytes, dataStart, isIndirect ? this.directLength(length) : length, this.effort);
    return { value, generation, data };
  }

  private directLength(reference: PdfReference): PdfValue {
    const place = this.place(reference.number);
    if (place !== undefined && place !== 'free' && 'stream' in place) return this.get(reference);
    if (place === undefined || place === 'free') return null;
    const { number, value } = readIndirectObject(this.bytes, place.offset, this.effort);
    return number === reference.number ? value : null;
  }

  /** By its index, as readers do; one that goes by the number would find another object where there are two of it. */
  private readFromStream(number: number, place: { stream: number; index: number }): PdfValue {
    const stream = this.objectStreams.get(place.stream) ?? this.openObjectStream(place.stream);
    this.objectStreams.set(place.stream, stream);
    const entry = stream.entries[place.index];
    if (entry?.number !== number) throw damaged(`object ${number} is not where it says`);
    return new PdfReader(stream.data, entry.offset, this.effort).value();
  }

  private openObjectStream(number: number): ObjectStream {
    const place = this.place(number);
    if (this.opened.has(number)) throw damaged('an object stream cannot be read without what is in it');
    this.opened.add(number);
    // Never in another object stream, which would lead in circles.
    if (place === undefined || place === 'free' || 'stream' in place) throw damaged('an object stream is missing');
    const { value, data: encoded } = this.load(new PdfReference(number, place.generation));
    if (!isDictionary(value) || !encoded || !isNamed(value.get('Type'), 'ObjStm')) {
      throw damaged('an object stream is missing');
    }
    const data = this.decode(value, encoded);
    const [count, first] = [value.get('N'), value.get('First')];
    if (typeof count !== 'number' || typeof first !== 'number' || !(count >= 0 && first >= 0 && first <= data.length)) {
      throw damaged('an object stream is malformed');
    }
    if (count > maxObjectsInStream) throw damaged('its structure is too complicated');
    const index = new PdfReader(data.subarray(0, first), 0, this.effort);
    const entries: { number: number; offset: number }[] = [];
    for (let entry = 0; entry < count; entry++) {
      const [number, offset] = [index.nonNegativeInteger(), index.nonNegativeInteger()];
      this.effort.spend(costs.object);
      entries.push({ number, offset: first + offset });
    }
    index.skipSpace();
    const hasTwoOfOne = new Set(entries.map(({ number }) => number)).size < entries.length;
    if (hasTwoOfOne || index.position < first) throw damaged('an object stream is malformed');
    return { data, entries };
  }

  private decode(dictionary: PdfDictionary, encoded: Buffer): Buffer {
    return decodeStream(dictionary, encoded, this.effort, (value) => this.get(value));
  }
}
