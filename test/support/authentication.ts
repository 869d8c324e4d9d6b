/** A genuine authentication from the simulator, as plain data to verify and to tamper with. */

import type { HashAlgorithm, SignatureAlgorithm } from '../../lib/protocol/algorithms.js';
import { generateChallenge } from '../../lib/protocol/challenge.js';
import { createDeviceLink } from '../../lib/protocol/device-link.js';
import { encodeInteractions } from '../../lib/protocol/interactions.js';
import { createRevocationChecker } from '../../lib/revocation.js';
import { SmartIdClient } from '../../lib/rp-api/client.js';
import type { CompleteSessionStatus } from '../../lib/rp-api/responses.js';
import type { Simulator } from '../../lib/simulator/index.js';
import { loadTrustAnchors } from '../../lib/trust/anchors.js';
import type { AuthenticationSession, VerifyAuthenticationInput } from '../../lib/verify/authentication.js';
import { callbackAfter, okDocument, usePhone } from './phone.js';

export interface Wish {
  flowType?: 'QR' | 'Web2App' | 'App2App' | 'Notification';
  documentNumber?: string;
  signatureAlgorithm?: SignatureAlgorithm;
  hashAlgorithm?: HashAlgorithm;
  certificateLevel?: 'ADVANCED' | 'QUALIFIED';
  brokeredRpName?: string;
  /** Encoded. */
  interactions?: string;
}

export type GenuineInput = VerifyAuthenticationInput & { status: CompleteSessionStatus };

const usualInteractions = encodeInteractions(
  [
    { type: 'confirmationMessage', displayText200: 'Log in to the test site' },
    { type: 'displayTextAndPIN', displayText60: 'Log in' },
  ],
  'device-link',
);
const initialCallbackUrl = 'http://127.0.0.1:9/callback?value=RrKjjT4aggzu27YBddX1bQ';

/** What `verifyAuthentication` takes, from a session that somebody has confirmed on the mock phone. */
export async function genuineAuthentication(simulator: Simulator, wish: Wish = {}): Promise<GenuineInput> {
  const { flowType = 'QR', documentNumber = okDocument, signatureAlgorithm = 'rsassa-pss' } = wish;
  const { certificateLevel = 'QUALIFIED', brokeredRpName, interactions = usualInteractions } = wish;
  const { environment, relyingPartyUUID, relyingPartyName, trustAnchors } = simulator;
  const hashAlgorithm = signatureAlgorithm === 'rsassa-pss' ? (wish.hashAlgorithm ?? 'SHA-512') : undefined;
  const client = new SmartIdClient({ environment, relyingPartyUUID, relyingPartyName });
  const isSameDevice = flowType === 'Web2App' || flowType === 'App2App';
  const sent = {
    rpChallenge: generateChallenge(),
    interactions,
    signatureAlgorithm,
    hashAlgorithm,
    certificateLevel,
    initialCallbackUrl: isSameDevice ? initialCallbackUrl : undefined,
  };
  const session: AuthenticationSession = {
    ...sent,
    schemeName: environment.schemeName,
    relyingPartyName,
    brokeredRpName,
    flowTypes: [flowType],
  };
  const input = {
    session,
    trustAnchors: loadTrustAnchors(trustAnchors, Date.now()),
    now: Date.now(),
    revocation: createRevocationChecker(),
  };
  if (flowType === 'Notification') {
    const { initialCallbackUrl: _, ...request } = sent;
    const { sessionID } = await client.authenticationNotificationDocument(documentNumber, request);
    return { ...input, status: await client.waitForSession(sessionID) };
  }
  const { sessionID, ...created } = await client.authenticationDeviceLinkAnonymous(sent);
  const deviceLink = createDeviceLink({
    ...session,
    ...created,
    deviceLinkType: flowType,
    sessionType: 'auth',
    lang: 'eng',
    elapsedSeconds: 0,
  });
  const use = { deviceLink, flowType, documentNumber };
  if (!isSameDevice) await usePhone(simulator, use);
  const query = isSameDevice ? new URL(await callbackAfter(simulator, use)).searchParams : undefined;
  return {
    ...input,
    session: { ...session, sessionSecret: created.sessionSecret },
    callback: query && {
      sessionSecretDigest: query.get('sessionSecretDigest') ?? '',
      userChallengeVerifier: query.get('userChallengeVerifier') ?? '',
    },
    status: await client.waitForSession(sessionID),
  };
}

/** The input with its answer changed by a function that gets a copy. */
export function withStatus<T extends VerifyAuthenticationInput>(input: T, change: (status: any) => void): T {
  const status = structuredClone(input.status);
  change(status);
  return { ...input, status };
}

/** The certificate (DER) in the answer. */
export function certificateOf({ status }: GenuineInput): Buffer {
  return Buffer.from(status.cert?.value ?? '', 'base64');
}

/** The input with another certificate (DER) in its answer. */
export function withCertificate<T extends VerifyAuthenticationInput>(input: T, certificate: Uint8Array): T {
  return withStatus(input, (status) => {
    status.cert.value = Buffer.from(certificate).toString('base64');
  });
}
