/**
 * The bodies of session-creation requests (section "Request bodies"); every rule is checked before anything is sent.
 */

import {
  type AuthenticationCertificateLevel,
  type CertificateLevel,
  certificateLevels,
  checkCertificateLevel,
  checkSignatureChoice,
  hashAlgorithmOf,
  type SignatureChoice,
} from '../protocol/algorithms.js';
import { type CallbackUrlRules, checkCallbackUrl } from '../protocol/callback.js';
import { challengeBytes } from '../protocol/challenge.js';
import { digestBytes } from '../protocol/digest.js';
import { decodeInteractions, type InteractionSet } from '../protocol/interactions.js';
import { parseUuid } from '../protocol/uuid.js';
import { SmartIdInputError } from '../shared/errors.js';

/** Sent as it is; `shareMdClientIpAddress` needs a privilege in the relying party's contract. */
export interface RequestProperties {
  /**
   * Whether the status tells the phone's address.
   * @default `false`
   */
  shareMdClientIpAddress?: boolean;
}

/** What every request that begins a session may say. */
interface CommonRequest {
  /** What else the service is to do. What it does not support it names in `ignoredProperties` of the status. */
  requestProperties?: RequestProperties;
  /**
   * By agreement with the service, none of them empty.
   * @default what follows from `certificateLevel`
   */
  capabilities?: readonly string[];
}

interface DeviceLinkRequest {
  /**
   * Needed where same-device links are offered. The service's description of its requests asks for one with every
   * authentication, and its text says that a QR code alone may do without: send one where you can. An https URI
   * (RFC 3986) of at most 1800 characters without `|` and `#`, with an unpredictable parameter of this session;
   * `createCallbackUrl` makes it. http for localhost only with a simulator.
   */
  initialCallbackUrl?: string;
}

/** An authentication by push. */
export interface NotificationAuthenticationRequest extends SignatureChoice, CommonRequest {
  /** Base64 of 32 to 64 random bytes, made by `generateChallenge` and used for one session. */
  rpChallenge: string;
  /** Base64 text made by `encodeInteractions`; keep it for the verification. */
  interactions: string;
  /**
   * The lowest level that will do (section "Request bodies").
   * @default `'QUALIFIED'`, by the service
   */
  certificateLevel?: AuthenticationCertificateLevel;
}

/** An authentication by device link. */
export interface DeviceLinkAuthenticationRequest extends NotificationAuthenticationRequest, DeviceLinkRequest {}

/** For the signing certificate of a document; no session comes of it. */
export interface SigningCertificateRequest {
  /**
   * The lowest level that will do (section "Request bodies").
   * @default `'QUALIFIED'`, by the service
   */
  certificateLevel?: CertificateLevel;
}

/** The choice of a certificate by push. */
export interface NotificationCertificateChoiceRequest extends CommonRequest {
  /**
   * The lowest level that will do (section "Request bodies").
   * @default `'QUALIFIED'`, by the service
   */
  certificateLevel?: CertificateLevel;
  /**
   * 1 to 30 characters, as JavaScript's `length` counts them. The same request within 15 seconds gives the same
   * session, unless the nonce differs.
   */
  nonce?: string;
}

/** The choice of a certificate by device link. */
export interface DeviceLinkCertificateChoiceRequest extends NotificationCertificateChoiceRequest, DeviceLinkRequest {}

/** A signature by push. */
export interface NotificationSignatureRequest extends SignatureChoice, NotificationCertificateChoiceRequest {
  /** Base64 of the hash of what is to be signed, made by `calculateDigest`; it is not hashed again. */
  digest: string;
  /** Base64 text made by `encodeInteractions`; keep it for the verification. */
  interactions: string;
}

/** A signature by device link. */
export interface DeviceLinkSignatureRequest extends NotificationSignatureRequest, DeviceLinkRequest {}

/** A signature in the same visit to the app as the choice of a certificate before it. */
export interface LinkedSignatureRequest extends NotificationSignatureRequest {
  /** The device-link certificate choice that it follows. */
  linkedSessionID: string;
}

export interface RelyingParty {
  relyingPartyUUID: string;
  relyingPartyName: string;
}

export function deviceLinkAuthenticationBody(
  relyingParty: RelyingParty,
  request: DeviceLinkAuthenticationRequest,
  rules: CallbackUrlRules,
): Record<string, unknown> {
  return { ...authenticationBody(relyingParty, request, 'device-link'), ...callbackField(request, rules) };
}

export function notificationAuthenticationBody(
  relyingParty: RelyingParty,
  request: NotificationAuthenticationRequest,
): Record<string, unknown> {
  return { ...authenticationBody(relyingParty, request, 'notification'), vcType: 'numeric4' };
}

export function signingCertificateBody(
  relyingParty: RelyingParty,
  { certificateLevel }: SigningCertificateRequest,
): Record<string, unknown> {
  if (certificateLevel !== undefined) checkCertificateLevel(certificateLevel, certificateLevels);
  return { ...identification(relyingParty), certificateLevel };
}

export function deviceLinkCertificateChoiceBody(
  relyingParty: RelyingParty,
  request: DeviceLinkCertificateChoiceRequest,
  rules: CallbackUrlRules,
): Record<string, unknown> {
  return { ...notificationCertificateChoiceBody(relyingParty, request), ...callbackField(request, rules) };
}

