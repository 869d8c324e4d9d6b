/**
 * Reads a ZIP file that somebody brings (APPNOTE.TXT 6.3, section 4.3). Every program that opens it must find the same
 * files in it, and nothing in it may lie outside of them: so what two programs could read in two ways is refused.
 */

import { crc32 } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { SmartIdInputError } from '../../errors.js';
import { importPeer } from '../optional-peer.js';
import { maxContainerBytes, maxFiles } from './files.js';
import { comparableName, isPath, quoted } from './names.js';
import { readZipEnd, type ZipEnd } from './zip-end.js';

export interface ZipEntry {
  name: string;
  size: number;
  /** Whether its bytes are in the file as they are. */
  isStored: boolean;
  /** @throws SmartIdInputError naming `container` when the bytes are not those that the entry promises. */
  chunks(): AsyncIterable<Buffer>;
}

/** Files, folders and what belongs to the container itself. */
const maxEntries = 2 * maxFiles;
const recordBytes = 46;
const stored = 0;
const deflated = 8;
const encryptedFlags = 0x2041;
const descriptorFlag = 0x0008;
const descriptorSignature = 0x08074b50;
const zip64Field = 0x0001;
const unicodePathField = 0x7075;
const fileTypeMask = 0o170000;
const plainTypes = [0, 0o100000, 0o040000];

/**
 * The entries in the order in which they lie in the file; folders are left out.
 * @throws SmartIdInputError naming `container`.
 */
export async function readZip(bytes: Buffer): Promise<ZipEntry[]> {
  const end = readZipEnd(bytes);
  const { default: yauzl } = await importPeer('yauzl', () => import('yauzl'));
  try {
    const zip = await yauzl.fromBufferPromise(bytes, { lazyEntries: true, decodeStrings: false });
    return await readEntries(zip, bytes, end);
  } catch (error) {
    throw asInputError(error);
  }
}

