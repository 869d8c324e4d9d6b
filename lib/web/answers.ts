/**
 * Answers to what the page sends. A form is answered by the page, since a person sees the answer; a script gets JSON.
 */

import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { isPathOfSite } from '../attempt/options.js';
import { shortText } from '../attempt/parameters.js';
import { SmartIdInputError, SmartIdLimitError, SmartIdServiceError } from '../errors.js';
import { parameters } from './html.js';
import { isOfSameOrigin, sameOriginOnly } from './same-origin.js';

/** Whether a form was sent, as by a page without its script. */
export function isForm(req: Request): boolean {
  return req.method === 'POST' && Boolean(req.is('urlencoded'));
}

/**
 * Redirects to the page, which says what happened. What the form has sent goes along, but never the person that it
 * names.
 * @param more the rest of the page's query.
 */
export function backToPage(
  req: Request,
  res: Response,
  { returnTo, reference, ...more }: Record<string, string | undefined>,
): void {
  const body = (req.body ?? {}) as Record<string, unknown>;
  const sent = {
    lang: nonEmptyText(body.lang),
    reference: reference ?? shortText(body.reference),
    returnTo: returnTo ?? (isPathOfSite(body.returnTo) ? body.returnTo : undefined),
  };
  // From a callback URL that ends with a slash the page is one folder further up.
  const folder = req.path.endsWith('/') ? '..' : '.';
  res.redirect(303, `${folder}/?${parameters({ ...more, ...sent })}`);
}

export function nonEmptyText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Shows the page with the message of a failure, under the status that was set before. */
export type ShowFailure = (req: Request, res: Response, failed: string) => Promise<void>;

/**
 * Like `sameOriginOnly`, but the page answers a form. Nothing that the form has sent is read, since any site may have
 * made it.
 */
export function ownFormsOnly(showFailure: ShowFailure): RequestHandler {
  return (req, res, next) => {
    if (!isForm(req) || isOfSameOrigin(req)) return sameOriginOnly(req, res, next);
    showFailure(req, res.status(403), 'not_from_page').catch(next);
  };
}

/**
 * The fields that visitors send. Any other field that breaks a rule is the site's own mistake, which its error handler
 * must get.
 */
const visitorFields = new Set(['id', 'flow', 'country', 'personalCode', 'returnTo']);

/** Answers what visitors sent wrongly or too often, so that it does not reach the site's own error handler. */
export function answerInputErrors(showFailure: ShowFailure): ErrorRequestHandler {
  return (error, req, res, next) => {
    if (error instanceof SmartIdInputError && visitorFields.has(error.field)) {
      const { field, message, status } = error;
      if (!isForm(req)) return void res.status(status).json({ error: message, field });
      if (field === 'personalCode') return backToPage(req, res, { problem: field });
      // All else is chosen from what the page offers, so the page was out of date.
      const failed = field === 'country' ? 'country_not_accepted' : 'other';
      showFailure(req, res.status(status), failed).catch(next);
    } else if (error instanceof SmartIdLimitError) {
      if (isForm(req)) return backToPage(req, res, { failed: 'too_many_starts' });
      res.status(error.status).set('retry-after', String(error.retryAfter)).json({ error: error.message });
    } else if (/^(?:entity|encoding|charset|parameters)\./.test(error?.type)) {
      res.status(error.status);
      if (isForm(req)) showFailure(req, res, 'other').catch(next);
      else res.json({ error: 'The body of the request cannot be read.' });
    } else {
      // The script learns by it whose fault it is, whatever status the site's own error handler answers with.
      if (error instanceof SmartIdServiceError) res.set('smart-id-fault', 'service');
      next(error);
    }
  };
}
