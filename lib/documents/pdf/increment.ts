/**
 * What is appended to a file (ISO 32000-2, section 7.5.6): new objects, changed objects, and a section of
 * cross-references of the kind that the file's last one has. The file itself stays as it is, and so does every
 * signature in it.
 */

import { costs } from './effort.js';
import type { PdfFile } from './file.js';
import {
  damaged,
  isDictionary,
  type PdfDictionary,
  PdfName,
  PdfReference,
  PdfStream,
  PdfToken,
  type PdfValue,
  write,
} from './values.js';

interface Written {
  number: number;
  generation: number;
  offset: number;
}

const lineEnds = [10, 13];

export class PdfIncrement {
  private readonly objects = new Map<number, { generation: number; value: PdfValue | PdfStream }>();

  /** @param nextNumber of the first new object; the file has no object with this number or a higher one. */
  constructor(
    private readonly file: PdfFile,
    private nextNumber = file.references.nextNumber,
  ) {}

  /** Where a new object will be. */
  reserve(): PdfReference {
    return new PdfReference(this.nextNumber++, 0);
  }

  /** Puts an object at its place. */
  set({ number, generation }: PdfReference, value: PdfValue | PdfStream): void {
    this.objects.set(number, { generation, value });
  }

  add(value: PdfValue | PdfStream): PdfReference {
    const reference = this.reserve();
    this.set(reference, value);
    return reference;
  }

  /**
   * A dictionary of the file, to be changed. Each thing is one of its own: a page that is the form as well would be
   * changed for both.
   */
  changedDictionary(reference: PdfReference): PdfDictionary {
    if (this.objects.has(reference.number)) throw damaged('one object is two things');
    const value = this.file.get(reference);
    if (!isDictionary(value)) throw damaged('a dictionary is missing');
    // A copy: what was read of the file stays what it was.
    const copy: PdfDictionary = new Map(value);
    this.set(reference, copy);
    return copy;
  }

  /**
   * Adds to an array in a dictionary that is changed. The array becomes a part of it: one that is an object of its own
   * may be something else as well, such as what a page shows.
   */
  append(dictionary: PdfDictionary, key: string, values: readonly PdfValue[]): void {
    const found = this.file.get(dictionary.get(key));
    if (found !== null && !Array.isArray(found)) throw damaged('an array is missing');
    dictionary.set(key, [...this.file.array(found), ...values]);
  }

  /** The octets to append, and where in the whole file each object begins. */
  async toBytes(): Promise<{ bytes: Buffer; offsets: Map<number, number> }> {
    const chunks: Buffer[] = [];
    let position = this.file.bytes.length;
    const push = (chunk: string | Uint8Array) => {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : Buffer.from(chunk);
      chunks.push(bytes);
      position += bytes.length;
    };
    if (!lineEnds.includes(this.file.bytes.at(-1) as number)) push('\n');
    const written: Written[] = [];
    for (const [number, { generation, value }] of [...this.objects].sort(([one], [other]) => one - other)) {
      written.push({ number, generation, offset: position });
      push(`${number} ${generation} obj\n`);
      if (value instanceof PdfStream) {
        push(`${this.write(new Map([...value.dictionary, ['Length', value.data.length]]))}\nstream\n`);
        push(value.data);
        push('\nendstream');
      } else push(this.write(value));
      push('\nendobj\n');
      if (this.file.effort.isTurnOver) await this.file.effort.nextTurn();
    }
    const start = position;
    push(this.file.references.isStream ? this.crossReferenceStream(written, start) : this.crossReferenceTable(written));
    push(`startxref\n${start}\n%%EOF\n`);
    return { bytes: Buffer.concat(chunks), offsets: new Map(written.map(({ number, offset }) => [number, offset])) };
  }

  /** What is changed is written anew with all that is in it, and that may be most of the file. */
  private write(value: PdfValue): string {
    this.file.effort.spend(costOfWriting(value));
    return write(value);
  }

  private trailer(size: number): PdfDictionary {
    const { trailer, offset } = this.file.references;
    const kept = ['Root', 'Info', 'ID'].flatMap((key): [string, PdfValue][] => {
      const value = trailer.get(key);
      return value === undefined ? [] : [[key, value]];
    });
    return new Map<string, PdfValue>([['Size', size], ...kept, ['Prev', offset]]);
  }

  private crossReferenceTable(written: readonly Written[]): string {
    const sections = consecutive(written).map((objects) => {
      const entries = objects.map(({ offset, generation }) => `${digits(offset, 10)} ${digits(generation, 5)} n \n`);
      return `${objects[0]?.number} ${objects.length}\n${entries.join('')}`;
    });
    return `xref\n${sections.join('')}trailer\n${this.write(this.trailer(this.nextNumber))}\n`;
  }

  private crossReferenceStream(objects: readonly Written[], offset: number): Buffer {
    const { number } = this.reserve();
    const written = [...objects, { number, generation: 0, offset }];
    const rows = written.map((object) => {
      const row = Buffer.alloc(7);
      row[0] = 1;
      row.writeUInt32BE(object.offset, 1);
      row.writeUInt16BE(object.generation, 5);
      return row;
    });
    const data = Buffer.concat(rows);
    const dictionary: PdfDictionary = new Map<string, PdfValue>([
      ['Type', new PdfName('XRef')],
      ...this.trailer(number + 1),
      ['W', [1, 4, 2]],
      ['Index', consecutive(written).flatMap((one) => [one[0]?.number ?? 0, one.length])],
      ['Length', data.length],
    ]);
    const begin = Buffer.from(`${number} 0 obj\n${this.write(dictionary)}\nstream\n`, 'latin1');
    return Buffer.concat([begin, data, Buffer.from('\nendstream\nendobj\n')]);
  }
}

function costOfWriting(value: PdfValue): number {
  if (value instanceof PdfName) return costs.written + costs.textByte * value.value.length;
  if (value instanceof PdfToken) return costs.written + value.text.length;
  let cost: number = costs.written;
  if (Array.isArray(value)) for (const one of value) cost += costOfWriting(one);
  else if (isDictionary(value)) {
    for (const [key, one] of value) cost += costs.written + costs.textByte * key.length + costOfWriting(one);
  }
  return cost;
}

/** In groups whose numbers follow each other. */
function consecutive(written: readonly Written[]): Written[][] {
  const groups: Written[][] = [];
  for (const object of written) {
    const last = groups.at(-1);
    if (last?.[0] && last[0].number + last.length === object.number) last.push(object);
    else groups.push([object]);
  }
  return groups;
}

function digits(value: number, count: number): string {
  return String(value).padStart(count, '0');
}
