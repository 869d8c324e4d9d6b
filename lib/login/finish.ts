/** The end of a login: verifies everything, and only then asks whether the person is accepted. */

import type { Attempt } from '../attempt/attempt.js';
import type { Attempts } from '../attempt/attempts.js';
import { isOfAcceptedCountry } from '../attempt/countries.js';
import {
  type FailedFinish,
  type FinishRequest,
  type FinishResult,
  failed,
  finishAttempt,
  orGiveBack,
} from '../attempt/finish-attempt.js';
import { codeOf, publishOutcome, verificationFailures } from '../shared/diagnostics.js';
import { SmartIdOutcomeError, SmartIdVerificationError } from '../shared/errors.js';
import { type VerifiedAuthentication, verifyAuthentication } from '../verify/authentication.js';
import { type ExpectedSigner, personOf } from '../verify/certificate-checks.js';
import type { ResolvedLoginOptions } from './options.js';

/** A person about whom everything has been verified; or why there is none; or no attempt that could be finished. */
export type LoginEnd<T> = { end: 'verified'; accepted: T; attempt: Attempt } | FailedFinish | { end: 'absent' };

/**
 * The site's own word on a verified person. What it throws leaves the attempt as it was, so that the finish can be
 * tried again.
 */
export type Accept<T> = (
  verified: VerifiedAuthentication,
  attempt: Attempt,
) => Promise<{ isAccepted: boolean; answer: T }>;

export interface LoginFinish<T> {
  request: FinishRequest;
  attempts: Attempts;
  settings: ResolvedLoginOptions;
  accept: Accept<T>;
  /** Who alone may finish: an attempt that was begun for nobody or somebody else is not there. */
  expected?: ExpectedSigner;
}

/** @throws what is broken: SmartIdServiceError, SmartIdStoreError, and errors of the site's own functions. */
export async function finishLogin<T>(context: LoginFinish<T>): Promise<LoginEnd<T>> {
  const { settings } = context;
  try {
    const ended = await finish(context);
    if (ended.end === 'failed') publishOutcome('login', ended.code, settings.clock(), ended.attempt);
    return ended;
  } catch (error) {
    publishOutcome('login', codeOf(error), settings.clock(), undefined);
    throw error;
  }
}

async function finish<T>(context: LoginFinish<T>): Promise<LoginEnd<T>> {
  const { request, attempts, expected } = context;
  const mayEnd = expected && ((attempt: Attempt) => isFor(attempt, expected));
  const result = await finishAttempt({ ...request, mayEnd }, attempts);
  return result.end === 'complete' ? verify(context, result) : result;
}

/** Who is named by a document is also named as a person, but not the other way round. */
function isFor({ session: { asked } }: Attempt, expected: ExpectedSigner): boolean {
  const named = asked.expected;
  if (!named) return false;
  if ('documentNumber' in expected)
    return 'documentNumber' in named && named.documentNumber === expected.documentNumber;
  return personOf(named) === expected.semanticsIdentifier;
}

async function verify<T>(
  { request, attempts, settings, accept }: LoginFinish<T>,
  { attempt, status, callback }: FinishResult & { end: 'complete' },
): Promise<LoginEnd<T>> {
  const { asked } = attempt.session;
  if (asked.sessionType !== 'auth') return failed(attempt, 'no_attempt');
  let verified: VerifiedAuthentication;
  try {
    const now = settings.clock();
    verified = await verifyAuthentication({ status, session: asked, callback, ...settings.trust, now });
  } catch (error) {
    if (error instanceof SmartIdOutcomeError) return failed(attempt, error.code);
    if (!(error instanceof SmartIdVerificationError)) throw error;
    verificationFailures.publish({ error, attemptId: attempt.id });
    return failed(attempt, error.code, 403);
  }
  if (!isOfAcceptedCountry(verified.identity.semanticsIdentifier, settings.countries)) {
    return failed(attempt, 'country_not_accepted', 403);
  }
  const { isAccepted, answer } = await orGiveBack({ request, attempts }, attempt, () => accept(verified, attempt));
  publishOutcome('login', isAccepted ? 'ok' : 'not_accepted', settings.clock(), attempt);
  return { end: 'verified', accepted: answer, attempt };
}
