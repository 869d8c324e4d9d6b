/**
 * Holds the types of requests against the bodies in the service's description: `npm run lint` compiles this, and fails
 * where a request takes a field that its endpoint has not, or lacks one that it has. What the client fills in itself is
 * left out (`relyingPartyUUID`, `relyingPartyName`, `signatureProtocol`, `vcType`); of `signatureProtocolParameters`
 * the parts count.
 */

import type { SmartIdClient } from '../../lib/rp-api/client.js';
import type {
  DeviceLinkAuthenticationRequest,
  DeviceLinkCertificateChoiceRequest,
  DeviceLinkSignatureRequest,
  LinkedSignatureRequest,
  NotificationAuthenticationRequest,
  NotificationCertificateChoiceRequest,
  NotificationSignatureRequest,
  RequestProperties,
  SigningCertificateRequest,
} from '../../lib/rp-api/requests.js';

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;

type Algorithm = 'signatureAlgorithm' | 'hashAlgorithm';
type Common = 'certificateLevel' | 'requestProperties' | 'capabilities';
type Authentication = Common | 'rpChallenge' | Algorithm | 'interactions';
type Choice = Common | 'nonce';
type Signature = Choice | 'digest' | Algorithm | 'interactions';

export const fields: {
  deviceLinkAuthentication: Same<keyof DeviceLinkAuthenticationRequest, Authentication | 'initialCallbackUrl'>;
  notificationAuthentication: Same<keyof NotificationAuthenticationRequest, Authentication>;
  signingCertificate: Same<keyof SigningCertificateRequest, 'certificateLevel'>;
  deviceLinkSignature: Same<keyof DeviceLinkSignatureRequest, Signature | 'initialCallbackUrl'>;
  notificationSignature: Same<keyof NotificationSignatureRequest, Signature>;
  linkedSignature: Same<keyof LinkedSignatureRequest, Signature | 'linkedSessionID'>;
  deviceLinkCertificateChoice: Same<keyof DeviceLinkCertificateChoiceRequest, Choice | 'initialCallbackUrl'>;
  notificationCertificateChoice: Same<keyof NotificationCertificateChoiceRequest, Choice>;
} = {
  deviceLinkAuthentication: true,
  notificationAuthentication: true,
  signingCertificate: true,
  deviceLinkSignature: true,
  notificationSignature: true,
  linkedSignature: true,
  deviceLinkCertificateChoice: true,
  notificationCertificateChoice: true,
};

export const values: {
  authenticationLevel: Same<
    NotificationAuthenticationRequest['certificateLevel'],
    'ADVANCED' | 'QUALIFIED' | undefined
  >;
  signatureLevel: Same<SigningCertificateRequest['certificateLevel'], 'ADVANCED' | 'QUALIFIED' | 'QSCD' | undefined>;
  properties: Same<RequestProperties, { shareMdClientIpAddress?: boolean }>;
  capabilities: Same<NotificationCertificateChoiceRequest['capabilities'], readonly string[] | undefined>;
} = { authenticationLevel: true, signatureLevel: true, properties: true, capabilities: true };

/** A field that the endpoint has not is refused where it is written; nobody calls this. */
export function refused({ signatureCertificate, certificateChoiceNotificationEtsi }: SmartIdClient): unknown[] {
  return [
    // @ts-expect-error The certificate of a document is asked for without capabilities.
    signatureCertificate('PNOEE-30303039914-MOCK-Q', { capabilities: ['A'] }),
    // @ts-expect-error Nor with properties.
    signatureCertificate('PNOEE-30303039914-MOCK-Q', { requestProperties: {} }),
    // @ts-expect-error A push has no way back.
    certificateChoiceNotificationEtsi('PNOEE-30303039914', { initialCallbackUrl: 'https://rp.example.com/' }),
  ];
}
