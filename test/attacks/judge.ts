/** What refuses an answer: its shape, a check of the verification by its name, or nothing. */

import { parseResponse, type SessionStatus, sessionStatusSchema } from '../../lib/rp-api/responses.js';
import { SmartIdOutcomeError, SmartIdServiceError, SmartIdVerificationError } from '../../lib/shared/errors.js';
import { verifyAuthentication } from '../../lib/verify/authentication.js';
import { verifyCertificateChoice } from '../../lib/verify/certificate-choice.js';
import { verifySignature } from '../../lib/verify/signature.js';

export interface Judge<Input> {
  /** The name of the check that refuses, or undefined when the answer would count. */
  refusedBy(input: Input): Promise<string | undefined>;
  /** The same for an answer as it comes over the wire. */
  answerRefusedBy(text: string, input: Input): Promise<string | undefined>;
}

function judgeBy<Input extends { status: SessionStatus }>(verify: (input: Input) => Promise<unknown>): Judge<Input> {
  async function refusedBy(input: Input): Promise<string | undefined> {
    try {
      await verify(input);
    } catch (error) {
      if (error instanceof SmartIdVerificationError) return error.check;
      if (error instanceof SmartIdOutcomeError) return 'end-result';
      throw error;
    }
    return undefined;
  }

  async function answerRefusedBy(text: string, input: Input): Promise<string | undefined> {
    let status: SessionStatus;
    try {
      status = parseResponse(sessionStatusSchema, text);
    } catch (error) {
      if (error instanceof SmartIdServiceError && error.code === 'bad_response') return 'shape';
      throw error;
    }
    return refusedBy({ ...input, status });
  }

  return { refusedBy, answerRefusedBy };
}

export const { refusedBy, answerRefusedBy } = judgeBy(verifyAuthentication);
export const signatureJudge = judgeBy(verifySignature);
export const choiceJudge = judgeBy(verifyCertificateChoice);
