/** ZIP files in which each field of each header is what a test wants it to be. */

import { crc32, deflateRawSync } from 'node:zlib';
import { containerType, manifestFile, manifestOf } from './container-support.js';

/** Fields of a header by their names in APPNOTE.TXT 6.3, section 4.3, and its extra fields. */
export interface RawHeader {
  madeBy?: number;
  version?: number;
  flags?: number;
  method?: number;
  crc32?: number;
  compressedSize?: number;
  size?: number;
  name?: string | Buffer;
  extra?: Buffer;
  disk?: number;
  attributes?: number;
  comment?: Buffer;
}

export interface RawEntry extends RawHeader {
  /** As it lies in the file. */
  packed: Buffer;
  /** Where the header in front of the content differs. */
  local?: RawHeader;
  /** What lies behind the content. */
  rest?: Buffer;
}

export const descriptorFlag = 0x0008;
export const utf8Flag = 0x0800;

export function storedEntry(name: string, content: string | Buffer, more: Partial<RawEntry> = {}): RawEntry {
  const packed = Buffer.from(content);
  return {
    name,
    flags: /^[ -~]*$/.test(name) ? 0 : utf8Flag,
    packed,
    size: packed.length,
    crc32: crc32(packed),
    ...more,
  };
}

export function deflatedEntry(name: string, content: string | Buffer, more: Partial<RawEntry> = {}): RawEntry {
  const { size, crc32, flags } = storedEntry(name, content);
  return { name, flags, method: 8, packed: deflateRawSync(Buffer.from(content)), size, crc32, ...more };
}

/** The same entry as programs write it that do not know its size before its content. */
export function describedBehind(entry: RawEntry): RawEntry {
  return {
    ...entry,
    flags: (entry.flags ?? 0) | descriptorFlag,
    local: { crc32: 0, compressedSize: 0, size: 0 },
    rest: descriptor(entry.crc32 ?? 0, entry.packed.length, entry.size ?? 0),
  };
}

export function descriptor(...values: number[]): Buffer {
  return Buffer.concat([Buffer.from('PK\x07\x08', 'latin1'), uint32s(...values)]);
}

export function uint32s(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, 4 * index);
  return bytes;
}

export function extraField(id: number, data: string | Buffer): Buffer {
  const bytes = Buffer.from(data);
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id);
  head.writeUInt16LE(bytes.length, 2);
  return Buffer.concat([head, bytes]);
}

/** Another name for an entry, for programs that look for it. */
export function unicodePath(rawName: string, name: string): Buffer {
  const head = Buffer.concat([Buffer.from([1]), uint32s(crc32(rawName))]);
  return extraField(0x7075, Buffer.concat([head, Buffer.from(name)]));
}

export function localHeader({ packed, local, ...entry }: RawEntry): Buffer {
  const header = { compressedSize: packed.length, ...entry, ...local };
  const name = Buffer.from(header.name ?? '');
  const { extra = Buffer.alloc(0) } = header;
  const fixed = Buffer.alloc(30);
  fixed.write('PK\x03\x04', 'latin1');
  writeCommon(fixed.subarray(4), header, name.length, extra.length);
  return Buffer.concat([fixed, name, extra]);
}

function directoryRecord({ packed, ...entry }: RawEntry, offset: number): Buffer {
  const header = { compressedSize: packed.length, ...entry };
  const name = Buffer.from(header.name ?? '');
  const { extra = Buffer.alloc(0), comment = Buffer.alloc(0) } = header;
  const fixed = Buffer.alloc(46);
  fixed.write('PK\x01\x02', 'latin1');
  fixed.writeUInt16LE(header.madeBy ?? 20, 4);
  writeCommon(fixed.subarray(6), header, name.length, extra.length);
  fixed.writeUInt16LE(comment.length, 32);
  fixed.writeUInt16LE(header.disk ?? 0, 34);
  fixed.writeUInt32LE(header.attributes ?? 0, 38);
  fixed.writeUInt32LE(offset, 42);
  return Buffer.concat([fixed, name, extra, comment]);
}

function writeCommon(bytes: Buffer, header: RawHeader, nameLength: number, extraLength: number): void {
  bytes.writeUInt16LE(header.version ?? 20, 0);
  bytes.writeUInt16LE(header.flags ?? 0, 2);
  bytes.writeUInt16LE(header.method ?? 0, 4);
  bytes.writeUInt32LE(header.crc32 ?? 0, 10);
  bytes.writeUInt32LE(header.compressedSize ?? 0, 14);
  bytes.writeUInt32LE(header.size ?? 0, 18);
  bytes.writeUInt16LE(nameLength, 22);
  bytes.writeUInt16LE(extraLength, 24);
}

/** A container of these entries: behind its type and its manifest, which are the first two for the order too. */
export function rawContainer(entries: readonly RawEntry[], order?: number[]): Buffer {
  const manifest = manifestOf(entries.map(({ name }) => String(name)));
  return rawZip([storedEntry('mimetype', containerType), storedEntry(manifestFile, manifest), ...entries], order);
}

/** @param order of the records in the list, by their indices. */
export function rawZip(entries: readonly RawEntry[], order = entries.map((_entry, index) => index)): Buffer {
  const parts: Buffer[] = [];
  const offsets: number[] = [];
  let offset = 0;
  for (const entry of entries) {
    const part = Buffer.concat([localHeader(entry), entry.packed, entry.rest ?? Buffer.alloc(0)]);
    parts.push(part);
    offsets.push(offset);
    offset += part.length;
  }
  const directory = Buffer.concat(
    order.map((index) => directoryRecord(entries[index] as RawEntry, offsets[index] ?? 0)),
  );
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(order.length, 8);
  end.writeUInt16LE(order.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, directory, end]);
}
