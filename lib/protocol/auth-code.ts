/** The authCode that makes a device link unforgeable (section "authCode calculation"). */

import { createHmac } from 'node:crypto';
import { encodeBase64 } from './base64.js';
import { sessionSecretBytes } from './callback.js';

/** Whether a link is for a QR code, or opens the app from a browser or from another app. */
export type DeviceLinkType = 'QR' | 'Web2App' | 'App2App';
/** What the link leads to: an authentication, a signature, or the choice of a certificate. */
export type SessionType = 'auth' | 'sign' | 'cert';

/** What the RP, the service and the app know of a session and nobody else does. Texts are used exactly as sent. */
export interface AuthCodeInput {
  /** `smart-id` in the live service, `smart-id-demo` in the demo. */
  schemeName: string;
  /** Decides the signature protocol and which of the fields below count. */
  sessionType: SessionType;
  /** As in the link. */
  deviceLinkType: DeviceLinkType;
  /** Base64, as the session-creation response gave it. */
  sessionSecret: string;
  /** Base64; `auth` only. */
  rpChallenge?: string;
  /** Base64; `sign` only. */
  digest?: string;
  /** As it was sent to the service. */
  relyingPartyName: string;
  /** Only where the RP is a broker. */
  brokeredRpName?: string;
  /** The Base64 text that was sent; not used by `cert`. */
  interactions?: string;
  /** As it was sent; not used by `QR`. */
  initialCallbackUrl?: string;
}

const signatureProtocols: Record<SessionType, string> = { auth: 'ACSP_V2', sign: 'RAW_DIGEST_SIGNATURE', cert: '' };

/**
 * B64URL(HMAC-SHA256(decoded sessionSecret, the fields joined by `|`)); empty fields keep their separators (section
 * "authCode calculation"). `createDeviceLink` appends it by itself.
 * @param unprotectedLink the whole link up to its `lang`.
 * @throws SmartIdInputError when the secret is not Base64.
 */
export function calculateAuthCode(input: AuthCodeInput, unprotectedLink: string): string {
  const { sessionType, rpChallenge, digest } = input;
  const challengeOrDigest = { auth: rpChallenge, sign: digest, cert: undefined }[sessionType];
  const payload = [
    input.schemeName,
    signatureProtocols[sessionType],
    challengeOrDigest ?? '',
    encodeBase64(input.relyingPartyName),
    encodeBase64(input.brokeredRpName ?? ''),
    sessionType === 'cert' ? '' : (input.interactions ?? ''),
    input.deviceLinkType === 'QR' ? '' : (input.initialCallbackUrl ?? ''),
    unprotectedLink,
  ].join('|');
  return createHmac('sha256', sessionSecretBytes(input.sessionSecret)).update(payload).digest('base64url');
}
