/**
 * What a failed login or signature is called: a stable code for the site, and for the visitor a public code and a
 * message, which tell nothing of an account.
 */

import type { Undertaking } from './undertaking.js';

/** Told to Passport's `fail` and, through it, to the site; or by the error of a signing. */
export interface Failure {
  /** What may be shown to the visitor. */
  message: string;
  /** Why, for the site: see the table of codes in docs/errors-and-limits.md. */
  code: string;
  /** As it was given to `start`, where the attempt is known. */
  returnTo?: string;
}

/**
 * Codes that say something about an account or its owner; a visitor sees one code and one message for all of them. That
 * nobody confirmed is among them: it is what a person without an account looks like.
 */
const hiddenCodes = new Set([
  'timeout',
  'expired',
  'still_running',
  'no_account',
  'no_suitable_account',
  'person_should_act',
  'user_refused',
  'user_refused_interaction',
  'user_refused_cert_choice',
  'document_unusable',
  'account_unusable',
  'required_interaction_not_supported_by_app',
]);

/** The codes answered with 403 of those that an attempt may have ended with before anybody asked for its result. */
const forbiddenCodes = new Set(['not_verified', 'country_not_accepted']);

const doing: Record<Undertaking, string> = { login: 'Logging in', signing: 'Signing' };
const noun: Record<Undertaking, string> = { login: 'login', signing: 'signature' };
const verb: Record<Undertaking, string> = { login: 'log in', signing: 'sign' };

function hiddenCodeMessage(what: Undertaking): string {
  return `${doing[what]} with Smart-ID was not completed. Check that you have a working Smart-ID account and the newest version of the app, and confirm the ${noun[what]} there in time.`;
}

const messages: Record<string, (thing: string, what: Undertaking) => string> = {
  wrong_vc: () => 'The wrong verification code was chosen in the Smart-ID app. Please try again.',
  no_attempt: (thing) => `There is no unfinished Smart-ID ${thing} here. Please start again.`,
  return_without_session: (thing) =>
    `The Smart-ID app returned to another browser than the one the ${thing} was started in. Please start again in your default browser, outside a private window.`,
  callback_required: (thing) =>
    `The ${thing} was confirmed on the same device. Please continue in the tab that the Smart-ID app opened.`,
  cancelled: (thing) => `The ${thing} was cancelled before it was finished. Please start again.`,
  already_used: (thing) => `This ${thing} has already been used. Please start again.`,
  not_verified: (thing) => `The ${thing} could not be verified. Please start again.`,
  not_accepted: (thing) => `This site did not accept the ${thing}.`,
  country_not_accepted: (_thing, what) => `You cannot ${verb[what]} here with a Smart-ID account of your country.`,
};

/** The failure with the precise code, for the site's own code; the message gives nothing away. */
export function failure(code: string, what: Undertaking = 'login'): Failure {
  if (hiddenCodes.has(code)) return { message: hiddenCodeMessage(what), code };
  const message = Object.hasOwn(messages, code) ? messages[code]?.(noun[what], what) : undefined;
  return { message: message ?? `${doing[what]} with Smart-ID failed. Please try again.`, code };
}

/** Whether a visitor sees the same for this code as for a person without an account. */
export function isHiddenCode(code: string): boolean {
  return hiddenCodes.has(code);
}

/** Whether an attempt that has ended with this code is answered with 403, and not with 401. */
export function isForbidden(code: string): boolean {
  return forbiddenCodes.has(code);
}

/** The code that a visitor may see. */
export function publicCode(code: string): string {
  return isHiddenCode(code) ? 'not_completed' : code;
}
