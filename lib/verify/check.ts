/** A verification is a list of named checks that run in order; the first that refuses ends it and gives its name. */

import { SmartIdOutcomeError, SmartIdVerificationError } from '../errors.js';

export interface Check<Context> {
  /** Stable: it is what `SmartIdVerificationError.check` says. */
  name: string;
  /** Why the answer is refused, or nothing when it is not. Never repeats a secret or a personal code. */
  refuse(context: Context): string | undefined | Promise<string | undefined>;
}

/**
 * @throws SmartIdVerificationError of the first check that refuses, or that cannot be carried out; SmartIdOutcomeError
 * as it is.
 */
export async function runChecks<Context>(checks: readonly Check<Context>[], context: Context): Promise<void> {
  for (const { name, refuse } of checks) {
    let reason: string | undefined;
    try {
      reason = await refuse(context);
    } catch (cause) {
      // A session that ended without success is not a refusal of its answer.
      if (cause instanceof SmartIdOutcomeError) throw cause;
      throw new SmartIdVerificationError(name, 'the answer cannot be checked', { cause });
    }
    if (reason !== undefined) throw new SmartIdVerificationError(name, reason);
  }
}

/** What an earlier check has established; that it has not is an error, and refuses. */
export function established<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('An earlier check did not establish this value.');
  return value;
}
