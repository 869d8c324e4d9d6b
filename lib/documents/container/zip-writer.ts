/**
 * Writes entries of a ZIP file, into a new one and behind those of an existing one, whose bytes stay as they are
 * (APPNOTE.TXT 6.3, section 4.3). Entries are stored as they are: most of what is signed is compressed already, and
 * compressing takes ten times as long as hashing.
 */

import { crc32 } from 'node:zlib';
import { endBytes, readZipEnd, writeZipEnd, type ZipEnd } from './zip-end.js';

export interface NewEntry {
  name: string;
  content: Uint8Array;
}

const localHeaderBytes = 30;
const recordBytes = 46;
const commonBytes = 26;
const versionNeeded = 20;
/** Made on Unix, by version 6.3 of the specification: the file's mode is in the upper half of its attributes. */
const versionMadeBy = (3 << 8) | 63;
const plainFile = 0o100644 * 0x10000;
const utf8Flag = 0x0800;

/** The bytes of a ZIP file to be, and in it the places of its entries' contents. */
export interface ZipLayout {
  zip: Buffer;
  places: Buffer[];
}

const noEntries: ZipEnd = { entryCount: 0, directoryOffset: 0, directoryBytes: 0, comment: Buffer.alloc(0) };

/**
 * For entries whose contents are to be made where they lie in the file: a copy would cost as much memory as the file.
 */
export function layOutZip(entries: readonly { name: string; size: number }[]): ZipLayout {
  return layOut(entries, noEntries);
}

/**
 * A ZIP file of these entries.
 * @param layout of these entries; contents that are in their places already stay there.
 */
export function writeZip(
  entries: readonly NewEntry[],
  modifiedAt: Date,
  layout = layOutZip(entries.map(sized)),
): Buffer {
  return writeEntries(layout, entries, modifiedAt, noEntries);
}

/** The same ZIP file with one more entry. */
export function appendEntry(zip: Buffer, entry: NewEntry, modifiedAt: Date): Buffer {
  const end = readZipEnd(zip);
  const layout = layOut([sized(entry)], end);
  zip.copy(layout.zip, 0, 0, end.directoryOffset);
  const oldDirectory = zip.subarray(end.directoryOffset, end.directoryOffset + end.directoryBytes);
  return writeEntries(layout, [entry], modifiedAt, end, oldDirectory);
}

function sized({ name, content }: NewEntry) {
  return { name, size: content.length };
}

/** @param old what is before the new entries. */
function layOut(entries: readonly { name: string; size: number }[], old: ZipEnd): ZipLayout {
  let at = old.directoryOffset;
  let directoryBytes = old.directoryBytes;
  const ranges = entries.map(({ name, size }) => {
    const nameBytes = Buffer.byteLength(name);
    const start = at + localHeaderBytes + nameBytes;
    at = start + size;
    directoryBytes += recordBytes + nameBytes;
    return { start, end: at };
  });
  const zip = Buffer.alloc(at + directoryBytes + endBytes + old.comment.length);
  return { zip, places: ranges.map(({ start, end }) => zip.subarray(start, end)) };
}

/** Writes all that comes behind the old entries. */
function writeEntries(
  { zip, places }: ZipLayout,
  entries: readonly NewEntry[],
  modifiedAt: Date,
  old: ZipEnd,
  ...oldDirectory: Buffer[]
): Buffer {
  let at = old.directoryOffset;
  const put = (bytes: Buffer) => {
    at += bytes.copy(zip, at);
  };
  const directory = oldDirectory;
  for (const [index, { name, content }] of entries.entries()) {
    const place = places[index] as Buffer;
    if (content !== place) place.set(content);
    const nameBytes = Buffer.from(name);
    const common = commonFields(nameBytes, place, modifiedAt);
    directory.push(directoryRecord(common, at), nameBytes);
    put(signed('PK\x03\x04', common));
    put(nameBytes);
    at += place.length;
  }
  const directoryOffset = at;
  directory.forEach(put);
  const entryCount = old.entryCount + entries.length;
  put(writeZipEnd({ entryCount, directoryOffset, directoryBytes: at - directoryOffset, comment: old.comment }));
  return zip;
}

/** What both headers of an entry have: from the version to the length of the extra field, of which there is none. */
function commonFields(name: Buffer, content: Uint8Array, modifiedAt: Date): Buffer {
  const isAscii = name.every((octet) => octet < 0x80);
  const fields = Buffer.alloc(commonBytes);
  fields.writeUInt16LE(versionNeeded, 0);
  fields.writeUInt16LE(isAscii ? 0 : utf8Flag, 2);
  fields.writeUInt16LE(dosTime(modifiedAt), 6);
  fields.writeUInt16LE(dosDate(modifiedAt), 8);
  fields.writeUInt32LE(crc32(content), 10);
  fields.writeUInt32LE(content.length, 14);
  fields.writeUInt32LE(content.length, 18);
  fields.writeUInt16LE(name.length, 22);
  return fields;
}

function directoryRecord(common: Buffer, offset: number): Buffer {
  const madeBy = Buffer.alloc(2);
  madeBy.writeUInt16LE(versionMadeBy);
  const place = Buffer.alloc(14);
  place.writeUInt32LE(plainFile, 6);
  place.writeUInt32LE(offset, 10);
  return signed('PK\x01\x02', madeBy, common, place);
}

function signed(signature: string, ...fields: Buffer[]): Buffer {
  return Buffer.concat([Buffer.from(signature, 'latin1'), ...fields]);
}

/** In UTC, so that every process writes the same file; two seconds are the unit. */
function dosTime(date: Date): number {
  return (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
}

function dosDate(date: Date): number {
  return ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
}
