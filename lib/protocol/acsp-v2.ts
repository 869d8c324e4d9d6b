/** The message that the user's key signs in an authentication (section "ACSP_V2"). */

import { createHash } from 'node:crypto';
import { encodeBase64 } from './base64.js';

/** How the session reached the app: three kinds of device link, or a push. */
export const flowTypes = ['QR', 'Web2App', 'App2App', 'Notification'] as const;
/**
 * How a person came to the app: by QR code, by a link in a browser or in an app, or by a push.
 * @useDeclaredType
 */
export type FlowType = (typeof flowTypes)[number];

/** Whether the person comes back through the callback URL. */
export function isSameDevice(flowType: string | undefined): boolean {
  return flowType === 'Web2App' || flowType === 'App2App';
}

/** What the app signs in an authentication. */
export interface AcspV2Input {
  /** `smart-id` in the live service, `smart-id-demo` in the demo. */
  schemeName: string;
  /** As the text it is in the answer. */
  serverRandom: string;
  /** Base64, as sent. */
  rpChallenge: string;
  /** As the text it is in the answer. */
  userChallenge: string;
  /** Byte for byte as sent. */
  relyingPartyName: string;
  /** Only where the RP is a broker. */
  brokeredRpName?: string;
  /** The Base64 text that was sent. */
  interactions: string;
  /** The `type` of the interaction that the app has shown. */
  interactionTypeUsed: string;
  /** As sent; does not count for `QR` and `Notification`. */
  initialCallbackUrl?: string;
  /** How the person came to the app. */
  flowType: FlowType;
}

/**
 * The text to verify `signature.value` against, in UTF-8, with the hash that the answer names (section "ACSP_V2").
 * `verifyAuthentication` does it by itself.
 */
export function acspV2Message(input: AcspV2Input): string {
  return [
    input.schemeName,
    'ACSP_V2',
    input.serverRandom,
    input.rpChallenge,
    input.userChallenge,
    encodeBase64(input.relyingPartyName),
    encodeBase64(input.brokeredRpName ?? ''),
    createHash('sha256').update(input.interactions).digest('base64'),
    input.interactionTypeUsed,
    isSameDevice(input.flowType) ? (input.initialCallbackUrl ?? '') : '',
    input.flowType,
  ].join('|');
}
