/**
 * What the two headers of an entry say of it (APPNOTE.TXT 6.3, sections 4.3.7 to 4.3.12 and 4.4). Some programs go by
 * the list at the end of the file, others by the headers in front of the contents: both must say the same, and nothing
 * that a program may understand or not.
 */

import type { Entry, LocalFileHeader } from 'yauzl';
import { SmartIdInputError } from '../../shared/errors.js';
import { quoted } from './names.js';

export const stored = 0;
const deflated = 8;
const encryptedFlags = 0x2041;
const descriptorFlag = 0x0008;
const utf8Flag = 0x0800;
/** With how thoroughly it was compressed. */
const plainFlags = 0x0006 | descriptorFlag | utf8Flag;
const descriptorSignature = 0x08074b50;
/** Of ZIP64; what needs a later one is skipped by programs that do not know it. */
const maxVersionNeeded = 45;
/** MS-DOS, Unix, OS/2, Windows by two numbers, VFAT, macOS; names that others made are changed when unpacked. */
const plainSystems = [0, 3, 6, 10, 11, 14, 19];
const fileTypeMask = 0o170000;
const fileTypes = [0, 0o100000];
const folderTypes = [0, 0o100000, 0o040000];
/** A volume's name, a device, a link of Windows. */
const unusualAttributes = 0x0448;
const folderAttribute = 0x10;
const zip64Field = 0x0001;
const unicodePathField = 0x7075;
/**
 * Of Unix by PKWARE, encryption, another header's attributes, of Unix by ASi, encryption: types and targets of links.
 */
const unusualFields = [0x000d, 0x0017, 0x6c78, 0x756e, 0x9901];

/** @throws SmartIdInputError naming `container` when the list has something unusual of an entry. */
export function checkRecord(record: Entry, name: string): void {
  const { generalPurposeBitFlag, compressionMethod, versionMadeBy, versionNeededToExtract } = record;
  if (generalPurposeBitFlag & encryptedFlags) throw problem(`has an encrypted entry: ${quoted(name)}.`);
  if (generalPurposeBitFlag & ~plainFlags) throw problem(`has an entry of an unusual kind: ${quoted(name)}.`);
  if (compressionMethod !== stored && compressionMethod !== deflated) {
    throw problem(`has an entry that is compressed in an unusual way: ${quoted(name)}.`);
  }
  if (versionNeededToExtract > maxVersionNeeded || !plainSystems.includes(versionMadeBy >>> 8)) {
    throw problem(`has an entry for unusual programs: ${quoted(name)}.`);
  }
  checkType(record, name);
  checkExtraFields(record.extraFieldRaw, record.fileNameRaw, name);
}

function checkType({ externalFileAttributes, uncompressedSize }: Entry, name: string): void {
  const isFolder = name.endsWith('/');
  const type = (externalFileAttributes >>> 16) & fileTypeMask;
  const isUnusual = (externalFileAttributes & unusualAttributes) !== 0;
  if (isUnusual || !(isFolder ? folderTypes : fileTypes).includes(type)) {
    throw problem(`has an entry that is not a plain file, such as a symbolic link: ${quoted(name)}.`);
  }
  if (!isFolder && externalFileAttributes & folderAttribute) {
    throw problem(`has ${quoted(name)} as a file and as a folder.`);
  }
  if (isFolder && uncompressedSize > 0) throw problem(`has a folder with content: ${quoted(name)}.`);
}

/** Without this flag some programs read UTF-8 and others the code page of a PC, or of the reader's own system. */
export function isNameClear({ fileNameRaw, generalPurposeBitFlag }: Entry): boolean {
  return (generalPurposeBitFlag & utf8Flag) !== 0 || fileNameRaw.every((octet) => octet < 0x80);
}

/** @throws SmartIdInputError naming `container` when the header in front says another thing than the list. */
export function checkLocalHeader(local: LocalFileHeader, record: Entry, name: string): void {
  const sizes = sizesOf(record);
  const areSizesSame = sizesOf(local).every(
    (size, index) => size === sizes[index] || (hasDescriptor(record) && size === 0),
  );
  const isSame =
    local.fileName.equals(record.fileNameRaw) &&
    local.compressionMethod === record.compressionMethod &&
    local.generalPurposeBitFlag === record.generalPurposeBitFlag &&
    areSizesSame;
  if (!isSame) throw problem(`says two different things about ${quoted(name)}.`);
  if (local.versionNeededToExtract > maxVersionNeeded) {
    throw problem(`has an entry for unusual programs: ${quoted(name)}.`);
  }
  checkExtraFields(local.extraField, record.fileNameRaw, name);
}

function checkExtraFields(bytes: Buffer, rawName: Buffer, name: string): void {
  for (let at = 0; at < bytes.length; ) {
    const dataAt = at + 4;
    const end = dataAt <= bytes.length ? dataAt + bytes.readUInt16LE(at + 2) : Number.POSITIVE_INFINITY;
    if (end > bytes.length) throw problem(`has malformed fields of ${quoted(name)}.`);
    checkExtraField(bytes.readUInt16LE(at), bytes.subarray(dataAt, end), rawName, name);
    at = end;
  }
}

function checkExtraField(id: number, data: Buffer, rawName: Buffer, name: string): void {
  if (id === zip64Field) {
    throw problem(`has a ZIP64 entry, which nothing of its size needs to be: ${quoted(name)}.`);
  }
  // A version and a checksum of the other name come first.
  if (id === unicodePathField && !data.subarray(5).equals(rawName)) {
    throw problem(`has two names for ${quoted(name)}.`);
  }
  if (unusualFields.includes(id)) throw problem(`has an entry for unusual programs: ${quoted(name)}.`);
}

/** Whether the sizes of an entry are written behind its content. */
export function hasDescriptor({ generalPurposeBitFlag }: Entry): boolean {
  return (generalPurposeBitFlag & descriptorFlag) !== 0;
}

/** Whether these bytes behind the content are what has to be there: nothing, or once more what the list says. */
export function isRestClear(bytes: Buffer, record: Entry): boolean {
  if (!hasDescriptor(record)) return bytes.length === 0;
  const hasSignature = bytes.length === 16 && bytes.readUInt32LE(0) === descriptorSignature;
  // The signature may be left out, where nobody can take the checksum for it.
  if (!hasSignature && (bytes.length !== 12 || record.crc32 === descriptorSignature)) return false;
  const values = hasSignature ? bytes.subarray(4) : bytes;
  return sizesOf(record).every((size, index) => values.readUInt32LE(4 * index) === size);
}

function sizesOf({ crc32, compressedSize, uncompressedSize }: Entry | LocalFileHeader): number[] {
  return [crc32, compressedSize, uncompressedSize];
}

function problem(rule: string): SmartIdInputError {
  return new SmartIdInputError('container', rule);
}
