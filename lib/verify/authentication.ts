/** The verification of an authentication (section "Verifying the response"): all checks, in the order they run. */

import type { X509Certificate } from 'node:crypto';
import type { Identity } from '../identity.js';
import { acspV2Message, type FlowType, isSameDevice } from '../protocol/acsp-v2.js';
import type { AuthenticationCertificateLevel, SignatureChoice } from '../protocol/algorithms.js';
import { decodeBase64 } from '../protocol/base64.js';
import { userChallenge } from '../protocol/callback.js';
import { equalInConstantTime } from '../protocol/constant-time.js';
import type { SessionStatus } from '../rp-api/responses.js';
import {
  type CertificateContext,
  certificateChecks,
  type ExpectedSigner,
  type TrustInput,
} from './certificate-checks.js';
import { type Check, established, runChecks } from './check.js';
import {
  refuseCallback,
  refuseEndResult,
  refuseFlowTypeOfReturn,
  refuseInteraction,
  refuseSignatureProtocol,
  refuseState,
  type SessionContext,
  type SessionWays,
  type SignedAnswer,
  type SigningCallbackParameters,
} from './session-checks.js';
import { isSignatureOf, refuseAlgorithm } from './signature-value.js';

/** What the site sent or received when it created the session, and has kept on the server since. */
export interface AuthenticationSession extends SignatureChoice, SessionWays {
  /** `smart-id` in the live service, `smart-id-demo` in the demo. */
  schemeName: string;
  /** As it was sent to the service. */
  relyingPartyName: string;
  /** The name of the site behind a broker; brokers alone have one. */
  brokeredRpName?: string;
  /** Base64, as sent. */
  rpChallenge: string;
  /** Base64, as sent. */
  interactions: string;
  /** The lowest level that is accepted. */
  certificateLevel: AuthenticationCertificateLevel;
  /** The person or document that the session was for, if it named one. */
  expected?: ExpectedSigner;
}

/** The parameters that the app added to the callback URL. */
export interface CallbackParameters extends SigningCallbackParameters {
  /** Of the query of the callback URL. */
  userChallengeVerifier: string;
}

/** What a login is verified by. */
export interface VerifyAuthenticationInput extends TrustInput {
  /** The answer of `GET /session/{sessionID}`. */
  status: SessionStatus;
  /** What was asked for. */
  session: AuthenticationSession;
  /** Present if, and only if, the person came back through the callback URL. */
  callback?: CallbackParameters;
}

/** A person who has logged in: everything is verified. */
export interface VerifiedAuthentication {
  /** Who it is. */
  identity: Identity;
  /** The account, such as `PNOEE-40404040009-MOCK-Q`. */
  documentNumber: string;
  /** What the certificate states: the level asked for, or a higher one. */
  certificateLevel: AuthenticationCertificateLevel;
  /** The account's certificate for authentication. */
  certificate: X509Certificate;
  /** How the person came to the app. */
  flowType: FlowType;
  /** The `type` of the interaction that the app has shown. */
  interactionTypeUsed: string;
  /** The phone's address, where the relying party may ask for it. */
  deviceIpAddress?: string;
}

/** The input, and what earlier checks have established for later ones. */
interface Context extends VerifyAuthenticationInput, SessionContext, CertificateContext, SignedAnswer {
  session: AuthenticationSession;
  callback?: CallbackParameters;
}

const checks: readonly Check<Context>[] = [
  { name: 'callback', refuse: refuseCallback },
  { name: 'state', refuse: refuseState },
  { name: 'end-result', refuse: refuseEndResult },
  { name: 'signature-protocol', refuse: (context) => refuseSignatureProtocol(context, 'ACSP_V2') },
  { name: 'flow-type', refuse: refuseFlowTypeOfReturn },
  { name: 'user-challenge', refuse: refuseUserChallenge },
  ...certificateChecks('authentication'),
  { name: 'interaction', refuse: refuseUnofferedInteraction },
  { name: 'signature-algorithm', refuse: refuseSignatureAlgorithm },
  { name: 'signature', refuse: refuseSignature },
];

/** The names of the checks, in the order they run. */
export const authenticationChecks: readonly string[] = checks.map(({ name }) => name);

/**
 * Verifies everything about an authentication and says who it was.
 * @throws SmartIdOutcomeError when the session ended without success.
 * @throws SmartIdVerificationError naming the check that refused.
 */
export async function verifyAuthentication(input: VerifyAuthenticationInput): Promise<VerifiedAuthentication> {
  const context: Context = { ...input };
  await runChecks(checks, context);
  const { interactionTypeUsed, deviceIpAddress } = established(context.complete);
  return {
    identity: established(context.identity),
    documentNumber: established(context.documentNumber),
    certificateLevel: established(context.level) as AuthenticationCertificateLevel,
    certificate: established(context.certificate).node,
    flowType: established(context.flowType),
    interactionTypeUsed: established(interactionTypeUsed),
    deviceIpAddress,
  };
}

/** Whoever opened the callback URL must hold the answer to the challenge that the app signed. */
function refuseUserChallenge({ signature, flowType, callback }: Context): string | undefined {
  if (!isSameDevice(established(flowType))) return undefined;
  const challenge = established(signature).userChallenge ?? '';
  const verifier = established(callback).userChallengeVerifier;
  return equalInConstantTime(userChallenge(verifier), challenge)
    ? undefined
    : 'userChallengeVerifier does not belong to the signed user challenge';
}

function refuseUnofferedInteraction(context: Context): string | undefined {
  const { session, flowType } = context;
  return refuseInteraction(context, session.interactions, flowType === 'Notification' ? 'notification' : 'device-link');
}

function refuseSignatureAlgorithm({ signature, session }: Context): string | undefined {
  return refuseAlgorithm(established(signature), session);
}

function refuseSignature({ complete, signature, session, flowType, certificate }: Context): string | undefined {
  const { value, serverRandom, userChallenge: challenge } = established(signature);
  if (!serverRandom || serverRandom.length < 24 || !decodeBase64(serverRandom)) return 'serverRandom is malformed';
  if (!challenge || !/^[A-Za-z0-9_-]{43}$/.test(challenge)) return 'userChallenge is malformed';
  const message = acspV2Message({
    ...session,
    serverRandom,
    userChallenge: challenge,
    interactionTypeUsed: established(established(complete).interactionTypeUsed),
    flowType: established(flowType),
  });
  return isSignatureOf(Buffer.from(message, 'utf8'), value, established(certificate).publicKey, session)
    ? undefined
    : "it is not one of the certificate's key over this session";
}
