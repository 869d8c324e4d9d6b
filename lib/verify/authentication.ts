/** The verification of an authentication (section "Verifying the response"): all checks, in the order they run. */

import { SmartIdOutcomeError } from '../errors.js';
import { type Identity, identityOf } from '../identity.js';
import { acspV2Message, type FlowType, flowTypes, isSameDevice } from '../protocol/acsp-v2.js';
import type { AuthenticationCertificateLevel, SignatureChoice } from '../protocol/algorithms.js';
import { decodeBase64 } from '../protocol/base64.js';
import { sessionSecretDigest, userChallenge } from '../protocol/callback.js';
import { equalInConstantTime } from '../protocol/constant-time.js';
import { documentBelongsTo } from '../protocol/document-number.js';
import { decodeInteractions } from '../protocol/interactions.js';
import type { CompleteSessionStatus, SessionStatus } from '../rp-api/responses.js';
import type { TrustAnchors } from '../trust/anchors.js';
import { type Certificate, parseCertificate } from '../trust/certificate.js';
import { buildPath } from '../trust/path.js';
import { authenticationLevel, hasStrongRsaKey, isForAuthentication } from '../trust/profile.js';
import type { RevocationChecker } from '../trust/revocation/revocation.js';
import { documentNumberInSubjectAltName } from '../trust/subject-alt-name.js';
import { type Check, runChecks } from './check.js';
import { isSignatureOf, refuseAlgorithm } from './signature-value.js';

/** What the site sent or received when it created the session, and has kept on the server since. */
export interface AuthenticationSession extends SignatureChoice {
  schemeName: string;
  relyingPartyName: string;
  brokeredRpName?: string;
  /** Base64, as sent. */
  rpChallenge: string;
  /** Base64, as sent. */
  interactions: string;
  certificateLevel: AuthenticationCertificateLevel;
  /** The flow types that the person could use. */
  flowTypes: readonly FlowType[];
  /** As sent; needed for the same-device flows. */
  initialCallbackUrl?: string;
  /** Base64, as received; needed for the same-device flows. */
  sessionSecret?: string;
  /** The person or document that the session was for, if it named one. */
  expected?: ExpectedSigner;
}

export type ExpectedSigner = { semanticsIdentifier: string } | { documentNumber: string };

/** The parameters that the app added to the callback URL. */
export interface CallbackParameters {
  sessionSecretDigest: string;
  userChallengeVerifier: string;
}

export interface VerifyAuthenticationInput {
  /** The answer of `GET /session/{sessionID}`. */
  status: SessionStatus;
  session: AuthenticationSession;
  /** Present if, and only if, the person came back through the callback URL. */
  callback?: CallbackParameters;
  trustAnchors: TrustAnchors;
  /** Made once by `createRevocationChecker`, and used for all verifications. */
  revocation: RevocationChecker;
  /** Also take the certificate policies of the demo environment's 2016 CA; never with the live service. */
  acceptDemoPolicies?: boolean;
  /** Milliseconds since the epoch. */
  now: number;
}

export interface VerifiedAuthentication {
  identity: Identity;
  documentNumber: string;
  /** What the certificate states: the level asked for, or a higher one. */
  certificateLevel: AuthenticationCertificateLevel;
  certificate: Certificate;
  flowType: FlowType;
  interactionTypeUsed: string;
  /** The phone's address, where the relying party may ask for it. */
  deviceIpAddress?: string;
}

/** An answer that has everything in it; whether it is right is for the checks to say. */
type SignedStatus = CompleteSessionStatus & Required<Pick<CompleteSessionStatus, 'signature' | 'cert'>>;

/** The input, and what earlier checks have established for later ones. */
interface Context extends VerifyAuthenticationInput {
  complete?: CompleteSessionStatus;
  signed?: SignedStatus;
  flowType?: FlowType;
  certificate?: Certificate;
  path?: Certificate[];
  level?: AuthenticationCertificateLevel;
  identity?: Identity;
}

