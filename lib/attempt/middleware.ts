/** Express middleware that does something that may wait, and hands what goes wrong to the error handler. */

import type { Request, RequestHandler, Response } from 'express';
import { setAnswerHeaders } from './answer-headers.js';
import type { AttemptView } from './view.js';

/** What a site adds to a view or makes of it before it is sent. */
export type Show = (view: AttemptView, req: Request) => object;

export function middleware(act: (req: Request, res: Response) => Promise<void>): RequestHandler {
  return (req, res, next) => {
    setAnswerHeaders(res);
    act(req, res).then(() => next(), next);
  };
}
