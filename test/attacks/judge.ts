/** What refuses an answer: its shape, a check of the verification by its name, or nothing. */

import { SmartIdOutcomeError, SmartIdServiceError, SmartIdVerificationError } from '../../lib/errors.js';
import { parseResponse, type SessionStatus, sessionStatusSchema } from '../../lib/rp-api/responses.js';
import { type VerifyAuthenticationInput, verifyAuthentication } from '../../lib/verify/authentication.js';

/** The name of the check that refuses, or undefined when somebody would be logged in. */
export async function refusedBy(input: VerifyAuthenticationInput): Promise<string | undefined> {
  try {
    await verifyAuthentication(input);
  } catch (error) {
    if (error instanceof SmartIdVerificationError) return error.check;
    if (error instanceof SmartIdOutcomeError) return 'end-result';
    throw error;
  }
  return undefined;
}

/** The same for an answer as it comes over the wire. */
export async function answerRefusedBy(text: string, input: VerifyAuthenticationInput): Promise<string | undefined> {
  let status: SessionStatus;
  try {
    status = parseResponse(sessionStatusSchema, text);
  } catch (error) {
    if (error instanceof SmartIdServiceError && error.code === 'bad_response') return 'shape';
    throw error;
  }
  return refusedBy({ ...input, status });
}
