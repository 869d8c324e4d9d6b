/** Work on large files, a part at a time, so that everything else in the process has its turn in between. */

import type { Hash } from 'node:crypto';
import { nextTurn } from '../trust/turns.js';

/** Some four milliseconds of hashing. */
const bytesPerTurn = 3_000_000;
/** Of Base64, in whole groups: Node copies each part while it decodes it. */
const decodedAtOnce = 400_000;

/** Counts over many files: a thousand small ones are as much work as a large one. */
export class Turns {
  private bytes = 0;

  /** To be awaited after work on so many bytes. */
  async spend(bytes: number): Promise<void> {
    this.bytes += bytes;
    if (this.bytes < bytesPerTurn) return;
    this.bytes = 0;
    await nextTurn();
  }
}

/** A file's bytes in parts that are each worked on in one turn. */
export function* partsOf(content: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < content.length; at += bytesPerTurn) yield content.subarray(at, at + bytesPerTurn);
}

export async function hashInTurns(
  hash: Hash,
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  turns = new Turns(),
): Promise<void> {
  for await (const part of parts) {
    hash.update(part);
    await turns.spend(part.length);
  }
}

/**
 * Decodes into its place, without a copy in between. Leniently, which takes a fraction of the time: whether the bytes
 * are the right ones is for a digest to tell.
 * @returns whether the place is full.
 */
export async function decodeInTurns(base64: string, place: Buffer, turns = new Turns()): Promise<boolean> {
  let bytes = 0;
  for (let at = 0; at < base64.length; at += decodedAtOnce) {
    const written = place.write(base64.slice(at, at + decodedAtOnce), bytes, 'base64');
    bytes += written;
    await turns.spend(written);
  }
  return bytes === place.length;
}
