/** Answers to what the page sends: a form is answered by the page again, a script by JSON. */

import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { isPathOfSite } from '../attempt/options.js';
import { shortText } from '../attempt/parameters.js';
import { SmartIdInputError, SmartIdLimitError } from '../errors.js';
import { parameters } from './html.js';
import { isOfSameOrigin, sameOriginOnly } from './same-origin.js';

/** Whether the page was used without its script. */
export function isForm(req: Request): boolean {
  return req.method === 'POST' && Boolean(req.is('urlencoded'));
}

/** Back to the page, which says what happened. What a form has sent goes along, but for what it says of a person. */
export function backToPage(
  req: Request,
  res: Response,
  { returnTo, reference, ...more }: Record<string, string | undefined>,
): void {
  const body = (req.body ?? {}) as Record<string, unknown>;
  const sent = {
    lang: textOf(body.lang),
    reference: reference ?? shortText(body.reference),
    returnTo: returnTo ?? (isPathOfSite(body.returnTo) ? body.returnTo : undefined),
  };
  // A callback URL may end with a slash, which the page is one folder above.
  const folder = req.path.endsWith('/') ? '..' : '.';
  res.redirect(303, `${folder}/?${parameters({ ...more, ...sent })}`);
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The page itself, with a status that says what was wrong with the form. */
export type ShowFailure = (req: Request, res: Response, failed: string) => Promise<void>;

/** Like `sameOriginOnly`, but a form is answered by the page. What it has sent is not looked at: anybody may have sent it. */
export function ownFormsOnly(showFailure: ShowFailure): RequestHandler {
  return (req, res, next) => {
    if (!isForm(req) || isOfSameOrigin(req)) return sameOriginOnly(req, res, next);
    showFailure(req, res.status(403), 'not_from_page').catch(next);
  };
}

/** What visitors send. Where anything else breaks a rule it is the site's own mistake, of which its error handler must hear. */
const visitorFields = new Set(['id', 'flow', 'country', 'personalCode', 'returnTo']);

/** What a visitor sent and must not, or too often: the site's own error handler need not hear of it. */
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
      next(error);
    }
  };
}
