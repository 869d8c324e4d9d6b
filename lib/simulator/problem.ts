/** What the service answers when it refuses: RFC 9457 problem details. RP API 3.2.3, "HTTP status codes". */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Response } from 'express';

export interface ProblemError {
  /** Stable, for programs. */
  code: string;
  detail: string;
  /** The field or parameter that is wrong. */
  paramName?: string;
  /** Where it is in the request body (RFC 6901). */
  pointer?: string;
}

/** Thrown anywhere below a route; the application answers with it. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    detail: string,
    readonly errors: ProblemError[] = [],
  ) {
    super(detail);
  }
}

/** A problem with one cause, which has a code. */
export function problem(status: number, code: string, detail: string, where: Partial<ProblemError> = {}): Problem {
  return new Problem(status, detail, [{ code, detail, ...where }]);
}

const titlesOfTheApi: Record<number, string> = {
  471: 'No suitable account',
  472: 'The person should look in the app or the portal',
  480: 'The client is too old',
  580: 'The system is under maintenance',
};

export function problemBody(status: number, detail: string, errors: ProblemError[] = []) {
  return {
    type: 'about:blank',
    title: titlesOfTheApi[status] ?? STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    // One occurrence each, and unlike the request's path it never holds a personal code.
    instance: `urn:uuid:${randomUUID()}`,
    errors,
  };
}

export function sendProblem(response: Response, { status, message, errors }: Problem): void {
  response
    .status(status)
    .type('application/problem+json')
    .json(problemBody(status, message, errors));
}
