/** The bodies of session-creation requests (section "Request bodies"); every rule is checked before anything is sent. */

import { SmartIdInputError } from '../errors.js';
import {
  type AuthenticationCertificateLevel,
  checkSignatureChoice,
  type SignatureChoice,
} from '../protocol/algorithms.js';
import { checkCallbackUrl } from '../protocol/callback.js';
import { challengeBytes } from '../protocol/challenge.js';
import { decodeInteractions, type InteractionSet } from '../protocol/interactions.js';

/** Sent as it is; `shareMdClientIpAddress` needs a privilege in the relying party's contract. */
export interface RequestProperties {
  shareMdClientIpAddress?: boolean;
}

export interface NotificationAuthenticationRequest extends SignatureChoice {
  /** Base64 of 32 to 64 random bytes, made by `generateChallenge` and used for one session. */
  rpChallenge: string;
  /** Base64 text made by `encodeInteractions`; keep it for the verification. */
  interactions: string;
  /** The service's default is `QUALIFIED`. */
  certificateLevel?: AuthenticationCertificateLevel;
  requestProperties?: RequestProperties;
  /** By agreement with the service. */
  capabilities?: readonly string[];
}

export interface DeviceLinkAuthenticationRequest extends NotificationAuthenticationRequest {
  /** Needed if, and only if, same-device links are offered. */
  initialCallbackUrl?: string;
}

export interface RelyingParty {
  relyingPartyUUID: string;
  relyingPartyName: string;
}

export interface RequestRules {
  allowLoopbackHttp: boolean;
}

export function deviceLinkAuthenticationBody(
  relyingParty: RelyingParty,
  request: DeviceLinkAuthenticationRequest,
  { allowLoopbackHttp }: RequestRules,
): Record<string, unknown> {
  const { initialCallbackUrl } = request;
  if (initialCallbackUrl !== undefined) {
    checkCallbackUrl(initialCallbackUrl, 'initialCallbackUrl', { allowLoopbackHttp });
  }
  return { ...authenticationBody(relyingParty, request, 'device-link'), initialCallbackUrl };
}

export function notificationAuthenticationBody(
  relyingParty: RelyingParty,
  request: NotificationAuthenticationRequest,
): Record<string, unknown> {
  return { ...authenticationBody(relyingParty, request, 'notification'), vcType: 'numeric4' };
}

function authenticationBody(
  { relyingPartyUUID, relyingPartyName }: RelyingParty,
  request: NotificationAuthenticationRequest,
  set: InteractionSet,
): Record<string, unknown> {
  const { rpChallenge, signatureAlgorithm, hashAlgorithm, certificateLevel } = request;
  challengeBytes(rpChallenge);
  checkSignatureChoice(request);
  decodeInteractions(request.interactions, set);
  if (certificateLevel !== undefined && certificateLevel !== 'ADVANCED' && certificateLevel !== 'QUALIFIED') {
    throw new SmartIdInputError('certificateLevel', 'must be ADVANCED or QUALIFIED in an authentication.');
  }
  return {
    relyingPartyUUID,
    relyingPartyName,
    certificateLevel,
    signatureProtocol: 'ACSP_V2',
    signatureProtocolParameters: {
      rpChallenge,
      signatureAlgorithm,
      signatureAlgorithmParameters: hashAlgorithm && { hashAlgorithm },
    },
    interactions: request.interactions,
    requestProperties: request.requestProperties,
    capabilities: request.capabilities,
  };
}
