/**
 * The shapes of the RP API's answers (sections "Session-creation responses" and "Session status").
 * Unknown fields are dropped. Shape only: whether the values may be trusted is for `verify/` to say.
 */

import * as v from 'valibot';
import { SmartIdServiceError } from '../errors.js';
import { parseAnswerJson } from './answer-json.js';

const sessionID = v.pipe(v.string(), v.uuid());

export const deviceLinkSessionSchema = v.object({
  sessionID,
  sessionToken: v.pipe(v.string(), v.regex(/^[a-zA-Z0-9]{24,}$/)),
  sessionSecret: v.pipe(v.string(), v.minLength(24), v.base64()),
  deviceLinkBase: v.pipe(v.string(), v.url(), v.regex(/^https?:[^?#|]+$/)),
});
export type DeviceLinkSession = v.InferOutput<typeof deviceLinkSessionSchema>;

export const notificationSessionSchema = v.object({ sessionID });
export type NotificationSession = v.InferOutput<typeof notificationSessionSchema>;

const text = v.string();

export const codeSessionSchema = v.object({
  sessionID,
  vc: v.object({ type: v.literal('numeric4'), value: v.pipe(v.string(), v.regex(/^\d{4}$/)) }),
});
/** A push that is answered with the code that the service shows; show it to the person as it is. */
export type CodeSession = v.InferOutput<typeof codeSessionSchema>;

const certificate = v.object({ value: text, certificateLevel: text });

export const signingCertificateSchema = v.variant('state', [
  v.object({ state: v.literal('OK'), cert: certificate }),
  v.object({ state: v.literal('DOCUMENT_UNUSABLE') }),
]);
export type SigningCertificate = v.InferOutput<typeof signingCertificateSchema>;

const signatureAlgorithmParametersSchema = v.object({
  hashAlgorithm: text,
  maskGenAlgorithm: v.object({ algorithm: text, parameters: v.object({ hashAlgorithm: text }) }),
  saltLength: v.number(),
  trailerField: text,
});
export type SignatureAlgorithmParameters = v.InferOutput<typeof signatureAlgorithmParametersSchema>;

const signatureSchema = v.object({
  value: v.optional(text),
  serverRandom: v.optional(text),
  userChallenge: v.optional(text),
  flowType: text,
  signatureAlgorithm: v.optional(text),
  signatureAlgorithmParameters: v.optional(signatureAlgorithmParametersSchema),
});

const completeSchema = v.object({
  state: v.literal('COMPLETE'),
  result: v.object({
    endResult: text,
    documentNumber: v.optional(text),
    details: v.optional(v.object({ interaction: v.optional(text) })),
  }),
  signatureProtocol: v.optional(text),
  signature: v.optional(signatureSchema),
  cert: v.optional(certificate),
  interactionTypeUsed: v.optional(text),
  deviceIpAddress: v.optional(text),
  ignoredProperties: v.optional(v.array(text)),
});

export const sessionStatusSchema = v.variant('state', [v.object({ state: v.literal('RUNNING') }), completeSchema]);
export type SessionStatus = v.InferOutput<typeof sessionStatusSchema>;
export type CompleteSessionStatus = v.InferOutput<typeof completeSchema>;

/** @throws SmartIdServiceError `bad_response` naming the first field that has not the shape it must have. */
export function parseResponse<T>(schema: v.GenericSchema<unknown, T>, body: string): T {
  let json: unknown;
  try {
    json = parseAnswerJson(body);
  } catch {
    throw new SmartIdServiceError('bad_response', 'The Smart-ID service sent an answer that is not JSON.');
  }
  // To the library a list is an object without fields.
  const parsed = v.safeParse(schema, Array.isArray(json) ? undefined : json, { abortEarly: true });
  if (parsed.success) return parsed.output;
  const field = v.getDotPath(parsed.issues[0]) ?? 'body';
  throw new SmartIdServiceError(
    'bad_response',
    `The Smart-ID service sent an answer with a missing or wrong ${field}.`,
  );
}
