/** The HTTP manners that all parts of the simulator share. */
import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response } from 'express';
import { Problem, problem, sendProblem } from './problem.js';

/** A handler that may wait: Express 4 would not notice its failure. */
export function handle(handler: (request: Request, response: Response) => Promise<unknown> | unknown): RequestHandler {
  return async (request, response, next) => {
    try {
      await handler(request, response);
    } catch (error) {
      next(error);
    }
  };
}

/**
 * JSON and nothing else. It also keeps other sites' pages out: a browser asks before it sends JSON to another origin.
 */
export const jsonBody: RequestHandler[] = [
  (request, _response, next) => {
    if (request.is('application/json')) return next();
    next(problem(415, 'unsupported_media_type', 'The content type must be application/json.'));
  },
  express.json({ limit: '64kb' }),
];

/** Like an account that there is not: the service's description has no other answer of this status with a body. */
export const notFound: RequestHandler = () => {
  throw new Problem(404, 'Not Found');
};

export function onlyMethod(allowed: 'GET' | 'POST'): RequestHandler {
  return (_request, response) => {
    response.set('allow', allowed);
    throw problem(405, 'method_not_allowed', `The method must be ${allowed}.`);
  };
}

export const answerProblems: ErrorRequestHandler = (error, _request, response, next) => {
  if (response.headersSent) return next(error);
  sendProblem(response, toProblem(error));
};

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { status, type, message } = error as { status?: number; type?: string; message?: string };
  if (type === 'entity.parse.failed') return problem(400, 'malformed_json', 'The body must be a JSON object.');
  if (status !== undefined && status >= 400 && status < 500)
    return problem(status, type ?? 'bad_request', `${message}`);
  return problem(500, 'simulator_failure', `The simulator failed: ${message}`);
}
