/** Genuine signatures and certificate choices from the simulator, as plain data to verify and to tamper with. */

import { randomBytes } from 'node:crypto';
import type { FlowType } from '../../lib/protocol/acsp-v2.js';
import {
  type CertificateLevel,
  type HashAlgorithm,
  hashAlgorithmOf,
  type SignatureAlgorithm,
} from '../../lib/protocol/algorithms.js';
import { calculateDigest } from '../../lib/protocol/digest.js';
import { semanticsIdentifierOf } from '../../lib/protocol/document-number.js';
import { encodeInteractions } from '../../lib/protocol/interactions.js';
import type { CompleteSessionStatus, DeviceLinkSession } from '../../lib/rp-api/responses.js';
import type { Simulator } from '../../lib/simulator/index.js';
import type { CertificateChoiceSession, VerifyCertificateChoiceInput } from '../../lib/verify/certificate-choice.js';
import type { SignatureSession, VerifySignatureInput } from '../../lib/verify/signature.js';
import { callbackOf, callbackUrlOf, clientOf, trustOf, useDeviceLink } from './genuine.js';
import { okDocument } from './phone.js';

export interface ChoiceWish {
  /** `QR` if left out. With a callback URL the app waits for a linked signature before it uses it, see `linkedSignatureWaitMs`. */
  flowType?: FlowType;
  documentNumber?: string;
  certificateLevel?: CertificateLevel;
}

export interface SignatureWish extends ChoiceWish {
  /** By a certificate choice of this flow type first, to which the signature is linked; `flowType` does not count then. */
  linkedTo?: 'QR' | 'Web2App' | 'App2App';
  /** Of the endpoint: a document, or a person. */
  named?: 'document' | 'etsi';
  signatureAlgorithm?: SignatureAlgorithm;
  hashAlgorithm?: HashAlgorithm;
  data?: Buffer;
  /** Whether the verification gets to know the digest alone. */
  digestOnly?: boolean;
  /** Encoded. */
  interactions?: string;
}

export type GenuineSignature = VerifySignatureInput & { status: CompleteSessionStatus };
export type GenuineChoice = VerifyCertificateChoiceInput & { status: CompleteSessionStatus };

export const contract = Buffer.from('The contract');

const usualInteractions = encodeInteractions(
  [
    { type: 'confirmationMessage', displayText200: 'Sign the contract' },
    { type: 'displayTextAndPIN', displayText60: 'Sign' },
  ],
  'device-link',
);

/** The same request within 15 seconds would give the session that is there already. */
const newNonce = () => randomBytes(9).toString('base64');

type SignatureRequest = ReturnType<typeof signatureRequest>;

function signatureRequest(wish: SignatureWish) {
  const { signatureAlgorithm = 'rsassa-pss', certificateLevel = 'QUALIFIED', data = contract } = wish;
  const { interactions = usualInteractions } = wish;
  const hashAlgorithm = signatureAlgorithm === 'rsassa-pss' ? (wish.hashAlgorithm ?? 'SHA-512') : undefined;
  const digest = calculateDigest(data, hashAlgorithmOf({ signatureAlgorithm, hashAlgorithm }));
  return { digest, interactions, signatureAlgorithm, hashAlgorithm, certificateLevel };
}

/** What `verifySignature` takes, from a session that somebody has confirmed on the mock phone. */
export async function genuineSignature(simulator: Simulator, wish: SignatureWish = {}): Promise<GenuineSignature> {
  const { data = contract, digestOnly = false, linkedTo, flowType = 'QR' } = wish;
  const request = signatureRequest(wish);
  const answered = linkedTo
    ? await linkedSignature(simulator, request, linkedTo, wish)
    : flowType === 'Notification'
      ? await pushedSignature(simulator, request, wish)
      : await deviceLinkSignature(simulator, request, flowType, wish);
  return { ...answered, ...trustOf(simulator), ...(digestOnly ? {} : { data }) };
}

type Answered = Pick<GenuineSignature, 'status' | 'session' | 'callback'>;

