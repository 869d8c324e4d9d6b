/** Makes waits short in tests of what comes after them; each has one test that takes as long as a person has to wait. */

import { waits } from '../../lib/attempt/waits.js';

interface Pace {
  /** How long a finish waits for a result that does not come. */
  finishMs: number;
  /** How long a connection waits for the page to close it. */
  partingMs: number;
}

const real: Pace = { finishMs: waits.maxResultWaitMs.finish, partingMs: waits.partingMs };
export const short: Pace = { finishMs: 250, partingMs: 250 };

function setPace(of: typeof waits, { finishMs, partingMs }: Pace): void {
  of.maxResultWaitMs.finish = finishMs;
  of.partingMs = partingMs;
}

/**
 * For the tests of the `describe` that calls it.
 * @param of those of the built package, where a test uses that.
 */
export function useShortWaits(of = waits): void {
  before(() => setPace(of, short));
  after(() => setPace(of, real));
}

/** For the one among them that takes as long as a person has to wait. */
export async function withRealWaits(run: () => Promise<void>): Promise<void> {
  setPace(waits, real);
  try {
    await run();
  } finally {
    setPace(waits, short);
  }
}
