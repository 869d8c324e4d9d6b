/**
 * The signature session after a choice: the certificate is verified, the site makes what is to be signed, and the
 * session begins.
 */

import type { Request } from 'express';
import type { Attempt } from '../attempt/attempt.js';
import type { Attempts } from '../attempt/attempts.js';
import type { KeptAttempts } from '../attempt/kept-attempts.js';
import type { CompleteSessionStatus } from '../rp-api/responses.js';
import { verifyCertificateChoice } from '../verify/certificate-choice.js';
import type { ResolvedSigningOptions } from './options.js';
import { prepareDigest } from './prepare.js';
import { type NewSigningSession, signByNotification, signLinked } from './sessions.js';
import { signingError } from './signing-error.js';

/** Who asks about an attempt: the request, which may have been answered since, and the attempts of its browser. */
export interface SigningContext {
  req: Request;
  kept: KeptAttempts;
}

/**
 * @param status the choice, which is not verified yet.
 * @throws SmartIdSigningError where there is to be no signature, SmartIdVerificationError, SmartIdServiceError, and
 * errors of `prepare`.
 */
export async function createSignature(
  settings: ResolvedSigningOptions,
  attempts: Attempts,
  { req, kept }: SigningContext,
  attempt: Attempt,
  status: CompleteSessionStatus,
): Promise<NewSigningSession> {
  const { id, flow, session, signing } = attempt;
  const { asked } = session;
  if (asked.sessionType !== 'cert' || session.sessionID === undefined || !signing) {
    throw new Error('There is no certificate choice in this attempt.');
  }
  const verified = await verifyCertificateChoice({
    status,
    session: asked,
    ...settings.trust,
    now: settings.clock(),
  });
  const { reference, interactions } = signing;
  const toSign = await prepareDigest(settings, verified, { id, reference }, req);
  if (!toSign) throw signingError('not_accepted', attempt);
  // Preparing may have taken a while.
  const present = await attempts.readAgain(kept, id);
  if (!present || present.ended) throw signingError(present?.ended ?? 'no_attempt', attempt);
  const terms = { toSign, signer: verified, interactions };
  if (flow !== 'notification') return signLinked(settings, terms, session, verified.flowType);
  const begun = await signByNotification(settings, terms);
  // The person has just used this account: nothing is left to hide.
  if (begun.accountProblem) throw signingError(begun.accountProblem, attempt);
  return begun.session;
}