/** What an earlier check has established; that it has not is an error, and refuses. */
function established<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('An earlier check did not establish this value.');
  return value;
}

const checks: readonly Check<Context>[] = [
  { name: 'callback', refuse: refuseCallback },
  { name: 'state', refuse: refuseState },
  { name: 'end-result', refuse: refuseEndResult },
  { name: 'signature-protocol', refuse: refuseSignatureProtocol },
  { name: 'flow-type', refuse: refuseFlowType },
  { name: 'user-challenge', refuse: refuseUserChallenge },
  { name: 'certificate', refuse: refuseCertificate },
  { name: 'certificate-path', refuse: refusePath },
  { name: 'revocation', refuse: refuseRevoked },
  { name: 'certificate-profile', refuse: refuseProfile },
  { name: 'certificate-level', refuse: refuseLevel },
  { name: 'identity', refuse: refuseIdentity },
  { name: 'document-number', refuse: refuseDocumentNumber },
  { name: 'expected-signer', refuse: refuseUnexpectedSigner },
  { name: 'interaction', refuse: refuseInteraction },
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
  const signed = established(context.signed);
  return {
    identity: established(context.identity),
    documentNumber: established(signed.result.documentNumber),
    certificateLevel: established(context.level),
    certificate: established(context.certificate),
    flowType: established(context.flowType),
    interactionTypeUsed: established(signed.interactionTypeUsed),
    deviceIpAddress: signed.deviceIpAddress,
  };
}

/** Same-device answers count only in the browser that came back with the session's own secret (section "Callback URLs"). */
function refuseCallback({ status, session, callback }: Context): string | undefined {
  if (!callback) {
    const flowType = status.state === 'COMPLETE' ? status.signature?.flowType : undefined;
    return isSameDevice(flowType) ? 'the person has not come back through the callback URL' : undefined;
  }
  if (!session.sessionSecret || !session.initialCallbackUrl) return 'the session has no callback URL';
  return equalInConstantTime(callback.sessionSecretDigest, sessionSecretDigest(session.sessionSecret))
    ? undefined
    : 'sessionSecretDigest does not belong to the session';
}

function refuseState(context: Context): string | undefined {
  if (context.status.state !== 'COMPLETE') return 'the session is not complete';
  context.complete = context.status;
  return undefined;
}

function refuseEndResult({ complete }: Context): undefined {
  const { endResult, details } = established(complete).result;
  if (endResult !== 'OK') throw new SmartIdOutcomeError(endResult, details?.interaction);
}

function refuseSignatureProtocol(context: Context): string | undefined {
  const complete = established(context.complete);
  const { signatureProtocol, signature, cert } = complete;
  if (signatureProtocol !== 'ACSP_V2') return 'the signature protocol is not ACSP_V2';
  if (!signature) return 'there is no signature';
  if (!cert) return 'there is no certificate';
  context.signed = { ...complete, signature, cert };
  return undefined;
}

/** A session that offered a QR code must not be answered as a notification, which would skip the user challenge. */
function refuseFlowType(context: Context): string | undefined {
  const answered = established(context.signed).signature.flowType;
  const flowType = flowTypes.find((known) => known === answered);
  if (!flowType || !context.session.flowTypes.includes(flowType)) return 'the flow type was not offered';
  if (context.callback && !isSameDevice(flowType)) return 'the callback URL was used for a flow type without callback';
  context.flowType = flowType;
  return undefined;
}

/** Whoever opened the callback URL must hold the answer to the challenge that the app signed. */
function refuseUserChallenge({ signed, flowType, callback }: Context): string | undefined {
  if (!isSameDevice(established(flowType))) return undefined;
  const challenge = established(signed).signature.userChallenge ?? '';
  const verifier = established(callback).userChallengeVerifier;
  return equalInConstantTime(userChallenge(verifier), challenge)
    ? undefined
    : 'userChallengeVerifier does not belong to the signed user challenge';
}

