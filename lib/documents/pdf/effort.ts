/**
 * How much reading one file may cost. A file of a few octets can send a reader in circles, or make it read the same
 * thing a million times, with nothing in it that is wrong by itself.
 */

import { damaged } from './values.js';

/** Of decompressed structure in memory at once. */
const maxInflatedBytes = 64_000_000;

export class PdfEffort {
  /** How much may still be decompressed. */
  inflatableBytes = maxInflatedBytes;
  private readableBytes: number;

  constructor(fileBytes: number) {
    this.readableBytes = 4 * fileBytes + 1_000_000;
  }

  /** @throws SmartIdInputError when more has been read than an honest file needs. */
  spend(bytes: number): void {
    this.readableBytes -= bytes;
    if (this.readableBytes < 0) throw damaged('its structure is too complicated');
  }

  spendInflated(bytes: number): void {
    this.inflatableBytes -= bytes;
  }
}