export function notificationCertificateChoiceBody(
  relyingParty: RelyingParty,
  request: NotificationCertificateChoiceRequest,
): Record<string, unknown> {
  if (request.certificateLevel !== undefined) checkCertificateLevel(request.certificateLevel, certificateLevels);
  return { ...commonFields(relyingParty, request), nonce: checkNonce(request.nonce) };
}

export function deviceLinkSignatureBody(
  relyingParty: RelyingParty,
  request: DeviceLinkSignatureRequest,
  rules: CallbackUrlRules,
): Record<string, unknown> {
  return { ...signatureBody(relyingParty, request, 'device-link'), ...callbackField(request, rules) };
}

export function notificationSignatureBody(
  relyingParty: RelyingParty,
  request: NotificationSignatureRequest,
): Record<string, unknown> {
  return signatureBody(relyingParty, request, 'notification');
}

/** The person is in the app already, so that the interactions are those of device links. */
export function linkedSignatureBody(
  relyingParty: RelyingParty,
  request: LinkedSignatureRequest,
): Record<string, unknown> {
  const linkedSessionID = parseUuid(request.linkedSessionID, 'linkedSessionID');
  return { ...signatureBody(relyingParty, request, 'device-link'), linkedSessionID };
}

function authenticationBody(
  relyingParty: RelyingParty,
  request: NotificationAuthenticationRequest,
  set: InteractionSet,
): Record<string, unknown> {
  const { rpChallenge, interactions, certificateLevel } = request;
  challengeBytes(rpChallenge);
  const algorithm = algorithmFields(request);
  decodeInteractions(interactions, set);
  if (certificateLevel !== undefined) checkCertificateLevel(certificateLevel, ['ADVANCED', 'QUALIFIED']);
  return {
    ...commonFields(relyingParty, request),
    signatureProtocol: 'ACSP_V2',
    signatureProtocolParameters: { rpChallenge, ...algorithm },
    interactions,
  };
}

function signatureBody(
  relyingParty: RelyingParty,
  request: NotificationSignatureRequest,
  set: InteractionSet,
): Record<string, unknown> {
  const { digest, interactions } = request;
  const algorithm = algorithmFields(request);
  digestBytes(digest, hashAlgorithmOf(request));
  decodeInteractions(interactions, set);
  return {
    ...notificationCertificateChoiceBody(relyingParty, request),
    signatureProtocol: 'RAW_DIGEST_SIGNATURE',
    signatureProtocolParameters: { digest, ...algorithm },
    interactions,
  };
}

function algorithmFields(choice: SignatureChoice): Record<string, unknown> {
  checkSignatureChoice(choice);
  const { signatureAlgorithm, hashAlgorithm } = choice;
  return { signatureAlgorithm, signatureAlgorithmParameters: hashAlgorithm && { hashAlgorithm } };
}

function commonFields(
  relyingParty: RelyingParty,
  { certificateLevel, requestProperties, capabilities }: CommonRequest & { certificateLevel?: CertificateLevel },
): Record<string, unknown> {
  checkRequestProperties(requestProperties);
  checkCapabilities(capabilities);
  return { ...identification(relyingParty), certificateLevel, requestProperties, capabilities };
}

/**
 * Properties that the service may come to know are let through: it passes over those that it does not, and says so.
 * @throws SmartIdInputError naming the one of the wrong type, or the whole where JSON has no word for what it holds.
 */
export function checkRequestProperties(properties: RequestProperties | undefined): void {
  if (properties === undefined) return;
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) {
    throw new SmartIdInputError('requestProperties', 'must be an object, such as { shareMdClientIpAddress: true }.');
  }
  const { shareMdClientIpAddress: share } = properties;
  if (share !== undefined && typeof share !== 'boolean') {
    throw new SmartIdInputError('requestProperties.shareMdClientIpAddress', 'must be true or false.');
  }
  try {
    JSON.stringify(properties);
  } catch {
    throw new SmartIdInputError('requestProperties', 'must hold only what JSON can hold: no BigInt, and no circle.');
  }
}

function checkCapabilities(capabilities: readonly string[] | undefined): void {
  if (capabilities === undefined) return;
  if (!Array.isArray(capabilities)) throw new SmartIdInputError('capabilities', 'must be a list of texts.');
  const wrong = capabilities.findIndex((one: unknown) => typeof one !== 'string' || one === '');
  if (wrong >= 0) throw new SmartIdInputError(`capabilities[${wrong}]`, 'must be a text that is not empty.');
}

/** These two alone, whatever else the object holds. */
function identification({ relyingPartyUUID, relyingPartyName }: RelyingParty): RelyingParty {
  return { relyingPartyUUID, relyingPartyName };
}

function callbackField({ initialCallbackUrl }: DeviceLinkRequest, rules: CallbackUrlRules): DeviceLinkRequest {
  if (initialCallbackUrl !== undefined) checkCallbackUrl(initialCallbackUrl, 'initialCallbackUrl', rules);
  return { initialCallbackUrl };
}

function checkNonce(nonce: string | undefined): string | undefined {
  if (nonce === undefined || (typeof nonce === 'string' && nonce.length >= 1 && nonce.length <= 30)) return nonce;
  throw new SmartIdInputError('nonce', 'must be a text of 1 to 30 characters.');
}
