/** The edge for Express, and for whatever else calls handlers with Node's own request and response. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request, RequestHandler } from 'express';
import { EventStream } from '../attempt/event-stream.js';
import { readAtMost } from '../shared/http.js';
import { faultHeaders } from './answers.js';
import {
  BodyError,
  headersToSet,
  maxBodyBytes,
  type PageAnswer,
  type PageSource,
  parseBody,
  pathOf,
  queryOf,
} from './page-request.js';
import type { PageRoutes } from './page-routes.js';
import { hostAskedFor } from './same-origin.js';

/**
 * Answers with what the routes say, whatever `send` of the framework would make of it. What is not theirs goes on to
 * the next handler, and so does what is broken.
 */
export function pagesHandler(routes: PageRoutes<Request>): RequestHandler {
  return (req, res, next) => {
    routes
      .answer(sourceOf(req))
      .then(async (answer) => {
        if (!answer) return next();
        const plain = answer.events
          ? await answer.events((textOf) => new EventStream(withHeaders(res, answer), textOf))
          : answer;
        if (plain) withHeaders(res, plain).end(req.method === 'HEAD' ? undefined : plain.body);
      })
      .catch((error: unknown) => {
        if (res.headersSent) return res.destroy();
        for (const [name, value] of Object.entries(faultHeaders(error))) res.setHeader(name, value);
        next(error);
      });
  };
}

function sourceOf(req: Request): PageSource<Request> {
  const { method, headers, originalUrl } = req;
  // Whoever takes the server for a proxy names it in the address, and Express lets that stand.
  const url = req.url.replace(/^[a-z]+:\/\/[^/?]*/i, '');
  return {
    method,
    path: pathOf(url) || '/',
    originalUrl,
    query: queryOf(url),
    headers,
    host: hostAskedFor(req),
    site: req,
    readBody: () => readBody(req),
  };
}

/**
 * What a body parser of the site has read before, or what is read now and kept where the site's functions look for it.
 */
async function readBody(req: IncomingMessage & { body?: unknown }): Promise<Record<string, unknown>> {
  if (typeof req.body === 'object' && req.body !== null) return req.body as Record<string, unknown>;
  if (req.readableEnded) return {};
  const bytes = await readAtMost(maxBodyBytes, req);
  if (!bytes) throw new BodyError(413);
  const fields = parseBody(req.headers, bytes.toString('utf8'));
  req.body = fields;
  return fields;
}

function withHeaders(res: ServerResponse, answer: PageAnswer): ServerResponse {
  res.statusCode = answer.status;
  for (const [name, value] of headersToSet(answer, (name) => res.hasHeader(name))) res.setHeader(name, value);
  for (const cookie of answer.cookies ?? []) res.appendHeader('set-cookie', cookie);
  return res;
}
