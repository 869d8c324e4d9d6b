/** The error of a timestamp that is not what was asked for, or not the authority's. */

import { SmartIdVerificationError } from '../../shared/errors.js';

/** @param reason what is wrong, as the end of a sentence. */
export function wrongTimestamp(reason: string, cause?: unknown): SmartIdVerificationError {
  return new SmartIdVerificationError('timestamp', reason, cause === undefined ? undefined : { cause });
}
