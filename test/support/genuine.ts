/** What genuine answers of all kinds of sessions have in common, and how they are changed to be tampered with. */

import type { FlowType } from '../../lib/protocol/acsp-v2.js';
import { isSameDevice } from '../../lib/protocol/acsp-v2.js';
import type { SessionType } from '../../lib/protocol/auth-code.js';
import { createDeviceLink, type DeviceLinkInput } from '../../lib/protocol/device-link.js';
import { SmartIdClient } from '../../lib/rp-api/client.js';
import type { CompleteSessionStatus, DeviceLinkSession, SessionStatus } from '../../lib/rp-api/responses.js';
import type { Simulator } from '../../lib/simulator/index.js';
import { loadTrustAnchors } from '../../lib/trust/anchors.js';
import { createRevocationChecker } from '../../lib/trust/revocation/over-http.js';
import type { SessionFlows } from '../../lib/verify/session-checks.js';
import type { TrustInput } from '../../lib/verify/trust-input.js';
import { callbackAfter, usePhone } from './phone.js';

/** What the verifications of all kinds of sessions take. */
export interface GenuineAnswer extends TrustInput {
  status: CompleteSessionStatus;
  session: SessionFlows;
  callback?: { sessionSecretDigest: string };
}

/** Nobody listens there: the callback URL stays unused. */
const callbackUrl = 'http://127.0.0.1:9/callback?value=RrKjjT4aggzu27YBddX1bQ';

/** What a session by this flow sends as its callback URL. */
export function callbackUrlOf(flowType: FlowType): string | undefined {
  return isSameDevice(flowType) ? callbackUrl : undefined;
}

export function clientOf({ environment, relyingPartyUUID, relyingPartyName }: Simulator): SmartIdClient {
  return new SmartIdClient({ environment, relyingPartyUUID, relyingPartyName });
}

export function trustOf({ trustAnchors }: Simulator): TrustInput {
  const now = Date.now();
  return { trustAnchors: loadTrustAnchors(trustAnchors, now), now, revocation: createRevocationChecker() };
}

/** A device link that was just made, and who uses it. */
type Use = { flowType: 'QR' | 'Web2App' | 'App2App'; documentNumber: string; sessionType: SessionType } & Pick<
  DeviceLinkInput,
  'rpChallenge' | 'digest' | 'interactions' | 'brokeredRpName'
>;

/** Somebody uses the device link; the query of the callback URL, where the flow has one. */
export async function useDeviceLink(
  simulator: Simulator,
  created: DeviceLinkSession,
  { flowType, documentNumber, ...signed }: Use,
): Promise<URLSearchParams | undefined> {
  const deviceLink = createDeviceLink({
    ...signed,
    ...created,
    schemeName: simulator.environment.schemeName,
    relyingPartyName: simulator.relyingPartyName,
    initialCallbackUrl: callbackUrlOf(flowType),
    deviceLinkType: flowType,
    lang: 'eng',
    elapsedSeconds: 0,
  });
  const use = { deviceLink, flowType, documentNumber };
  if (isSameDevice(flowType)) return new URL(await callbackAfter(simulator, use)).searchParams;
  await usePhone(simulator, use);
  return undefined;
}

/** The parameter that the callback URL of every session gets. */
export function callbackOf(query: URLSearchParams | undefined): { sessionSecretDigest: string } | undefined {
  return query && { sessionSecretDigest: query.get('sessionSecretDigest') ?? '' };
}

/** The input with its answer changed by a function that gets a copy. */
export function withStatus<T extends { status: SessionStatus }>(input: T, change: (status: any) => void): T {
  const status = structuredClone(input.status);
  change(status);
  return { ...input, status };
}

/** The certificate (DER) in the answer. */
export function certificateOf({ status }: { status: CompleteSessionStatus }): Buffer {
  return Buffer.from(status.cert?.value ?? '', 'base64');
}

/** The input with another certificate (DER) in its answer. */
export function withCertificate<T extends { status: SessionStatus }>(input: T, certificate: Uint8Array): T {
  return withStatus(input, (status) => {
    status.cert.value = Buffer.from(certificate).toString('base64');
  });
}
