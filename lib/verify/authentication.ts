/** The verification of an authentication (section "Verifying the response"): all checks, in the order they run. */

import type { KeyObject, X509Certificate } from 'node:crypto';
import { acspV2Message, type FlowType } from '../protocol/acsp-v2.js';
import type { AuthenticationCertificateLevel, SignatureChoice } from '../protocol/algorithms.js';
import { decodeBase64 } from '../protocol/base64.js';
import type { SessionStatus, StatusSignature } from '../rp-api/responses.js';
import { checkCertificate, type ExpectedSigner, forAuthentication } from './certificate-checks.js';
import { check, fail } from './check.js';
import type { Identity } from './identity.js';
import {
  checkCallback,
  checkEndResult,
  checkUserChallenge,
  completeStatusOf,
  flowTypeOf,
  interactionOf,
  type SessionFlows,
  type SigningCallbackParameters,
  signedAnswerOf,
  statedFlowType,
} from './session-checks.js';
import { checkAlgorithm, isSignatureOf } from './signature-value.js';
import type { TrustInput } from './trust-input.js';

export { authenticationChecks } from './check-names.js';

/** What the site sent or received when it created the session, and has kept on the server since. */
export interface AuthenticationSession extends SignatureChoice, SessionFlows {
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

/**
 * Verifies everything about an authentication and says who it was.
 * @throws SmartIdOutcomeError when the session ended without success.
 * @throws SmartIdVerificationError naming the check that failed.
 */
export async function verifyAuthentication(input: VerifyAuthenticationInput): Promise<VerifiedAuthentication> {
  const { status, session, callback, ...trust } = input;
  await check('callback', () => checkCallback(session, callback, statedFlowType(status)));
  const answer = await check('state', () => completeStatusOf(status));
  await check('end-result', () => checkEndResult(answer));
  const { signature, ...answered } = await check('signature-protocol', () => signedAnswerOf(answer, 'ACSP_V2'));
  const flowType = await check('flow-type', () => flowTypeOf(answer, session, callback));
  await check('user-challenge', () => checkUserChallenge(signature, flowType, callback));
  const account = await checkCertificate({ ...answered, asked: session, purpose: forAuthentication, trust });
  const { certificate, identity, level, documentNumber } = account;
  const interactionTypeUsed = await check('interaction', () =>
    interactionOf(answer, session.interactions, flowType === 'Notification' ? 'notification' : 'device-link'),
  );
  await check('signature-algorithm', () => checkAlgorithm(signature, session));
  await check('signature', () =>
    checkSignature(signature, certificate.publicKey, { ...session, interactionTypeUsed, flowType }),
  );
  return {
    identity,
    documentNumber,
    certificateLevel: level,
    certificate: certificate.node,
    flowType,
    interactionTypeUsed,
    deviceIpAddress: answer.deviceIpAddress,
  };
}

/** The app has signed this session, and what came of it, by the key of the certificate. */
function checkSignature(
  { value, serverRandom, userChallenge = '' }: StatusSignature,
  publicKey: KeyObject,
  signed: AuthenticationSession & { interactionTypeUsed: string; flowType: FlowType },
): void {
  if (!serverRandom || serverRandom.length < 24 || !decodeBase64(serverRandom)) fail('serverRandom is malformed');
  if (!/^[A-Za-z0-9_-]{43}$/.test(userChallenge)) fail('userChallenge is malformed');
  const message = acspV2Message({ ...signed, serverRandom, userChallenge });
  if (!isSignatureOf(Buffer.from(message, 'utf8'), value, publicKey, signed)) {
    fail("it is not one of the certificate's key over this session");
  }
}
