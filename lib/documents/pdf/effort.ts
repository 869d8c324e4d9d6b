/**
 * How much work one file may cause. A file of a few octets can send a reader in circles, or have it do the same thing a
 * million times, with nothing in it that is wrong by itself. So each step is paid for where it is done, also when what
 * it is about was read before, and there is an end to what one file can pay.
 */

import { nextTurn } from '../../trust/turns.js';
import { damaged } from './values.js';

/** Files with twice the structure of the largest that writers make are within it. */
const [maxEffort, maxEffortPerByte] = [45_000_000, 25];
/** What is decompressed counts as if it were in the file, as far as a file of so many octets might have it. */
const maxBytesThatCount = 64_000_000;
/** Of decompressed structure in memory at once. */
const maxInflatedBytes = 64_000_000;
/** Of one stream of structure: writers put some hundred objects into each. */
const maxInflatedAtOnce = 16_000_000;
/** Of one object: an array of 200,000 references is within it, which are as many as a form may have fields. */
export const maxEffortPerObject = 35_000_000;
/** Some ten milliseconds. */
const effortPerTurn = 5_000_000;

/**
 * What work costs, beside 1 for each octet that is looked at. 1 is an octet of memory, or about a nanosecond, whichever
 * a thing needs more of.
 */
export const costs = {
  /** A value that is read, or a key. */
  value: 50,
  /** What a value needs besides that is more than a number. */
  boxed: 80,
  /** What an array needs besides, even if it is empty. */
  array: 50,
  /** What a dictionary needs besides, even if it is empty. */
  dictionary: 250,
  /** What a key needs besides that is one of many. */
  manyKeys: 250,
  /** That it is known where an object is. */
  place: 300,
  /** That it is known what an object is. */
  object: 80,
  /** A reference that is followed, or an element that is looked at. */
  step: 40,
  /** That it is seen what is before a word. */
  lookBack: 300,
  /** A value that is written. */
  written: 30,
  /** An octet of a string whose text is wanted, or of what is written with escapes. */
  textByte: 16,
  /** An octet that comes out of a compressed stream. */
  inflatedByte: 2,
  /** An octet whose prediction is undone. */
  predictedByte: 5,
} as const;

export class PdfEffort {
  private left: number;
  private inflatableBytesLeft: number;
  private bytesThatCount: number;
  private leftOfTurn = effortPerTurn;

  /** @param times how many times the limits are those for what is read and kept. */
  constructor(fileBytes: number, times = 1) {
    this.left = times * (maxEffort + maxEffortPerByte * fileBytes);
    this.inflatableBytesLeft = times * maxInflatedBytes;
    this.bytesThatCount = Math.max(0, maxBytesThatCount - fileBytes);
  }

  /** How much the next stream may have when it is decompressed. */
  get inflatableBytes(): number {
    return Math.min(this.inflatableBytesLeft, maxInflatedAtOnce);
  }

  /** @throws SmartIdInputError when it is more than an honest file needs. */
  spend(cost: number): void {
    this.left -= cost;
    this.leftOfTurn -= cost;
    if (this.left < 0) throw damaged('its structure is too complicated');
  }

  spendInflated(bytes: number): void {
    this.inflatableBytesLeft -= bytes;
    const counted = Math.min(bytes, this.bytesThatCount);
    this.bytesThatCount -= counted;
    this.left += maxEffortPerByte * counted;
    this.spend(costs.inflatedByte * bytes);
  }

  /** Whether so much was done that others should have their turn. */
  get isTurnOver(): boolean {
    return this.leftOfTurn < 0;
  }

  /** To be awaited when the turn is over. */
  async nextTurn(): Promise<void> {
    this.leftOfTurn = effortPerTurn;
    await nextTurn();
  }
}
