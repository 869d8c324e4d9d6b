/** What visitors send to name an attempt: the id that a page posts, or what the app adds to the callback URL. */

import type { Request } from 'express';
import { SmartIdInputError } from '../errors.js';
import type { CallbackParameters } from '../verify/authentication.js';
import { attemptIdOfCallback, callbackParameter } from './attempt.js';

/** How the end of an attempt was entered. */
export type Entry =
  | { by: 'finish'; id: string }
  | { by: 'callback'; id: string; value: string; parameters: CallbackParameters };

export function entryOf(req: Request): Entry | undefined {
  if (isHeadOrPrefetch(req)) return undefined;
  const { [callbackParameter]: attempt, sessionSecretDigest, userChallengeVerifier } = req.query;
  if (attempt !== undefined || sessionSecretDigest !== undefined) {
    const value = shortText(attempt) ?? '';
    return {
      by: 'callback',
      id: attemptIdOfCallback(value) ?? '',
      value,
      // A return without its parameters is a return all the same, and must not verify.
      parameters: {
        sessionSecretDigest: shortText(sessionSecretDigest) ?? '',
        userChallengeVerifier: shortText(userChallengeVerifier) ?? '',
      },
    };
  }
  const id = postedId(req);
  return id === undefined ? undefined : { by: 'finish', id };
}

/**
 * Whether a program asks, and no person has opened the address: by a `HEAD`, as programs that check links do, or ahead
 * of time. Such a request must use up no attempt.
 */
function isHeadOrPrefetch(req: Request): boolean {
  return req.method === 'HEAD' || isPrefetch(req);
}

/** Whether a browser loads ahead what its user may open next. It says so in `Sec-Purpose` (Fetch, section 4.9). */
export function isPrefetch(req: Request): boolean {
  return /^prefetch\b/i.test(req.get('sec-purpose') ?? '');
}

/** The id in the body of a POST. */
export function postedId({ body }: Request): string | undefined {
  return shortText((body as { id?: unknown } | undefined)?.id);
}

/** @throws SmartIdInputError when the body holds no id. */
export function requirePostedId(req: Request): string {
  const id = postedId(req);
  if (id === undefined) throw new SmartIdInputError('id', 'must be the id of a Smart-ID attempt, in the body.');
  return id;
}

/** A parameter that is one text of a sensible length; a repeated one is a list and counts as none. */
export function shortText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= 200 ? value : undefined;
}
