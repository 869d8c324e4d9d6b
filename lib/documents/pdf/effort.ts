/**
 * How much work one file may cause. A file of a few octets can send a reader in circles, or have it do the same thing a
 * million times, with nothing in it that is wrong by itself. So each step is paid for where it is done, also when what
 * it is about was read before, and there is an end to what one file can pay.
 */

import { damaged } from './values.js';

/** Files with twice the structure of the largest that writers make are within it. */
const [maxEffort, maxEffortPerByte] = [45_000_000, 19];
/** Of decompressed structure in memory at once. */
const maxInflatedBytes = 64_000_000;

/**
 * What work costs, beside 1 for each octet that is looked at. 1 is an octet of memory, or some nanoseconds, whichever a
 * thing needs more of.
 */
export const costs = {
  /** A value that is read, or a key. */
  value: 25,
  /** What a value needs besides that is more than a number. */
  boxed: 25,
  /** What an array or a dictionary needs besides, even if it is empty. */
  container: 175,
  /** What a key needs besides that is one of many. */
  manyKeys: 80,
  /** An object that can be referred to: that it is known where it is, or what it is. */
  object: 80,
  /** A reference that is followed, or an element that is looked at. */
  step: 20,
  /** A value that is written. */
  written: 30,
  /** An octet of a string whose text is wanted, or of what is written with escapes. */
  textByte: 8,
  /** An octet that comes out of a compressed stream. */
  inflatedByte: 2,
  /** An octet whose prediction is undone. */
  predictedByte: 5,
} as const;

export class PdfEffort {
  private left: number;
  private inflatableBytesLeft: number;

  /** @param times how many times the limits are those for what is read and kept. */
  constructor(fileBytes: number, times = 1) {
    this.left = times * (maxEffort + maxEffortPerByte * fileBytes);
    this.inflatableBytesLeft = times * maxInflatedBytes;
  }

  /** How much may still be decompressed. */
  get inflatableBytes(): number {
    return Math.min(this.inflatableBytesLeft, Math.floor(this.left / costs.inflatedByte));
  }

  /** @throws SmartIdInputError when it is more than an honest file needs. */
  spend(cost: number): void {
    this.left -= cost;
    if (this.left < 0) throw damaged('its structure is too complicated');
  }

  spendInflated(bytes: number): void {
    this.inflatableBytesLeft -= bytes;
    this.spend(costs.inflatedByte * bytes);
  }
}
