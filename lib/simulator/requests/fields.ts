/**
 * The fields that the bodies of several requests have in common, with the rules of RP API 3.2.3, "Request parameters",
 * and the refusal of fields that belong to other requests.
 */
import { z } from 'zod';
import { decodeInteractions, type Interactions, type InteractionType, isDisplayable } from '../interactions.js';
import { deprecatedAlgorithms, hashAlgorithms } from '../signature-algorithms.js';

const maxCallbackUrlLength = 1800;
const callbackUrlPattern = /^https:\/\/([^|#]+)$/;
// Unlike the service: everything runs offline here, and a site on the same machine seldom has a certificate.
const loopbackCallbackUrlPattern = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?([/?][^|#]*)?$/;
// RFC 3986: what a URI is made of. Anything else must be percent-encoded.
const uriPattern = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;

/** Characters are units of UTF-16 wherever they are counted, as in Java and JavaScript. */
const maxNameLength = 32;

/** Every request has them. */
export const commonFields = {
  relyingPartyUUID: z.guid(),
  relyingPartyName: z
    .string()
    .min(1, 'must not be empty')
    .max(maxNameLength, `must have at most ${maxNameLength} characters`)
    .refine(isDisplayable, 'must not hold control or bidirectional formatting characters'),
};

/** Every request for a session has them. */
export const sessionFields = {
  ...commonFields,
  requestProperties: z.looseObject({ shareMdClientIpAddress: z.boolean().default(false) }).optional(),
  capabilities: z.array(z.string()).optional(),
};

/** What requests about signing may ask for. */
export const signingCertificateLevel = z.enum(['ADVANCED', 'QUALIFIED', 'QSCD']).default('QUALIFIED');

export const nonce = z.string().min(1, 'must not be empty').max(30, 'must have at most 30 characters').optional();

export const callbackUrl = z
  .string()
  .max(maxCallbackUrlLength, `must have at most ${maxCallbackUrlLength} characters`)
  .refine(
    (url) => uriPattern.test(url) && (callbackUrlPattern.test(url) || loopbackCallbackUrlPattern.test(url)),
    'The callback URL value is invalid',
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
