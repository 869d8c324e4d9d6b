/** What the service answers when it refuses: RFC 9457 problem details. RP API 3.2.3, "HTTP status codes". */
import { randomBytes } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Response } from 'express';

export interface ProblemError {
  /** Stable, for programs. The RP API gives one for few errors, the phones of the simulator for all. */
  code?: string;
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
    readonly hasBody = !statusesWithoutBody.includes(status),
  ) {
    super(detail);
  }
}

/** Of a request whose fields or parameters are wrong, in the words of the service. */
export function invalidRequest(errors: ProblemError[]): Problem {
  return new Problem(400, 'Invalid request parameters found', errors);
}

/** Answered with the status alone: `detail` is the message of the error and goes nowhere. */
export function problemWithoutBody(status: number, detail: string): Problem {
  return new Problem(status, detail, [], false);
}

/** Where a field of the body is, for an error about it. */
export function atField(paramName: string): Pick<ProblemError, 'paramName' | 'pointer'> {
  return { paramName, pointer: `/${paramName}` };
}

/** A problem with one cause, which has a code. */
export function problem(status: number, code: string, detail: string, where: Partial<ProblemError> = {}): Problem {
  return new Problem(status, detail, [{ code, detail, ...where }]);
}

const titlesOfTheApi: Record<number, string> = {
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
    instance: `/task-id/${randomBytes(12).toString('base64url')}`,
    ...(errors.length > 0 && { errors }),
  };
}

/** The description of the service knows these without a body. */
export const statusesWithoutBody: readonly number[] = [401, 480, 580];

export function sendProblem(response: Response, { status, message, errors, hasBody }: Problem): void {
  response.status(status);
  if (hasBody) response.json(problemBody(status, message, errors));
  else response.end();
}
