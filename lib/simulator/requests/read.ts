/**
 * Reads the body of a request. All broken rules are reported at once, each with where it is. RP API 3.2.3, "Errors".
 */
import type { z } from 'zod';
import { invalidRequest } from '../problem.js';

export function readRequest<Body>(body: unknown, schema: z.ZodType<Body>): Body {
  const result = schema.safeParse(body, { reportInput: true });
  if (result.success) return result.data;
  throw invalidRequest(result.error.issues.map(toProblemError));
}

function toProblemError(issue: z.core.$ZodIssue) {
  const paramName = issue.path.findLast((part) => typeof part === 'string');
  const pointer = issue.path.map((part) => `/${String(part)}`).join('');
  const isMissing = issue.input === undefined;
  const detail = isMissing ? `Null argument found: ${pointer}` : `Invalid ${paramName ?? 'body'}: ${issue.message}`;
  return { detail, paramName, pointer };
}
