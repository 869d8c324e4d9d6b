/**
 * Reads a ZIP file that somebody brings (APPNOTE.TXT 6.3, section 4.3). Every program that opens it must find the same
 * files in it, and nothing in it may lie outside of them: so what two programs could read in two ways is refused.
 */

import type { Entry, ZipFile } from 'yauzl';
import { SmartIdInputError } from '../../shared/errors.js';
import { nextTurn } from '../../trust/turns.js';
import { importPeer } from '../optional-peer.js';
import { maxContainerBytes, maxFiles } from './files.js';
import { comparableName, isPath, quoted } from './names.js';
import { checkContents, type PackedContent, unpack } from './zip-content.js';
import { readZipEnd, type ZipEnd } from './zip-end.js';
import { checkLocalHeader, checkRecord, hasDescriptor, isNameClear, isRestClear, stored } from './zip-headers.js';

export interface ZipEntry {
  name: string;
  /** What its name is compared by. */
  comparable: string;
  size: number;
  /** Whether its bytes are in the file as they are. */
  isStored: boolean;
  chunks(): AsyncIterable<Buffer>;
}

/** Files, folders and what belongs to the container itself. */
const maxEntries = 2 * maxFiles;
const recordBytes = 46;
/** The longest take ten milliseconds. */
const namesPerTurn = 100;

/**
 * The entries in the order in which they lie in the file, each of which has been read to its end; folders are left out.
 * @throws SmartIdInputError naming `container`.
 */
export async function readZip(bytes: Buffer): Promise<ZipEntry[]> {
  const end = readZipEnd(bytes);
  const { default: yauzl } = await importPeer('yauzl', () => import('yauzl'));
  try {
    const zip = await yauzl.fromBufferPromise(bytes, { lazyEntries: true, decodeStrings: false });
    const contents = await readContents(zip, bytes, end);
    await checkContents(contents);
    return contents.filter(({ name }) => !name.endsWith('/')).map(entryOf);
  } catch (error) {
    throw asInputError(error);
  }
}

function entryOf(content: PackedContent): ZipEntry {
  const { name, comparable, size, isStored } = content;
  return { name, comparable, size, isStored, chunks: () => unpack(content) };
}

async function readContents(zip: ZipFile, bytes: Buffer, end: ZipEnd): Promise<PackedContent[]> {
  if (end.entryCount > maxEntries) throw problem(`has more than ${maxEntries} entries.`);
  const records: Entry[] = [];
  for await (const record of zip.eachEntry()) records.push(record);
  checkDirectory(records, bytes, end);
  // Programs that go by the list find them in its order, which may be another one: their names tell them apart.
  records.sort((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  const entries = await named(records);
  checkNames(entries);
  checkTotalSize(records);
  const contents: PackedContent[] = [];
  let at = 0;
  for (const [index, entry] of entries.entries()) {
    checkRecord(entry.record, entry.name);
    const nextAt = records[index + 1]?.relativeOffsetOfLocalHeader ?? end.directoryOffset;
    if (entry.record.relativeOffsetOfLocalHeader !== at) throw problem(`has something before ${quoted(entry.name)}.`);
    contents.push(await findContent(zip, bytes, entry, nextAt));
    at = nextAt;
  }
  if (records.length === 0) throw problem('is empty.');
  return contents;
}

/** The list has nothing but records, and none of them is of an entry in another part of a file of several parts. */
function checkDirectory(records: readonly Entry[], bytes: Buffer, { directoryOffset, directoryBytes }: ZipEnd): void {
  let at = directoryOffset;
  for (const { fileNameLength, extraFieldLength, fileCommentLength } of records) {
    if (bytes.readUInt16LE(at + 34) !== 0) throw problem('is a part of a ZIP file of several parts.');
    at += recordBytes + fileNameLength + extraFieldLength + fileCommentLength;
  }
  if (at !== directoryOffset + directoryBytes)
    throw problem('has something in its list of entries that is not an entry.');
}

function checkedName(record: Entry): string {
  const { fileNameRaw } = record;
  const name = utf8(fileNameRaw);
  if (name === undefined || !isPath(withoutSlash(name))) {
    throw problem(
      `has an entry with a name that leads elsewhere, or with none: ${quoted(name ?? latin1(fileNameRaw))}.`,
    );
  }
  if (!isNameClear(record)) throw problem(`does not say how the name of an entry is encoded: ${quoted(name)}.`);
  return name;
}

interface NamedRecord {
  record: Entry;
  name: string;
  comparable: string;
  /** With the lowest octet for its slashes: what is in a folder comes right behind it. */
  sortedBy: Buffer;
}

async function named(records: readonly Entry[]): Promise<NamedRecord[]> {
  const result: NamedRecord[] = [];
  for (const record of records) {
    const name = checkedName(record);
    const comparable = comparableName(withoutSlash(name));
    result.push({ record, name, comparable, sortedBy: Buffer.from(comparable.split('/').join('\0')) });
    if (result.length % namesPerTurn === 0) await nextTurn();
  }
  return result;
}

function checkNames(entries: readonly NamedRecord[]): void {
  const sorted = [...entries].sort((a, b) => Buffer.compare(a.sortedBy, b.sortedBy));
  for (const [index, { name, sortedBy }] of sorted.entries()) {
    const before = sorted[index - 1];
    if (!before || !sortedBy.subarray(0, before.sortedBy.length).equals(before.sortedBy)) continue;
    const next = sortedBy[before.sortedBy.length];
    if (next === undefined) throw problem(`has two entries called ${quoted(name)}.`);
    // A file cannot be a folder of other files at the same time.
    if (next === 0 && !before.name.endsWith('/')) {
      throw problem(`has ${quoted(before.name)} as a file and as a folder.`);
    }
  }
}

function withoutSlash(name: string): string {
  return name.endsWith('/') ? name.slice(0, -1) : name;
}

function checkTotalSize(records: readonly Entry[]): void {
  const total = records.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  if (total > maxContainerBytes) throw problem(`must hold at most ${maxContainerBytes} bytes when unpacked.`);
}

/** Where the content lies; the header in front of it says the same as the list, and nothing else lies behind it. */
async function findContent(
  zip: ZipFile,
  bytes: Buffer,
  { record, name, comparable }: NamedRecord,
  nextAt: number,
): Promise<PackedContent> {
  const local = await zip.readLocalFileHeaderPromise(record);
  checkLocalHeader(local, record, name);
  const contentEnd = local.fileDataStart + record.compressedSize;
  if (contentEnd > nextAt || !isRestClear(bytes.subarray(contentEnd, nextAt), record)) {
    throw problem(`has something between ${quoted(name)} and what follows.`);
  }
  return {
    name,
    comparable,
    packed: bytes.subarray(local.fileDataStart, contentEnd),
    isStored: record.compressionMethod === stored,
    size: record.uncompressedSize,
    crc32: record.crc32,
    hasDescriptor: hasDescriptor(record),
  };
}

/** All bytes of an entry. @throws SmartIdInputError naming `container` when they are more. */
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

function asInputError(error: unknown): SmartIdInputError {
  if (error instanceof SmartIdInputError) return error;
  const { message } = error as Error;
  return new SmartIdInputError('container', `cannot be read: ${message}.`, { cause: error });
}