async function readEntries(zip: ZipFile, bytes: Buffer, end: ZipEnd): Promise<ZipEntry[]> {
  if (end.entryCount > maxEntries) throw problem(`has more than ${maxEntries} entries.`);
  const records: Entry[] = [];
  for await (const record of zip.eachEntry()) records.push(record);
  checkDirectoryLength(records, end);
  records.sort((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  const names = records.map(checkedName);
  checkNames(names);
  checkTotalSize(records);
  let at = 0;
  for (const [index, record] of records.entries()) {
    const name = names[index] ?? '';
    checkRecord(record, name);
    const nextAt = records[index + 1]?.relativeOffsetOfLocalHeader ?? end.directoryOffset;
    if (record.relativeOffsetOfLocalHeader !== at) throw problem(`has something before ${quoted(name)}.`);
    await checkLocalEntry(zip, bytes, record, name, nextAt);
    at = nextAt;
  }
  if (records.length === 0) throw problem('is empty.');
  return records
    .map((record, index) => entryOf(zip, record, names[index] ?? ''))
    .filter(({ name }) => !name.endsWith('/'));
}

function checkDirectoryLength(records: readonly Entry[], { directoryBytes }: ZipEnd): void {
  const bytes = records.map(
    (record) => recordBytes + record.fileNameLength + record.extraFieldLength + record.fileCommentLength,
  );
  const total = bytes.reduce((sum, one) => sum + one, 0);
  if (total !== directoryBytes) throw problem('has something in its list of entries that is none.');
}

function checkedName({ fileNameRaw, extraFields }: Entry): string {
  const name = utf8(fileNameRaw);
  if (name === undefined || !isPath(withoutSlash(name))) {
    throw problem(`has an entry of a name that leads elsewhere or is none: ${quoted(name ?? latin1(fileNameRaw))}.`);
  }
  const others = extraFields.filter(({ id }) => id === unicodePathField).map(({ data }) => data.subarray(5));
  if (others.some((other) => !other.equals(fileNameRaw))) throw problem(`has two names for ${quoted(name)}.`);
  return name;
}

function checkNames(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    const comparable = comparableName(withoutSlash(name));
    if (seen.has(comparable)) throw problem(`has two entries called ${quoted(name)}.`);
    seen.add(comparable);
  }
  // A file cannot be a folder of other files at the same time.
  const files = new Set(names.filter((name) => !name.endsWith('/')).map(comparableName));
  for (const name of names) {
    const folder = foldersOf(comparableName(name)).find((one) => files.has(one));
    if (folder !== undefined) throw problem(`has ${quoted(folder)} as a file and as a folder.`);
  }
}

/** The folders that a path leads through: `a/` and `a/b/` of `a/b/c`, without their slashes. */
function foldersOf(name: string): string[] {
  const segments = withoutSlash(name).split('/');
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'));
}

function withoutSlash(name: string): string {
  return name.endsWith('/') ? name.slice(0, -1) : name;
}

function checkTotalSize(records: readonly Entry[]): void {
  const total = records.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  if (total > maxContainerBytes) throw problem(`must hold at most ${maxContainerBytes} bytes when unpacked.`);
}

function checkRecord(record: Entry, name: string): void {
  const { generalPurposeBitFlag, compressionMethod, externalFileAttributes, extraFields } = record;
  if (generalPurposeBitFlag & encryptedFlags) throw problem(`has an encrypted entry: ${quoted(name)}.`);
  if (compressionMethod !== stored && compressionMethod !== deflated) {
    throw problem(`has an entry that is compressed in an unusual way: ${quoted(name)}.`);
  }
  if (!plainTypes.includes((externalFileAttributes >>> 16) & fileTypeMask)) {
    throw problem(`has an entry that is no plain file, such as a symbolic link: ${quoted(name)}.`);
  }
  if (extraFields.some(({ id }) => id === zip64Field)) {
    throw problem(`has a ZIP64 entry, which nothing of its size needs to be: ${quoted(name)}.`);
  }
  if (name.endsWith('/') && record.uncompressedSize > 0) throw problem(`has a folder with content: ${quoted(name)}.`);
}

/** The header in front of the content says the same as the list, and nothing lies behind the content. */
async function checkLocalEntry(zip: ZipFile, bytes: Buffer, record: Entry, name: string, nextAt: number) {
  const local = await zip.readLocalFileHeaderPromise(record);
  const hasDescriptor = (local.generalPurposeBitFlag & descriptorFlag) !== 0;
  const sizes = [record.crc32, record.compressedSize, record.uncompressedSize];
  const localSizes = [local.crc32, local.compressedSize, local.uncompressedSize];
  const areSizesSame = sizes.every(
    (size, index) => size === localSizes[index] || (hasDescriptor && !localSizes[index]),
  );
  const isSame =
    local.fileName.equals(record.fileNameRaw) &&
    local.compressionMethod === record.compressionMethod &&
    local.generalPurposeBitFlag === record.generalPurposeBitFlag &&
    areSizesSame;
  if (!isSame) throw problem(`says two different things of ${quoted(name)}.`);
  const contentEnd = local.fileDataStart + record.compressedSize;
  const behind = contentEnd <= nextAt ? bytes.subarray(contentEnd, nextAt) : undefined;
  if (!behind || !(hasDescriptor ? isDescriptor(behind, sizes) : behind.length === 0)) {
    throw problem(`has something between ${quoted(name)} and what follows.`);
  }
}

function isDescriptor(bytes: Buffer, sizes: readonly number[]): boolean {
  const hasSignature = bytes.length === 16 && bytes.readUInt32LE(0) === descriptorSignature;
  const values = hasSignature ? bytes.subarray(4) : bytes;
  return values.length === 12 && sizes.every((size, index) => values.readUInt32LE(4 * index) === size);
}

function entryOf(zip: ZipFile, record: Entry, name: string): ZipEntry {
  return {
    name,
    size: record.uncompressedSize,
    isStored: record.compressionMethod === stored,
    async *chunks() {
      let checksum = 0;
      try {
        // The stream fails as soon as it gives more than the promised size.
        for await (const chunk of await zip.openReadStreamPromise(record)) {
          checksum = crc32(chunk, checksum);
          yield chunk;
        }
      } catch (error) {
        throw asInputError(error, ` ${quoted(name)}`);
      }
      if (checksum !== record.crc32) throw problem(`has a damaged entry: ${quoted(name)}.`);
    },
  };
}

/** All bytes of an entry. @throws SmartIdInputError naming `container` when they are more, or damaged. */
export async function contentOf(entry: ZipEntry, maxBytes: number): Promise<Buffer> {
  if (entry.size > maxBytes) throw problem(`has more than ${maxBytes} bytes in ${quoted(entry.name)}.`);
  const chunks: Buffer[] = [];
  for await (const chunk of entry.chunks()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function latin1(bytes: Buffer): string {
  return bytes.toString('latin1');
}

function problem(rule: string): SmartIdInputError {
  return new SmartIdInputError('container', rule);
}

function asInputError(error: unknown, what = ''): SmartIdInputError {
  if (error instanceof SmartIdInputError) return error;
  const { message } = error as Error;
  return new SmartIdInputError('container', `cannot be read${what}: ${message}.`, { cause: error });
}
