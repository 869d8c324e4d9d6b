/** Express middleware that does something that may wait, and hands what goes wrong to the error handler. */

import type { Request, RequestHandler } from 'express';

export function middleware(act: (req: Request) => Promise<void>): RequestHandler {
  return (req, _res, next) => {
    act(req).then(() => next(), next);
  };
}
