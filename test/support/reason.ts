/** What a check of `lib/verify` says where it fails. */

import { fail } from '../../lib/verify/check.js';

const failure = thrownBy(() => fail(''));

/** The reason, or undefined where the check does not fail; any other error is thrown on. */
export function reasonOf(work: () => unknown): string | undefined {
  const thrown = thrownBy(work);
  if (thrown !== undefined && thrown.constructor !== failure?.constructor) throw thrown;
  return thrown?.message;
}

function thrownBy(work: () => unknown): Error | undefined {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  return undefined;
}
