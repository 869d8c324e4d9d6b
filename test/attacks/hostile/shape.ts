/** What the table is made of: ways by which bytes of strangers come in, and the shapes that they may have. */

import type { Bytes } from '../../support/der.js';
import type { Filler } from './elements.js';
import type { Answers } from './measured-process.js';

export interface Shape {
  name: string;
  /** Bytes of this size, or a little less. */
  build: Filler;
  /** Milliseconds, where it is less than its vector may take. */
  maxStopMs?: number;
}

export interface Vector {
  name: string;
  /** What the library reads of it at the most. */
  maxBytes: number;
  /** Milliseconds that the event loop may stand still. */
  maxStopMs: number;
  /** What the process may need beyond what it has. */
  maxMemoryBytes(bytes: number): number;
  shapes: readonly Shape[];
  /** How the bytes, which stand in a file, come to the verification. */
  answersWith(file: string, shape: Shape): Answers;
}

/** A shape that grows around what has a size of its own. */
export function fitted(build: Filler): Filler {
  return (bytes) => {
    const overhead = build(0).length + 40;
    return build(Math.max(0, bytes - overhead));
  };
}

/** Shapes by their names, each of which fills a place that `build` has for it. */
export function shapesOf(
  fillers: Readonly<Record<string, Filler>>,
  build: (filler: Filler) => Filler = (filler) => filler,
  nameOf: (name: string) => string = (name) => name,
): Shape[] {
  return Object.entries(fillers).map(([name, filler]) => ({ name: nameOf(name), build: fitted(build(filler)) }));
}

/** The beginning of something larger, which is itself well-formed. */
export function truncated(build: Filler): Filler {
  return (bytes) => build(bytes * 2).subarray(0, bytes) as Bytes;
}
