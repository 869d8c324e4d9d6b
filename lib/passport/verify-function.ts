/** The site's own verify function, called after everything about a person has been verified. */

import type { Request } from 'express';
import { profileOf, type SmartIdProfile } from '../attempt/profile.js';
import { infoOf, type SmartIdInfo } from '../login/login-info.js';
import type { VerifiedAuthentication } from '../verify/authentication.js';

/** The user; `false`, `null` or nothing to turn the person away. */
export type SiteUser = Express.User | false | null | undefined;

/** What a verify function returns: a promise of the user, or nothing where it calls `done`. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that calls `done` returns nothing.
export type VerifyAnswer = Promise<SiteUser> | void;

/** Tells Passport who has logged in: a user, nobody, or an error. */
export type Done = (error: unknown, user?: SiteUser, info?: object) => void;

/** Either returns a promise of the user, or calls `done`; the first of the two that happens counts. */
export type VerifyFunction = (profile: SmartIdProfile, info: SmartIdInfo, done: Done) => VerifyAnswer;
/** The same with the request first, where the option `passReqToCallback` is `true`. */
export type VerifyFunctionWithRequest = (
  req: Request,
  profile: SmartIdProfile,
  info: SmartIdInfo,
  done: Done,
) => VerifyAnswer;

/** The site's user and what to tell about the login, or no user and what to tell about the refusal. */
export interface SiteAnswer {
  user: SiteUser;
  info?: object;
}

/**
 * Asks the site. A promise that resolves to nothing is a refusal.
 * @throws what the site's function throws, rejects with or hands to `done` as an error.
 */
export function askSite(
  verified: VerifiedAuthentication,
  returnTo: string | undefined,
  verify: VerifyFunction,
): Promise<SiteAnswer> {
  const info = infoOf(verified, returnTo);
  return new Promise((resolve, reject) => {
    // A promise settles once, so a second answer of the site changes nothing.
    const answer = (user: SiteUser, told?: object) => resolve({ user, info: user ? { ...info, ...told } : told });
    const done: Done = (error, user, told) => (error ? reject(error) : answer(user, told));
    const returned = verify(profileOf(verified.identity), info, done);
    // What else a function returns that calls `done` (a timer, a query) is not a user.
    if (isPromise(returned)) returned.then(answer, reject);
  });
}

function isPromise(value: unknown): value is Promise<SiteUser> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}
