/**
 * Answers to what the page sends. A form is answered by the page, since a person sees the answer; a script gets JSON.
 */

import { shortText } from '../attempt/parameters.js';
import { isPathOfSite } from '../attempt/start-options.js';
import { SmartIdInputError, SmartIdLimitError, SmartIdServiceError } from '../shared/errors.js';
import { parameters } from './html.js';
import { BodyError, isForm, jsonAnswer, type PageAnswer, type PageRequest, redirectAnswer } from './page-request.js';

/**
 * Redirects to the page, which says what happened. What the form has sent goes along, but never the person that it
 * names.
 * @param more the rest of the page's query.
 */
export function backToPage(
  { body, path }: Pick<PageRequest<unknown>, 'body' | 'path'>,
  { returnTo, reference, ...more }: Record<string, string | undefined>,
): PageAnswer {
  const sent = {
    lang: nonEmptyText(body.lang),
    reference: reference ?? shortText(body.reference),
    returnTo: returnTo ?? (isPathOfSite(body.returnTo) ? body.returnTo : undefined),
  };
  return redirectAnswer(`${folderOfPage(path)}/?${parameters({ ...more, ...sent })}`);
}

/** The folder of the page, relative to a path in it: from one that ends with a slash it is one further up. */
export function folderOfPage(path: string): string {
  return path.endsWith('/') ? '..' : '.';
}

export function nonEmptyText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * The fields that visitors send. Any other field that breaks a rule is the site's own mistake, which its error handler
 * must get.
 */
const visitorFields = new Set(['id', 'flow', 'country', 'personalCode', 'returnTo']);

/** The page with the message of a failure. */
export type ShowFailure = (status: number, failed: string) => Promise<PageAnswer>;

/**
 * Answers what visitors sent wrongly or too often, so that it does not reach the site's own error handler.
 * @throws any other error as it is.
 */
export async function answerInputError(
  error: unknown,
  request: PageRequest<unknown>,
  showFailure: ShowFailure,
): Promise<PageAnswer> {
  const isOfForm = isForm(request);
  if (error instanceof SmartIdInputError && visitorFields.has(error.field)) {
    const { field, message, status } = error;
    if (!isOfForm) return jsonAnswer(status, { error: message, field });
    if (field === 'personalCode') return backToPage(request, { problem: field });
    // All else is chosen from what the page offers, so the page was out of date.
    return showFailure(status, field === 'country' ? 'country_not_accepted' : 'other');
  }
  if (error instanceof SmartIdLimitError) {
    if (isOfForm) return backToPage(request, { failed: 'too_many_starts' });
    const headers = { 'retry-after': String(error.retryAfterSeconds) };
    return jsonAnswer(error.status, { error: error.message }, headers);
  }
  if (error instanceof BodyError) {
    return isOfForm ? showFailure(error.status, 'other') : jsonAnswer(error.status, { error: error.message });
  }
  throw error;
}

/**
 * By this header the script of the page learns whose fault an error is, whatever status the site's own error handler
 * answers with.
 */
export function faultHeaders(error: unknown): Record<string, string> {
  return error instanceof SmartIdServiceError ? { 'smart-id-fault': 'service' } : {};
}
