/**
 * RFC 9457 problem details, the body of every RP API error (section "HTTP errors"). `instance` is left out: it names the
 * path of the request, which may hold a personal code.
 */

import { z } from 'zod';
import type { ProblemDetails } from '../errors.js';

const problemDetailsSchema: z.ZodType<ProblemDetails> = z.object({
  type: z.string().optional(),
  title: z.string().optional(),
  status: z.number().optional(),
  detail: z.string().optional(),
  errors: z
    .array(
      z.object({
        code: z.string().optional(),
        detail: z.string().optional(),
        paramName: z.string().optional(),
        pointer: z.string().optional(),
      }),
    )
    .optional(),
});

/** The problem that an error body describes, or undefined where it describes none: an error must not hide an error. */
export function parseProblemDetails(body: string): ProblemDetails | undefined {
  try {
    const parsed = problemDetailsSchema.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
