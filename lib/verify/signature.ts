/** The verification of a signature session (section "Verifying the response"): all checks, in the order they run. */

import type { X509Certificate } from 'node:crypto';
import type { Identity } from '../identity.js';
import { type FlowType, isSameDevice } from '../protocol/acsp-v2.js';
import { type CertificateLevel, hashAlgorithmOf, type SignatureChoice } from '../protocol/algorithms.js';
import { decodeBase64 } from '../protocol/base64.js';
import { calculateDigest, digestBytes } from '../protocol/digest.js';
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
  refuseFlowType,
  refuseFlowTypeOfReturn,
  refuseInteraction,
  refuseMissingReturn,
  refuseReturn,
  refuseSignatureProtocol,
  refuseState,
  type SessionContext,
  type SessionWays,
  type SignedAnswer,
  type SigningCallbackParameters,
} from './session-checks.js';
import { isSignatureOf, isSignatureOfDigest, refuseAlgorithm } from './signature-value.js';

/** What the site sent or received when it created the session, and has kept on the server since. */
export interface SignatureSession extends SignatureChoice, SessionWays {
  /** Base64, as sent. */
  digest: string;
  /** Base64, as sent. */
  interactions: string;
  /** The lowest level that is accepted. */
  certificateLevel: CertificateLevel;
  /** The person or document that the session was for, if it named one. */
  expected?: ExpectedSigner;
  /** Base64 of the DER of the certificate that the document to be signed names; the signature must be of its key. */
  signingCertificate?: string;
  /**
   * Of a linked signature: the device-link certificate choice that it follows, whose callback URL is used once it is
   * done.
   */
  linked?: SessionWays & { flowType: FlowType };
}

/** What a signature is verified by. */
export interface VerifySignatureInput extends TrustInput {
  /** The answer of `GET /session/{sessionID}`. */
  status: SessionStatus;
  /** What was asked for. */
  session: SignatureSession;
  /** Present if, and only if, the person came back through the callback URL. */
  callback?: SigningCallbackParameters;
  /** The bytes that are signed, if they are at hand; the digest alone is enough. */
  data?: Uint8Array;
}

/** A signature of a person: everything is verified. */
export interface VerifiedSignature {
  /** The signature itself. */
  value: Buffer;
  /** Who has signed. */
  identity: Identity;
  /** The account, such as `PNOEE-40404040009-MOCK-Q`. */
  documentNumber: string;
  /** What the certificate states: the level asked for, or a higher one. */
  certificateLevel: CertificateLevel;
  /** The account's certificate for signatures. */
  certificate: X509Certificate;
  /** How the person came to the app. */
  flowType: FlowType;
  /** The `type` of the interaction that the app has shown. */
  interactionTypeUsed: string;
  /** The phone's address, where the relying party may ask for it. */
  deviceIpAddress?: string;
}

/** The input, and what earlier checks have established for later ones. */
interface Context extends VerifySignatureInput, SessionContext, CertificateContext, SignedAnswer {
  session: SignatureSession;
}

const checks: readonly Check<Context>[] = [
  { name: 'callback', refuse: refuseCallbackOfSignature },
  { name: 'state', refuse: refuseState },
  { name: 'end-result', refuse: refuseEndResult },
  { name: 'signature-protocol', refuse: (context) => refuseSignatureProtocol(context, 'RAW_DIGEST_SIGNATURE') },
  { name: 'flow-type', refuse: refuseFlowTypeOfSignature },
  ...certificateChecks('signature'),
  { name: 'signing-certificate', refuse: refuseOtherCertificate },
  { name: 'interaction', refuse: refuseUnofferedInteraction },
  { name: 'signature-algorithm', refuse: refuseSignatureAlgorithm },
  { name: 'digest', refuse: refuseDigest },
  { name: 'signature', refuse: refuseSignature },
];

/** The names of the checks, in the order they run. */
export const signatureChecks: readonly string[] = checks.map(({ name }) => name);

/**
 * Verifies everything about a signature and says who gave it.
 * @throws SmartIdOutcomeError when the session ended without success.
 * @throws SmartIdVerificationError naming the check that refused.
 */
export async function verifySignature(input: VerifySignatureInput): Promise<VerifiedSignature> {
  const context: Context = { ...input };
  await runChecks(checks, context);
  const { interactionTypeUsed, deviceIpAddress } = established(context.complete);
  return {
    value: established(decodeBase64(established(context.signature).value ?? '')),
    identity: established(context.identity),
    documentNumber: established(context.documentNumber),
    certificateLevel: established(context.level),
    certificate: established(context.certificate).node,
    flowType: established(context.session.linked?.flowType ?? context.flowType),
    interactionTypeUsed: established(interactionTypeUsed),
    deviceIpAddress,
  };
}

/** A linked signature has no callback URL of its own: the person comes back by that of the certificate choice. */
function refuseCallbackOfSignature(context: Context): string | undefined {
  const { session, callback } = context;
  const { linked } = session;
  if (!linked) return refuseCallback(context);
  if (!linked.flowTypes.includes(linked.flowType)) return 'the choice was not offered by its flow type';
  if (!callback) return refuseMissingReturn(linked.flowType);
  if (!isSameDevice(linked.flowType)) return 'the callback URL was used for a flow type without callback';
  return refuseReturn(linked, callback);
}

function refuseFlowTypeOfSignature(context: Context): string | undefined {
  return context.session.linked ? refuseFlowType(context) : refuseFlowTypeOfReturn(context);
}

/** The document names the certificate that was learned before it was made, so it must be signed with that one. */
function refuseOtherCertificate({ session, cert }: Context): string | undefined {
  const { signingCertificate } = session;
  return signingCertificate === undefined || signingCertificate === established(cert).value
    ? undefined
    : 'it is not the certificate that the document names';
}

function refuseUnofferedInteraction(context: Context): string | undefined {
  const { session, flowType } = context;
  return refuseInteraction(
    context,
    session.interactions,
    flowType === 'Notification' && !session.linked ? 'notification' : 'device-link',
  );
}

function refuseSignatureAlgorithm({ signature, session }: Context): string | undefined {
  return refuseAlgorithm(established(signature), session);
}

/** Whether what was sent is the digest of the data. */
function refuseDigest({ session, data }: Context): string | undefined {
  const hashAlgorithm = hashAlgorithmOf(session);
  digestBytes(session.digest, hashAlgorithm);
  if (data === undefined) return undefined;
  return calculateDigest(data, hashAlgorithm) === session.digest ? undefined : 'it is not the digest of the data';
}

function refuseSignature({ signature, session, certificate, data }: Context): string | undefined {
  const { value } = established(signature);
  const { publicKey } = established(certificate);
  const isGenuine =
    data === undefined
      ? isSignatureOfDigest(session.digest, value, publicKey, session)
      : isSignatureOf(data, value, publicKey, session);
  return isGenuine ? undefined : "it is not one of the certificate's key over the digest";
}
