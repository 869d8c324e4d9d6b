/** The bodies that begin a signature session, with every rule of RP API 3.2.3, "Signing". */
import { z } from 'zod';
import { decodeStrictBase64 } from '../base64.js';
import { interactionsOfFlow } from '../interactions.js';
import { hashes, hashOf } from '../signature-algorithms.js';
import {
  callbackUrl,
  interactionsOf,
  nonce,
  notPartOf,
  parametersFor,
  sessionFields,
  signingCertificateLevel,
} from './fields.js';

const digest = z.string().refine((text) => decodeStrictBase64(text) !== undefined, 'must be Base64');

const digestParameters = parametersFor({ digest }).superRefine((parameters, context) => {
  const hashAlgorithm = hashOf(parameters);
  const { octets } = hashes[hashAlgorithm];
  const bytes = decodeStrictBase64(parameters.digest);
  // What is no Base64 has been reported as such.
  if (bytes === undefined || bytes.length === octets) return;
  context.addIssue({
    code: 'custom',
    path: ['digest'],
    message: `must be the Base64 of ${octets} bytes, which ${hashAlgorithm} gives`,
    input: parameters.digest,
  });
});

const fields = {
  ...sessionFields,
  certificateLevel: signingCertificateLevel,
  signatureProtocol: z.literal('RAW_DIGEST_SIGNATURE'),
  signatureProtocolParameters: digestParameters,
  nonce,
  vcType: notPartOf('a signature request'),
};

const notLinked = notPartOf('a signature request that is not linked');

export const deviceLinkSignature = z.object({
  ...fields,
  interactions: interactionsOf(interactionsOfFlow['device-link']),
  initialCallbackUrl: callbackUrl.optional(),
  linkedSessionID: notLinked,
});

export const notificationSignature = z.object({
  ...fields,
  interactions: interactionsOf(interactionsOfFlow.notification),
  initialCallbackUrl: notPartOf('a notification request'),
  linkedSessionID: notLinked,
});

/** The app is open already and shows the person no code to compare: the interactions are those of device links. */
export const linkedSignature = z.object({
  ...fields,
  interactions: interactionsOf(interactionsOfFlow['device-link']),
  initialCallbackUrl: notPartOf('a linked request'),
  linkedSessionID: z.string(),
});

export type SignatureRequest =
  | z.infer<typeof deviceLinkSignature>
  | z.infer<typeof notificationSignature>
  | z.infer<typeof linkedSignature>;
