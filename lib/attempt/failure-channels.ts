/** Channels that tell the site's own code what visitors must not see, or what no request is there to hear. */

import { channel } from 'node:diagnostics_channel';
import type { SmartIdVerificationError } from '../errors.js';

/**
 * Messages are `{ error: SmartIdVerificationError, attemptId?: string }`: an answer that did not verify. One that came before
 * there was an attempt has no `attemptId`.
 */
export const verificationFailureChannel = 'passport-smart-id:verification-failure';

/**
 * Messages are `{ error, attemptId: string }`: a signature could not be begun after the choice of a certificate, because
 * `prepare` threw or the service failed. The next request about it, if there is one in this process, gets the error too.
 */
export const stepFailureChannel = 'passport-smart-id:step-failure';

const verificationFailures = channel(verificationFailureChannel);
const stepFailures = channel(stepFailureChannel);

export function publishVerificationFailure(error: SmartIdVerificationError, attemptId: string | undefined): void {
  verificationFailures.publish({ error, attemptId });
}

export function publishStepFailure(error: unknown, attemptId: string): void {
  stepFailures.publish({ error, attemptId });
}
