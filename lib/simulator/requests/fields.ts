/**
 * The fields that the bodies of several requests have in common, with the rules of RP API 3.2.3, "Request parameters",
 * and the refusal of fields that belong to other requests.
 */
import { z } from 'zod';
import { decodeInteractions, type Interactions, type InteractionType } from '../interactions.js';
import { deprecatedAlgorithms, hashAlgorithms } from '../signature-algorithms.js';

const longestCallbackUrl = 1800;
const callbackUrlPattern = /^https:\/\/([^|#]+)$/;
// Unlike the service: everything runs offline here, and a site on the same machine seldom has a certificate.
const loopbackCallbackUrlPattern = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?([/?][^|#]*)?$/;

/** Every request has them. */
export const commonFields = {
  relyingPartyUUID: z.guid(),
  relyingPartyName: z.string().min(1, 'must not be empty'),
  requestProperties: z.looseObject({ shareMdClientIpAddress: z.boolean().default(false) }).optional(),
  capabilities: z.array(z.string()).optional(),
};

/** What requests about signing may ask for. */
export const signingCertificateLevel = z.enum(['ADVANCED', 'QUALIFIED', 'QSCD']).default('QUALIFIED');

/** Characters, of which JavaScript counts some as two. */
export const nonce = z
  .string()
  .refine((text) => /^.{1,30}$/su.test(text), 'must have 1 to 30 characters')
  .optional();

export const callbackUrl = z
  .string()
  .max(longestCallbackUrl, `must have at most ${longestCallbackUrl} characters`)
  .refine(
    (url) => callbackUrlPattern.test(url) || loopbackCallbackUrlPattern.test(url),
    'must be an https URL without "|" and "#"',
  );

/** A field that belongs to other requests of the API. */
export function notPartOf(what: string) {
  return z.never({ error: `must not be part of ${what}` }).optional();
}

export function interactionsOf(allowed: readonly InteractionType[]) {
  return z.string().transform((encoded, context): Interactions => {
    const list = decodeInteractions(encoded, allowed);
    if (typeof list !== 'string') return { encoded, list };
    context.addIssue({ code: 'custom', message: list, input: encoded });
    return z.NEVER;
  });
}

/** `signatureProtocolParameters`: what is to be signed, and with which algorithm. */
export function parametersFor<ToBeSigned extends z.ZodRawShape>(toBeSigned: ToBeSigned) {
  return z.discriminatedUnion('signatureAlgorithm', [
    z.object({
      ...toBeSigned,
      signatureAlgorithm: z.literal('rsassa-pss'),
      signatureAlgorithmParameters: z.object({ hashAlgorithm: z.enum(hashAlgorithms) }),
    }),
    z.object({
      ...toBeSigned,
      signatureAlgorithm: z.enum(deprecatedAlgorithms),
      signatureAlgorithmParameters: notPartOf('a request with this signatureAlgorithm'),
    }),
  ]);
}