async function deviceLinkSignature(
  simulator: Simulator,
  request: SignatureRequest,
  flowType: 'QR' | 'Web2App' | 'App2App',
  { documentNumber = okDocument, named = 'document' }: SignatureWish,
): Promise<Answered> {
  const client = clientOf(simulator);
  const initialCallbackUrl = callbackUrlOf(flowType);
  const sent = { ...request, initialCallbackUrl, nonce: newNonce() };
  const created =
    named === 'document'
      ? await client.signatureDeviceLinkDocument(documentNumber, sent)
      : await client.signatureDeviceLinkEtsi(semanticsIdentifierOf(documentNumber), sent);
  const use = { ...request, flowType, documentNumber, sessionType: 'sign' } as const;
  const callback = callbackOf(await useDeviceLink(simulator, created, use));
  return {
    session: { ...request, ...waysOf(flowType, created) },
    callback,
    status: await client.waitForSession(created.sessionID),
  };
}

async function pushedSignature(
  simulator: Simulator,
  request: SignatureRequest,
  { documentNumber = okDocument, named = 'document' }: SignatureWish,
): Promise<Answered> {
  const client = clientOf(simulator);
  const sent = { ...request, nonce: newNonce() };
  const { sessionID } =
    named === 'document'
      ? await client.signatureNotificationDocument(documentNumber, sent)
      : await client.signatureNotificationEtsi(semanticsIdentifierOf(documentNumber), sent);
  return { session: { ...request, flowTypes: ['Notification'] }, status: await client.waitForSession(sessionID) };
}

/** The app uses the callback URL of the choice, once the signature is given. */
async function linkedSignature(
  simulator: Simulator,
  request: SignatureRequest,
  linkedTo: 'QR' | 'Web2App' | 'App2App',
  { documentNumber = okDocument, certificateLevel }: SignatureWish,
): Promise<Answered> {
  const client = clientOf(simulator);
  const choice = await createdChoice(simulator, linkedTo, certificateLevel);
  const chosen = useDeviceLink(simulator, choice, { flowType: linkedTo, documentNumber, sessionType: 'cert' });
  const status = await client.waitForSession(choice.sessionID);
  const { sessionID } = await client.signatureNotificationLinked(status.result.documentNumber ?? '', {
    ...request,
    nonce: newNonce(),
    linkedSessionID: choice.sessionID,
  });
  const session: SignatureSession = {
    ...request,
    flowTypes: ['Notification'],
    linked: { ...waysOf(linkedTo, choice), flowType: linkedTo },
    signingCertificate: status.cert?.value,
  };
  return { session, callback: callbackOf(await chosen), status: await client.waitForSession(sessionID) };
}

/** What `verifyCertificateChoice` takes, from a session that somebody has confirmed on the mock phone. */
export async function genuineCertificateChoice(simulator: Simulator, wish: ChoiceWish = {}): Promise<GenuineChoice> {
  const { flowType = 'QR', documentNumber = okDocument, certificateLevel = 'QUALIFIED' } = wish;
  const client = clientOf(simulator);
  const trust = trustOf(simulator);
  if (flowType === 'Notification') {
    const request = { certificateLevel, nonce: newNonce() };
    const person = semanticsIdentifierOf(documentNumber);
    const { sessionID } = await client.certificateChoiceNotificationEtsi(person, request);
    const session: CertificateChoiceSession = { certificateLevel, flowTypes: [flowType] };
    return { session, ...trust, status: await client.waitForSession(sessionID) };
  }
  const created = await createdChoice(simulator, flowType, certificateLevel);
  const use = { flowType, documentNumber, sessionType: 'cert' } as const;
  const callback = callbackOf(await useDeviceLink(simulator, created, use));
  return {
    ...trust,
    session: { certificateLevel, ...waysOf(flowType, created) },
    callback,
    status: await client.waitForSession(created.sessionID),
  };
}

function createdChoice(
  simulator: Simulator,
  flowType: FlowType,
  certificateLevel?: CertificateLevel,
): Promise<DeviceLinkSession> {
  return clientOf(simulator).certificateChoiceDeviceLinkAnonymous({
    certificateLevel,
    initialCallbackUrl: callbackUrlOf(flowType),
    nonce: newNonce(),
  });
}

function waysOf(flowType: FlowType, { sessionSecret }: DeviceLinkSession) {
  return { flowTypes: [flowType], initialCallbackUrl: callbackUrlOf(flowType), sessionSecret };
}
