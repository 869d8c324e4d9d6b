/**
 * A verification is a series of named checks. Each returns what it has found out, which later ones are given, or ends
 * the verification by its name.
 */

import { SmartIdOutcomeError, SmartIdVerificationError } from '../shared/errors.js';
import type { CheckName } from './check-names.js';

/** Tells a reason of ours from an error that came from anywhere else, whose message may hold anything. */
class CheckFailure extends Error {}

/**
 * Ends the check that calls it.
 * @param reason is shown to whoever runs the site: it never repeats a secret or a personal code.
 */
export function fail(reason: string): never {
  throw new CheckFailure(reason);
}

/**
 * What `work` returns.
 * @throws SmartIdVerificationError with the name when `work` fails or cannot be carried out; SmartIdOutcomeError as it
 * is.
 */
export async function check<Found>(name: CheckName, work: () => Found | Promise<Found>): Promise<Found> {
  try {
    return await work();
  } catch (error) {
    // A session that ended without success is nothing wrong with its answer.
    if (error instanceof SmartIdOutcomeError) throw error;
    if (error instanceof CheckFailure) throw new SmartIdVerificationError(name, error.message);
    throw new SmartIdVerificationError(name, 'the answer cannot be checked', { cause: error });
  }
}
