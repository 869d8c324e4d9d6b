/** A genuine authentication from the simulator, as plain data to verify and to tamper with. */

import type { FlowType } from '../../lib/protocol/acsp-v2.js';
import type { HashAlgorithm, SignatureAlgorithm } from '../../lib/protocol/algorithms.js';
import { generateChallenge } from '../../lib/protocol/challenge.js';
import { encodeInteractions } from '../../lib/protocol/interactions.js';
import type { CompleteSessionStatus } from '../../lib/rp-api/responses.js';
import type { Simulator } from '../../lib/simulator/index.js';
import type { AuthenticationSession, VerifyAuthenticationInput } from '../../lib/verify/authentication.js';
import { callbackOf, callbackUrlOf, clientOf, trustOf, useDeviceLink } from './genuine.js';
import { okDocument } from './phone.js';

export interface Wish {
  flowType?: FlowType;
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

/** What `verifyAuthentication` takes, from a session that somebody has confirmed on the mock phone. */
export async function genuineAuthentication(simulator: Simulator, wish: Wish = {}): Promise<GenuineInput> {
  const { flowType = 'QR', documentNumber = okDocument, signatureAlgorithm = 'rsassa-pss' } = wish;
  const { certificateLevel = 'QUALIFIED', brokeredRpName, interactions = usualInteractions } = wish;
  const hashAlgorithm = signatureAlgorithm === 'rsassa-pss' ? (wish.hashAlgorithm ?? 'SHA-512') : undefined;
  const client = clientOf(simulator);
  const request = {
    rpChallenge: generateChallenge(),
    interactions,
    signatureAlgorithm,
    hashAlgorithm,
    certificateLevel,
  };
  const initialCallbackUrl = callbackUrlOf(flowType);
  const session: AuthenticationSession = {
    ...request,
    initialCallbackUrl,
    schemeName: simulator.environment.schemeName,
    relyingPartyName: simulator.relyingPartyName,
    brokeredRpName,
    flowTypes: [flowType],
  };
  const input = { session, ...trustOf(simulator) };
  if (flowType === 'Notification') {
    const { sessionID } = await client.authenticationNotificationDocument(documentNumber, request);
    return { ...input, status: await client.waitForSession(sessionID) };
  }
  const created = await client.authenticationDeviceLinkAnonymous({ ...request, initialCallbackUrl });
  const use = { ...request, brokeredRpName, flowType, documentNumber, sessionType: 'auth' } as const;
  const query = await useDeviceLink(simulator, created, use);
  const callback = callbackOf(query);
  return {
    ...input,
    session: { ...session, sessionSecret: created.sessionSecret },
    callback: callback && { ...callback, userChallengeVerifier: query?.get('userChallengeVerifier') ?? '' },
    status: await client.waitForSession(created.sessionID),
  };
}
