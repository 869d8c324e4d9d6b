/** What visitors send to name an attempt: the id that a page posts, or what the app adds to the callback URL. */

import { SmartIdInputError } from '../shared/errors.js';
import type { CallbackParameters } from '../verify/authentication.js';
import { attemptIdOfCallback, callbackParameter } from './attempt.js';
import type { SiteRequest } from './site-request.js';

/** How the end of an attempt was entered. */
export type Entry =
  | { by: 'finish'; id: string }
  | { by: 'callback'; id: string; value: string; parameters: CallbackParameters };

/** What of a request names an attempt, whichever framework it is of. */
type NamingRequest = Pick<SiteRequest, 'method' | 'headers' | 'query' | 'body'>;

export function entryOf(req: NamingRequest): Entry | undefined {
  if (isHeadOrPrefetch(req)) return undefined;
  return callbackEntry(req.query) ?? finishEntry(req.body);
}

/** The entry by a callback URL with this query; undefined where it is none. */
export function callbackEntry(query: unknown): Entry | undefined {
  const { [callbackParameter]: attempt, sessionSecretDigest, userChallengeVerifier } = asFields(query);
  if (attempt === undefined && sessionSecretDigest === undefined) return undefined;
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

/** The entry by a POST of this body; undefined where it holds no id. */
function finishEntry(body: unknown): Entry | undefined {
  const id = postedId({ body });
  return id === undefined ? undefined : { by: 'finish', id };
}

/** The id of the attempt that a query or a body names. */
export function attemptIdIn(fields: unknown): string | undefined {
  return (callbackEntry(fields) ?? finishEntry(fields))?.id || undefined;
}

/**
 * Whether a program asks, and no person has opened the address: by a `HEAD`, as programs that check links do, or ahead
 * of time. Such a request must use up no attempt.
 */
function isHeadOrPrefetch(req: Pick<NamingRequest, 'method' | 'headers'>): boolean {
  return req.method === 'HEAD' || isPrefetch(req);
}

/** Whether a browser loads ahead what its user may open next. It says so in `Sec-Purpose` (Fetch, section 4.9). */
export function isPrefetch({ headers }: Pick<SiteRequest, 'headers'>): boolean {
  return /^prefetch\b/i.test(String(headers['sec-purpose'] ?? ''));
}

/** The id in the body of a POST. */
export function postedId({ body }: Pick<SiteRequest, 'body'>): string | undefined {
  return shortText(asFields(body).id);
}

/** @throws SmartIdInputError when the body holds no id. */
export function requirePostedId(req: Pick<SiteRequest, 'body'>): string {
  return requireId(postedId(req), 'body');
}

/** @throws SmartIdInputError when the query holds no id. */
export function requireQueryId({ query }: Pick<SiteRequest, 'query'>): string {
  return requireId(shortText(asFields(query).id), 'query');
}

function requireId(id: string | undefined, place: 'body' | 'query'): string {
  if (id === undefined) throw new SmartIdInputError('id', `must be the id of a Smart-ID attempt, in the ${place}.`);
  return id;
}

function asFields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** The fields of a query by name; the values of one that is repeated as a list, which counts as none. */
export function fieldsIn(parameters: URLSearchParams | Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (!(parameters instanceof URLSearchParams)) return parameters;
  const names = [...new Set(parameters.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const values = parameters.getAll(name);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}

/** A parameter that is one text of a sensible length; a repeated one is a list and counts as none. */
export function shortText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= 200 ? value : undefined;
}
