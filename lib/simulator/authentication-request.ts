/**
 * The body that begins an authentication session, with every rule of RP API 3.2.3, "Authentication" and "Request
 * parameters". All broken rules are reported at once, each with where it is.
 */
import { z } from 'zod';
import { decodeStrictBase64 } from './base64.js';
import { decodeInteractions, interactionsOfFlow } from './interactions.js';
import { Problem } from './problem.js';

export type SessionFlow = 'device-link' | 'notification';

const longestCallbackUrl = 1800;
const callbackUrlPattern = /^https:\/\/([^|#]+)$/;
// Unlike the service: everything runs offline here, and a site on the same machine seldom has a certificate.
const loopbackCallbackUrlPattern = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?([/?][^|#]*)?$/;

const challenge = z.string().refine((text) => {
  const bytes = decodeStrictBase64(text);
  return bytes !== undefined && bytes.length >= 32 && bytes.length <= 64;
}, 'must be the Base64 of 32 to 64 bytes');

const hashAlgorithm = z.enum(['SHA-256', 'SHA-384', 'SHA-512', 'SHA3-256', 'SHA3-384', 'SHA3-512']);

const signatureProtocolParameters = z.discriminatedUnion('signatureAlgorithm', [
  z.object({
    rpChallenge: challenge,
    signatureAlgorithm: z.literal('rsassa-pss'),
    signatureAlgorithmParameters: z.object({ hashAlgorithm }),
  }),
  z.object({
    rpChallenge: challenge,
    signatureAlgorithm: z.enum(['sha256WithRSAEncryption', 'sha384WithRSAEncryption', 'sha512WithRSAEncryption']),
    signatureAlgorithmParameters: notPartOf('a request with this signatureAlgorithm'),
  }),
]);

const callbackUrl = z
  .string()
  .max(longestCallbackUrl, `must have at most ${longestCallbackUrl} characters`)
  .refine(
    (url) => callbackUrlPattern.test(url) || loopbackCallbackUrlPattern.test(url),
    'must be an https URL without "|" and "#"',
  );

const commonFields = {
  relyingPartyUUID: z.guid(),
  relyingPartyName: z.string().min(1, 'must not be empty'),
  certificateLevel: z.enum(['ADVANCED', 'QUALIFIED']).default('QUALIFIED'),
  signatureProtocol: z.literal('ACSP_V2'),
  signatureProtocolParameters,
  requestProperties: z.looseObject({ shareMdClientIpAddress: z.boolean().default(false) }).optional(),
  capabilities: z.array(z.string()).optional(),
  nonce: notPartOf('an authentication request'),
  linkedSessionID: notPartOf('an authentication request'),
};

const deviceLinkRequest = z.object({
  ...commonFields,
  interactions: interactionsFor('device-link'),
  initialCallbackUrl: callbackUrl.optional(),
  vcType: notPartOf('a device-link request'),
});

const notificationRequest = z.object({
  ...commonFields,
  interactions: interactionsFor('notification'),
  initialCallbackUrl: notPartOf('a notification request'),
  vcType: z.literal('numeric4'),
});

export type AuthenticationRequest = z.infer<typeof deviceLinkRequest> | z.infer<typeof notificationRequest>;
export type HashAlgorithm = z.infer<typeof hashAlgorithm>;

export function readAuthenticationRequest(body: unknown, flow: SessionFlow): AuthenticationRequest {
  const schema = flow === 'device-link' ? deviceLinkRequest : notificationRequest;
  const result = schema.safeParse(body, {
    reportInput: true,
    error: ({ input }) => (input === undefined ? 'is required' : undefined),
  });
  if (result.success) return result.data;
  throw new Problem(400, 'The request is not valid.', result.error.issues.map(toProblemError));
}

function toProblemError(issue: z.core.$ZodIssue) {
  const paramName = issue.path.findLast((part) => typeof part === 'string');
  return {
    code: issue.input === undefined ? 'missing' : 'invalid',
    detail: `${paramName ?? 'the body'} ${issue.message}`,
    paramName,
    pointer: issue.path.map((part) => `/${String(part)}`).join(''),
  };
}

/** A field that belongs to other requests of the API. */
function notPartOf(what: string) {
  return z.never({ error: `must not be part of ${what}` }).optional();
}

/** Both forms are kept: every later calculation uses the string as it came. */
function interactionsFor(flow: SessionFlow) {
  return z.string().transform((encoded, context) => {
    const list = decodeInteractions(encoded, interactionsOfFlow[flow]);
    if (typeof list !== 'string') return { encoded, list };
    context.addIssue({ code: 'custom', message: list, input: encoded });
    return z.NEVER;
  });
}
