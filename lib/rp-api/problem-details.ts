/**
 * RFC 9457 problem details, the body of every RP API error (section "HTTP errors"). `instance` is left out: it names
 * the path of the request, which may hold a personal code.
 */

import * as v from 'valibot';
import type { ProblemDetails } from '../shared/errors.js';
import { parseAnswerJson } from './answer-json.js';

const text = v.optional(v.string());

const problemDetailsSchema = v.object({
  type: text,
  title: text,
  status: v.optional(v.number()),
  detail: text,
  errors: v.optional(v.array(v.object({ code: text, detail: text, paramName: text, pointer: text }))),
});

/** The problem that an error body describes, or undefined where it describes none: an error must not hide an error. */
export function parseProblemDetails(body: string): ProblemDetails | undefined {
  try {
    const json: unknown = parseAnswerJson(body);
    // To the library a list is an object without fields.
    const parsed = v.safeParse(problemDetailsSchema, Array.isArray(json) ? undefined : json, { abortEarly: true });
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
