/** The bodies that begin an authentication session, with every rule of RP API 3.2.3, "Authentication". */
import { z } from 'zod';
import { decodeStrictBase64 } from '../base64.js';
import { interactionsOfFlow } from '../interactions.js';
import { callbackUrl, interactionsOf, notPartOf, parametersFor, sessionFields } from './fields.js';

const rpChallenge = z.string().refine((text) => {
  const bytes = decodeStrictBase64(text);
  return bytes !== undefined && bytes.length >= 32 && bytes.length <= 64;
}, 'must be the Base64 of 32 to 64 bytes');

const fields = {
  ...sessionFields,
  certificateLevel: z.enum(['ADVANCED', 'QUALIFIED']).default('QUALIFIED'),
  signatureProtocol: z.literal('ACSP_V2'),
  signatureProtocolParameters: parametersFor({ rpChallenge }),
  nonce: notPartOf('an authentication request'),
  linkedSessionID: notPartOf('an authentication request'),
};

export const deviceLinkAuthentication = z.object({
  ...fields,
  interactions: interactionsOf(interactionsOfFlow['device-link']),
  initialCallbackUrl: callbackUrl.optional(),
  vcType: notPartOf('a device-link request'),
});

export const notificationAuthentication = z.object({
  ...fields,
  interactions: interactionsOf(interactionsOfFlow.notification),
  initialCallbackUrl: notPartOf('a notification request'),
  vcType: z.literal('numeric4'),
});

export type AuthenticationRequest =
  | z.infer<typeof deviceLinkAuthentication>
  | z.infer<typeof notificationAuthentication>;
