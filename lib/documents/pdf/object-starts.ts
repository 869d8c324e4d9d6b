/**
 * Where the objects of a file begin, so that one can be seen to begin within another one. It has an octet for eight of
 * the file, and nothing is sorted, which would take long at a time.
 */

const cellBytes = 8;

export class ObjectStarts {
  /** 0 where none begins; otherwise at which octet of the cell, from 1. */
  private readonly cells: Uint8Array;

  constructor(fileBytes: number) {
    this.cells = new Uint8Array(Math.ceil(fileBytes / cellBytes));
  }

  /** @returns false where no object can begin: outside of the file, or so near to another one that neither has room. */
  add(offset: number): boolean {
    const cell = Math.floor(offset / cellBytes);
    const start = (offset % cellBytes) + 1;
    const there = this.cells[cell];
    if (there === undefined || (there !== 0 && there !== start)) return false;
    this.cells[cell] = start;
    return true;
  }

  /** Whether one begins after this one and before its end. It begins in its own cell, where there is no other. */
  hasBetween(start: number, end: number): boolean {
    const { cells } = this;
    const last = Math.floor(end / cellBytes);
    for (let cell = Math.floor(start / cellBytes) + 1; cell < last; cell++) if (cells[cell] !== 0) return true;
    const inLast = cells[last] ?? 0;
    return inLast !== 0 && inLast - 1 < end % cellBytes;
  }
}
