/**
 * The bodies that ask for a signing certificate, by a session in which the person chooses one or of a known document,
 * with every rule of RP API 3.2.3, "Certificate choice" and "Signing certificate".
 */
import { z } from 'zod';
import { callbackUrl, commonFields, nonce, notPartOf, sessionFields, signingCertificateLevel } from './fields.js';

const notInvolved = notPartOf('a request for a certificate');

const fields = {
  certificateLevel: signingCertificateLevel,
  signatureProtocol: notInvolved,
  signatureProtocolParameters: notInvolved,
  interactions: notInvolved,
  linkedSessionID: notInvolved,
  vcType: notInvolved,
};

export const deviceLinkCertificateChoice = z.object({
  ...sessionFields,
  ...fields,
  nonce,
  initialCallbackUrl: callbackUrl.optional(),
});

export const notificationCertificateChoice = z.object({
  ...sessionFields,
  ...fields,
  nonce,
  initialCallbackUrl: notPartOf('a notification request'),
});

/** It creates no session: there is nothing to repeat, and nobody to come back. */
export const certificateOfDocument = z.object({
  ...commonFields,
  ...fields,
  nonce: notInvolved,
  initialCallbackUrl: notInvolved,
  requestProperties: notInvolved,
  capabilities: notInvolved,
});

export type CertificateChoiceRequest =
  | z.infer<typeof deviceLinkCertificateChoice>
  | z.infer<typeof notificationCertificateChoice>;

export type CertificateRequest = z.infer<typeof certificateOfDocument>;
