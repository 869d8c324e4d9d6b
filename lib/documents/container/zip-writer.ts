/**
 * Writes entries of a ZIP file, into a new one and behind those of an existing one, whose bytes stay as they are
 * (APPNOTE.TXT 6.3, section 4.3). Entries are stored as they are: most of what is signed is compressed already, and
 * compressing takes ten times as long as hashing.
 */

import { crc32 } from 'node:zlib';
import { readZipEnd, writeZipEnd, type ZipEnd } from './zip-end.js';

export interface NewEntry {
  name: string;
  content: Uint8Array;
}

const localHeaderBytes = 30;
const commonBytes = 26;
const versionNeeded = 20;
/** Made on Unix, by version 6.3 of the specification: the file's mode is in the upper half of its attributes. */
const versionMadeBy = (3 << 8) | 63;
const plainFile = 0o100644 * 0x10000;
const utf8Flag = 0x0800;

/** A ZIP file of these entries. */
export function writeZip(entries: readonly NewEntry[], modifiedAt: Date): Buffer {
  const empty: ZipEnd = { entryCount: 0, directoryOffset: 0, directoryBytes: 0, comment: Buffer.alloc(0) };
  return appendEntries(Buffer.alloc(0), empty, entries, modifiedAt);
}

/** The same ZIP file with one more entry. */
export function appendEntry(zip: Buffer, entry: NewEntry, modifiedAt: Date): Buffer {
  return appendEntries(zip, readZipEnd(zip), [entry], modifiedAt);
}

function appendEntries(zip: Buffer, end: ZipEnd, entries: readonly NewEntry[], modifiedAt: Date): Buffer {
  const { directoryOffset: oldOffset, directoryBytes: oldBytes } = end;
  const local: Uint8Array[] = [];
  const records: Buffer[] = [];
  let offset = oldOffset;
  for (const { name, content } of entries) {
    const nameBytes = Buffer.from(name);
    const common = commonFields(nameBytes, content, modifiedAt);
    local.push(signed('PK\x03\x04', common), nameBytes, content);
    records.push(directoryRecord(common, offset), nameBytes);
    offset += localHeaderBytes + nameBytes.length + content.length;
  }
  const added = Buffer.concat(records);
  const newEnd = writeZipEnd({
    entryCount: end.entryCount + entries.length,
    directoryOffset: offset,
    directoryBytes: oldBytes + added.length,
    comment: end.comment,
  });
  const oldDirectory = zip.subarray(oldOffset, oldOffset + oldBytes);
  return Buffer.concat([zip.subarray(0, oldOffset), ...local, oldDirectory, added, newEnd]);
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
