/** What an attack is, and how its tries are counted. */

import fc from 'fast-check';
import type { Simulator } from '../../lib/simulator/index.js';

export interface Attack {
  name: string;
  /** How many tries `npm run attacks` makes; absent where the attack is a list. */
  tries?: number;
  /** Milliseconds until the simulator answers a push by itself, if not at once. */
  notificationDelayMs?: number;
  /** Milliseconds that an app waits after a certificate choice for the signature that is linked to it, if not as long as usual. */
  linkedSignatureWaitMs?: number;
  run(context: AttackContext): Promise<void>;
}

export interface AttackContext {
  simulator: Simulator;
  /** How many tries to make; a list is tried whole. */
  tries: number;
  /** The same seed makes the same tries. */
  seed: number;
  report: Report;
}

/**
 * Called once for each try.
 * @param refusedBy the name of what refused it; undefined when nothing did.
 * @param what what was tried, to find it again; asked for only when nothing refused it.
 */
export type Report = (refusedBy: string | undefined, what: () => string) => void;

/** What became of an attack. */
export class Tally {
  tried = 0;
  refused = 0;
  /** How often each check refused. */
  readonly by = new Map<string, number>();
  /** What was not refused: the first few. */
  readonly cameThrough: string[] = [];

  readonly report: Report = (refusedBy, what) => {
    this.tried += 1;
    if (refusedBy === undefined) {
      if (this.cameThrough.length < 5) this.cameThrough.push(what());
      return;
    }
    this.refused += 1;
    this.by.set(refusedBy, (this.by.get(refusedBy) ?? 0) + 1);
  };
}

/**
 * Tries what an arbitrary makes, one after the other.
 * @throws what `tryOne` throws: an attack that ends in neither a login nor a refusal is a mistake too.
 */
export async function tryEach<T>(
  arbitrary: fc.Arbitrary<T>,
  { tries, seed }: Pick<AttackContext, 'tries' | 'seed'>,
  tryOne: (tried: T) => Promise<void>,
): Promise<void> {
  await fc.assert(fc.asyncProperty(arbitrary, tryOne), { numRuns: tries, seed, endOnFailure: true });
}