function refuseCertificate(context: Context): string | undefined {
  const der = decodeBase64(established(context.signed).cert.value);
  if (!der?.length) return 'it is not Base64';
  context.certificate = parseCertificate(der);
  return undefined;
}

async function refusePath(context: Context): Promise<string | undefined> {
  const { certificate, trustAnchors, now } = context;
  const result = await buildPath(established(certificate), trustAnchors, now);
  if ('refusal' in result) return result.refusal;
  context.path = result.path;
  return undefined;
}

function refuseRevoked({ path, revocation, now }: Context): Promise<string | undefined> {
  return revocation.refuse(established(path), now);
}

/** The purpose and the level, from the certificate; the answer's own word for the level must agree. */
function refuseProfile(context: Context): string | undefined {
  const certificate = established(context.certificate);
  if (!hasStrongRsaKey(certificate)) return 'its key is not an RSA key of at least 2048 bits';
  if (!isForAuthentication(certificate)) return 'its key usage is not that of a Smart-ID authentication certificate';
  context.level = authenticationLevel(certificate, { acceptDemoPolicies: context.acceptDemoPolicies ?? false });
  if (!context.level) return 'its policies are not those of a Smart-ID authentication certificate';
  const { certificateLevel } = established(context.signed).cert;
  return context.level === certificateLevel ? undefined : 'its policies state another level than the answer';
}

function refuseLevel({ level, session }: Context): string | undefined {
  return level === 'QUALIFIED' || session.certificateLevel === 'ADVANCED'
    ? undefined
    : 'its level is below the one asked for';
}

function refuseIdentity(context: Context): undefined {
  context.identity = identityOf(established(context.certificate));
}

/** The certificate names its document in newer issues; in all of them the document must be the person's. */
function refuseDocumentNumber({ signed, certificate, identity }: Context): string | undefined {
  const { documentNumber } = established(signed).result;
  if (!documentNumber) return 'there is none';
  if (!documentBelongsTo(documentNumber, established(identity).semanticsIdentifier)) {
    return "it is not one of the certificate's subject";
  }
  const named = documentNumberInSubjectAltName(established(certificate));
  return named !== undefined && named !== documentNumber ? 'it is not the one in the certificate' : undefined;
}

function refuseUnexpectedSigner({ signed, identity, session }: Context): string | undefined {
  const { expected } = session;
  if (!expected) return undefined;
  const matches =
    'documentNumber' in expected
      ? expected.documentNumber === established(signed).result.documentNumber
      : expected.semanticsIdentifier === established(identity).semanticsIdentifier;
  return matches ? undefined : 'the session was for somebody else';
}

function refuseInteraction({ signed, session, flowType }: Context): string | undefined {
  const set = flowType === 'Notification' ? 'notification' : 'device-link';
  const offered = decodeInteractions(session.interactions, set);
  const { interactionTypeUsed } = established(signed);
  return offered.some(({ type }) => type === interactionTypeUsed) ? undefined : 'the interaction was not offered';
}

function refuseSignatureAlgorithm({ signed, session }: Context): string | undefined {
  return refuseAlgorithm(established(signed).signature, session);
}

function refuseSignature({ signed, session, flowType, certificate }: Context): string | undefined {
  const { signature, interactionTypeUsed } = established(signed);
  const { value, serverRandom, userChallenge: challenge } = signature;
  if (!serverRandom || serverRandom.length < 24 || !decodeBase64(serverRandom)) return 'serverRandom is malformed';
  if (!challenge || !/^[A-Za-z0-9_-]{43}$/.test(challenge)) return 'userChallenge is malformed';
  const message = acspV2Message({
    ...session,
    serverRandom,
    userChallenge: challenge,
    interactionTypeUsed: established(interactionTypeUsed),
    flowType: established(flowType),
  });
  return isSignatureOf(message, value, established(certificate).publicKey, session)
    ? undefined
    : "it is not one of the certificate's key over this session";
}
