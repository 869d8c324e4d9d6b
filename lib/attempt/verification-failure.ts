/** Tells the site's own code of an answer that did not verify: the visitor only learns that it did not. */

import { channel } from 'node:diagnostics_channel';
import type { SmartIdVerificationError } from '../errors.js';

/**
 * Messages are `{ error: SmartIdVerificationError, attemptId?: string }`: an answer that did not verify. One that came before
 * there was an attempt has no `attemptId`.
 */
export const verificationFailureChannel = 'passport-smart-id:verification-failure';

const verificationFailures = channel(verificationFailureChannel);

export function publishVerificationFailure(error: SmartIdVerificationError, attemptId: string | undefined): void {
  verificationFailures.publish({ error, attemptId });
}
