/** The end of a login: verifies everything, asks the site, and only then lets Passport log the person in. */

import type { Request } from 'express';
import type { Attempt } from '../attempt/attempt.js';
import type { Attempts } from '../attempt/attempts.js';
import { type Conclusion, concludeAttempt } from '../attempt/conclude.js';
import { isOfAcceptedCountry } from '../attempt/countries.js';
import { keepOpenLoginsAcrossLogin, requireWebSession } from '../attempt/web-session.js';
import { codeOf, tellOutcome, verificationFailures } from '../diagnostics.js';
import { SmartIdOutcomeError, SmartIdVerificationError } from '../errors.js';
import type { ResolvedOptions } from '../options.js';
import { failure } from '../outcome.js';
import { type VerifiedAuthentication, verifyAuthentication } from '../verify/authentication.js';
import type { SiteAnswer } from '../verify-function.js';

/** Passport's actions for one request. */
export interface Actions {
  success(user: Express.User, info?: object): void;
  fail(challenge: object, status: number): void;
  redirect(url: string): void;
}

export interface FinishContext {
  req: Request;
  actions: Actions;
  settings: ResolvedOptions;
  attempts: Attempts;
  askSite: (verified: VerifiedAuthentication, returnTo?: string) => Promise<SiteAnswer>;
}

/**
 * Calls exactly one of the actions.
 * @throws what is broken: SmartIdSessionError, SmartIdServiceError, and errors of the site's own functions.
 */
export async function finishLogin(context: FinishContext): Promise<void> {
  try {
    await finish(context);
  } catch (error) {
    tell(context, codeOf(error));
    throw error;
  }
}

async function finish(context: FinishContext): Promise<void> {
  const { req, attempts, actions, settings } = context;
  const conclusion = await concludeAttempt(req, attempts);
  switch (conclusion.end) {
    case 'absent':
      return settings.loginURL ? actions.redirect(settings.loginURL) : refuse(context, 'no_attempt');
    case 'refused':
      return refuse(context, conclusion.code, conclusion.httpStatus, conclusion.attempt);
    case 'complete':
      return logIn(context, conclusion);
  }
}

async function logIn(context: FinishContext, conclusion: Conclusion & { end: 'complete' }): Promise<void> {
  const { req, actions, settings } = context;
  const { attempt, status, callback } = conclusion;
  const { asked } = attempt.session;
  if (asked.sessionType !== 'auth') return refuse(context, 'no_attempt');
  let verified: VerifiedAuthentication;
  try {
    verified = await verifyAuthentication({
      status,
      session: asked,
      callback,
      ...settings.trust,
      now: settings.clock(),
    });
  } catch (error) {
    if (error instanceof SmartIdOutcomeError) return refuse(context, error.code, 401, attempt);
    if (!(error instanceof SmartIdVerificationError)) throw error;
    verificationFailures.publish({ error, attemptId: attempt.id });
    return refuse(context, error.code, 403, attempt);
  }
  if (!isOfAcceptedCountry(verified.identity.semanticsIdentifier, settings.countries)) {
    return refuse(context, 'country_not_accepted', 403, attempt);
  }
  const { user, info } = await context.askSite(verified, attempt.returnTo);
  tell(context, user ? 'ok' : 'not_accepted', attempt);
  if (!user) return actions.fail(info ?? failure('not_accepted'), 401);
  keepOpenLoginsAcrossLogin(requireWebSession(req));
  actions.success(user, info);
}

function refuse(context: FinishContext, code: string, status = 401, attempt?: Attempt): void {
  const returnTo = attempt?.returnTo;
  tell(context, code, attempt);
  context.actions.fail(returnTo === undefined ? failure(code) : { ...failure(code), returnTo }, status);
}

function tell({ settings }: FinishContext, code: string, attempt?: Attempt): void {
  tellOutcome('login', code, settings.clock(), attempt);
}
