/** Express middleware that does something that may wait, and hands what goes wrong to the error handler. */

import type { OutgoingMessage } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import type { AttemptView } from './view.js';

/** What a site adds to a view or makes of it before it is sent. */
export type Show = (view: AttemptView, req: Request) => object;

export function middleware(act: (req: Request, res: Response) => Promise<void>): RequestHandler {
  return (req, res, next) => {
    setAnswerHeaders(res);
    act(req, res).then(() => next(), next);
  };
}

/**
 * What holds for each answer about an attempt: no cache keeps it, and its address, which may hold what the app has
 * added, goes to no other site. With `no-referrer` browsers would send `Origin: null` with the page's own forms.
 */
export const answerHeaders = { 'cache-control': 'no-store', 'referrer-policy': 'same-origin' } as const;

export function setAnswerHeaders(res: OutgoingMessage): void {
  if (res.headersSent !== false) return;
  for (const [name, value] of Object.entries(answerHeaders)) res.setHeader(name, value);
}
