/** The content of an entry in a ZIP file, which is what its headers promise, to the last octet. */

import { crc32, createInflateRaw } from 'node:zlib';
import { SmartIdInputError } from '../../shared/errors.js';
import { nextTurn } from '../../trust/turns.js';
import { quoted } from './names.js';

export interface PackedContent {
  name: string;
  comparable: string;
  /** As it lies in the file. */
  packed: Buffer;
  /** Whether it lies there as it is. */
  isStored: boolean;
  /** Octets when unpacked. */
  size: number;
  crc32: number;
  /** Whether its size is written behind it, where it is not known before. */
  hasDescriptor: boolean;
}

/** Some milliseconds of checksums, or of looking for the signatures. */
const bytesPerTurn = 1_000_000;
const inflatedChunkBytes = 65_536;
/** Those by which programs find the end of a content whose size they do not know. */
const zipSignatures = ['PK\x01\x02', 'PK\x03\x04', 'PK\x05\x06', 'PK\x07\x08'].map((text) =>
  Buffer.from(text, 'latin1'),
);

/** @throws SmartIdInputError naming `container` when the content is another one than its headers promise. */
export async function* unpack(content: PackedContent): AsyncGenerator<Buffer> {
  const { name, isStored, size } = content;
  let bytes = 0;
  let checksum = 0;
  for await (const chunk of isStored ? storedParts(content) : inflated(content)) {
    bytes += chunk.length;
    if (bytes > size) throw problem(`has a damaged entry: ${quoted(name)} is more than it says.`);
    checksum = crc32(chunk, checksum);
    yield chunk;
  }
  if (bytes < size) throw problem(`has a damaged entry: ${quoted(name)} is less than it says.`);
  if (checksum !== content.crc32) throw problem(`has a damaged entry: ${quoted(name)} has another checksum.`);
}

/** Unpacks every one of them for the sake of its errors alone. */
export async function checkContents(contents: readonly PackedContent[]): Promise<void> {
  let bytes = 0;
  for (const content of contents) {
    if (content.isStored && content.hasDescriptor) await checkEnd(content);
    for await (const chunk of unpack(content)) {
      bytes += chunk.length;
      if (bytes < bytesPerTurn) continue;
      bytes = 0;
      await nextTurn();
    }
  }
}

/**
 * Who reads the file from its beginning, without its list, knows the end of a stored content only by the signature that
 * follows: another one within would end it there, and further entries could follow. Honest programs store the
 * `mimetype` in this way.
 */
async function checkEnd({ name, packed }: PackedContent): Promise<void> {
  for (let at = 0; at < packed.length; at += bytesPerTurn) {
    const part = packed.subarray(at, at + bytesPerTurn + 3);
    if (zipSignatures.some((signature) => part.includes(signature))) {
      throw problem(`has an entry that could end before its end: ${quoted(name)}.`);
    }
    await nextTurn();
  }
}

function* storedParts({ packed }: PackedContent): Iterable<Buffer> {
  for (let at = 0; at < packed.length; at += bytesPerTurn) yield packed.subarray(at, at + bytesPerTurn);
}

async function* inflated({ name, packed }: PackedContent): AsyncGenerator<Buffer> {
  const inflate = createInflateRaw({ chunkSize: inflatedChunkBytes });
  inflate.end(packed);
  try {
    for await (const chunk of inflate) yield chunk;
  } catch (cause) {
    const { message } = cause as Error;
    throw problem(`has a damaged entry: ${quoted(name)} cannot be unpacked (${message}).`, { cause });
  }
  // Whoever reads on behind the end of what is compressed may find another entry there.
  if (inflate.bytesWritten !== packed.length) throw problem(`has something after the content of ${quoted(name)}.`);
}

function problem(rule: string, options?: ErrorOptions): SmartIdInputError {
  return new SmartIdInputError('container', rule, options);
}
