/** Why a signature did not come about, in the one form in which the site hears of it. */

import type { Attempt } from '../attempt/attempt.js';
import { verificationFailures } from '../shared/diagnostics.js';
import {
  SmartIdAccountError,
  SmartIdOutcomeError,
  SmartIdSigningError,
  SmartIdVerificationError,
} from '../shared/errors.js';
import { failure } from '../shared/outcome.js';

/** @param attempt the one that it is about, where there is one. */
export function signingError(code: string, attempt?: Attempt, status: 401 | 403 = 401): SmartIdSigningError {
  const { signing, returnTo } = attempt ?? {};
  return new SmartIdSigningError(failure(code, 'signing'), status, { reference: signing?.reference, returnTo });
}

/** The refusal that an error stands for; undefined where something is broken, which is no refusal. */
export function signingErrorOf(error: unknown, attempt?: Attempt): SmartIdSigningError | undefined {
  if (error instanceof SmartIdSigningError) return error;
  if (error instanceof SmartIdOutcomeError || error instanceof SmartIdAccountError)
    return signingError(error.code, attempt);
  if (!(error instanceof SmartIdVerificationError)) return undefined;
  verificationFailures.publish({ error, attemptId: attempt?.id });
  return signingError(error.code, attempt, 403);
}
