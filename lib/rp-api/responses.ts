/**
 * The shapes of the RP API's answers (sections "Session-creation responses" and "Session status").
 * Unknown fields are dropped. Shape only: whether the values may be trusted is for `verify/` to say.
 */

import { z } from 'zod';
import { SmartIdServiceError } from '../errors.js';

const sessionID = z.uuid();

export const deviceLinkSessionSchema = z.object({
  sessionID,
  sessionToken: z.string().regex(/^[a-zA-Z0-9]{24,}$/),
  sessionSecret: z.base64().min(24),
  deviceLinkBase: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !/[?#|]/.test(url), 'must have no query, fragment or "|"'),
});
export type DeviceLinkSession = z.infer<typeof deviceLinkSessionSchema>;

export const notificationSessionSchema = z.object({ sessionID });
export type NotificationSession = z.infer<typeof notificationSessionSchema>;

const text = z.string();

export const codeSessionSchema = z.object({
  sessionID,
  vc: z.object({ type: z.literal('numeric4'), value: z.string().regex(/^\d{4}$/) }),
});
/** A push that is answered with the code that the service shows; show it to the person as it is. */
export type CodeSession = z.infer<typeof codeSessionSchema>;

const certificate = z.object({ value: text, certificateLevel: text });

export const signingCertificateSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('OK'), cert: certificate }),
  z.object({ state: z.literal('DOCUMENT_UNUSABLE') }),
]);
export type SigningCertificate = z.infer<typeof signingCertificateSchema>;

const signatureAlgorithmParametersSchema = z.object({
  hashAlgorithm: text,
  maskGenAlgorithm: z.object({ algorithm: text, parameters: z.object({ hashAlgorithm: text }) }),
  saltLength: z.number(),
  trailerField: text,
});
export type SignatureAlgorithmParameters = z.infer<typeof signatureAlgorithmParametersSchema>;

const signatureSchema = z.object({
  value: text.optional(),
  serverRandom: text.optional(),
  userChallenge: text.optional(),
  flowType: text,
  signatureAlgorithm: text.optional(),
  signatureAlgorithmParameters: signatureAlgorithmParametersSchema.optional(),
});

const completeSchema = z.object({
  state: z.literal('COMPLETE'),
  result: z.object({
    endResult: text,
    documentNumber: text.optional(),
    details: z.object({ interaction: text.optional() }).optional(),
  }),
  signatureProtocol: text.optional(),
  signature: signatureSchema.optional(),
  cert: certificate.optional(),
  interactionTypeUsed: text.optional(),
  deviceIpAddress: text.optional(),
  ignoredProperties: z.array(text).optional(),
});

export const sessionStatusSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('RUNNING') }),
  completeSchema,
]);
export type SessionStatus = z.infer<typeof sessionStatusSchema>;
export type CompleteSessionStatus = z.infer<typeof completeSchema>;

/** @throws SmartIdServiceError `bad_response` naming the first field that has not the shape it must have. */
export function parseResponse<T>(schema: z.ZodType<T>, body: string): T {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw new SmartIdServiceError('bad_response', 'The Smart-ID service sent an answer that is not JSON.');
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join('.') || 'its body';
  throw new SmartIdServiceError(
    'bad_response',
    `The Smart-ID service sent an answer with a missing or wrong ${field}.`,
  );
}
