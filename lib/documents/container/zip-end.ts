/** The end of a ZIP file, which says where its list of entries is (APPNOTE.TXT 6.3, section 4.3.16). */

import { SmartIdInputError } from '../../shared/errors.js';

/** Bytes of the record without its comment. */
export const endBytes = 22;
const endSignature = Buffer.from('PK\x05\x06', 'latin1');
const maxCommentBytes = 0xffff;
const zip64LocatorSignature = 0x07064b50;
const zip64LocatorBytes = 20;

export interface ZipEnd {
  entryCount: number;
  /** Where the central directory begins; the entries end there. */
  directoryOffset: number;
  directoryBytes: number;
  comment: Buffer;
}

/**
 * @throws SmartIdInputError naming `container` when anything but entries, their list and this record is in the file.
 */
export function readZipEnd(bytes: Buffer): ZipEnd {
  const searchedAt = Math.max(0, bytes.length - endBytes - maxCommentBytes);
  const at = searchedAt + bytes.subarray(searchedAt).lastIndexOf(endSignature);
  if (at < searchedAt || at + endBytes > bytes.length) throw problem('is not a ZIP file, or its end is missing.');
  const comment = bytes.subarray(at + endBytes);
  if (bytes.readUInt16LE(at + 20) !== comment.length) throw problem('has something after its end.');
  const entryCount = bytes.readUInt16LE(at + 10);
  const disks = [bytes.readUInt16LE(at + 4), bytes.readUInt16LE(at + 6)];
  if (disks.some((disk) => disk !== 0) || bytes.readUInt16LE(at + 8) !== entryCount) {
    throw problem('is a part of a ZIP file of several parts.');
  }
  const directoryBytes = bytes.readUInt32LE(at + 12);
  const directoryOffset = bytes.readUInt32LE(at + 16);
  const locator = at - zip64LocatorBytes;
  if (locator >= 0 && bytes.readUInt32LE(locator) === zip64LocatorSignature) {
    throw problem('is a ZIP64 file, which nothing of its size needs to be.');
  }
  if (directoryOffset + directoryBytes !== at) {
    throw problem('has something before its entries, or between them and its end.');
  }
  return { entryCount, directoryOffset, directoryBytes, comment };
}

export function writeZipEnd({ entryCount, directoryOffset, directoryBytes, comment }: ZipEnd): Buffer {
  const end = Buffer.alloc(endBytes);
  endSignature.copy(end);
  end.writeUInt16LE(entryCount, 8);
  end.writeUInt16LE(entryCount, 10);
  end.writeUInt32LE(directoryBytes, 12);
  end.writeUInt32LE(directoryOffset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([end, comment]);
}

function problem(rule: string): SmartIdInputError {
  return new SmartIdInputError('container', rule);
}
