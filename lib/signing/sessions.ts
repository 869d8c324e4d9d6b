/**
 * The sessions of a signing at the RP API (section "Signing"): a certificate choice, and the signature in its three
 * ways. Each gives what must be remembered of it.
 */

import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { Attempt, RunningSession } from '../attempt/attempt.js';
import {
  createAnonymousSession,
  createNamedSession,
  linkTerms,
  type OfferedFlows,
  offerFlows,
  orProblem,
  shownOf,
} from '../attempt/create-session.js';
import type { FlowType } from '../protocol/acsp-v2.js';
import { hashAlgorithmOf, hashOctets } from '../protocol/algorithms.js';
import type { DeviceLinkSession } from '../rp-api/responses.js';
import type { Flow } from '../shared/undertaking.js';
import type { VerifiedSigningCertificate } from '../verify/certificate-choice.js';
import type { ResolvedSigningOptions } from './options.js';
import type { PreparedDigest } from './prepare.js';

/** What must be remembered of a session, without what is the same for all of an attempt. */
export type NewSigningSession = Omit<RunningSession, 'receivedAt' | 'lang'>;

export interface SessionOrDecoy {
  session: NewSigningSession;
  accountProblem?: Attempt['accountProblem'];
}

/** What is to be signed, and by whom. */
export interface SignatureTerms {
  toSign: PreparedDigest;
  signer: Pick<VerifiedSigningCertificate, 'documentNumber'> & Partial<VerifiedSigningCertificate>;
  /** Base64, for the interaction set of the flow. */
  interactions: string;
}

/** Whoever opens the link chooses; a linked signature must follow at once. */
export async function chooseByDeviceLink(
  settings: ResolvedSigningOptions,
  { flow, id, person }: { flow: Flow; id: string; person?: string },
): Promise<SessionOrDecoy> {
  const { callbackSecret, ...ways } = offerFlows(settings, flow, id);
  const { initialCallbackUrl } = ways;
  const creation = anonymousChoice(settings, initialCallbackUrl);
  const { sessionSecret, ...shown } = await createAnonymousSession(settings.decoys, creation);
  const asked = { ...choiceTerms(settings, person), ...ways, sessionSecret, linkedSignatureFollows: true } as const;
  return { session: { ...shown, callbackSecret, asked } };
}

/** The named person chooses after a push; a signature by another push must follow. */
export async function chooseByNotification(settings: ResolvedSigningOptions, person: string): Promise<SessionOrDecoy> {
  const { client, certificateLevel, requestProperties } = settings;
  const request = { certificateLevel, requestProperties, nonce: createNonce() };
  const { session, accountProblem } = await orProblem(client.certificateChoiceNotificationEtsi(person, request));
  const sessionID = session?.sessionID ?? randomUUID();
  const asked = { ...choiceTerms(settings, person), flowTypes: ['Notification'] as const };
  return { session: { sessionID, asked }, accountProblem };
}

export async function signByDeviceLink(
  settings: ResolvedSigningOptions,
  terms: SignatureTerms,
  { callbackSecret, ...ways }: OfferedFlows,
): Promise<SessionOrDecoy> {
  const { client, decoys } = settings;
  const { initialCallbackUrl } = ways;
  const request = { ...signatureRequest(settings, terms), initialCallbackUrl };
  const { accountProblem, sessionSecret, ...shown } = await createNamedSession(
    decoys,
    client.signatureDeviceLinkDocument(terms.signer.documentNumber, request),
    () => makeDecoy(settings),
  );
  const asked = { ...signatureTerms(settings, terms), ...ways, sessionSecret };
  return { session: { ...shown, callbackSecret, asked }, accountProblem };
}

export async function signByNotification(
  settings: ResolvedSigningOptions,
  terms: SignatureTerms,
): Promise<SessionOrDecoy> {
  const { session, accountProblem } = await orProblem(
    settings.client.signatureNotificationDocument(terms.signer.documentNumber, signatureRequest(settings, terms)),
  );
  return session
    ? { session: notified(settings, terms, session.sessionID, session.vc.value) }
    : { session: decoyNotification(settings, terms), accountProblem };
}

/** Goes on with a person who has just chosen the certificate and is still in the app. */
export async function signLinked(
  settings: ResolvedSigningOptions,
  terms: SignatureTerms,
  choice: RunningSession,
  flowType: FlowType,
): Promise<NewSigningSession> {
  const { flowTypes, initialCallbackUrl, sessionSecret } = choice.asked;
  const { sessionID } = await settings.client.signatureNotificationLinked(terms.signer.documentNumber, {
    ...signatureRequest(settings, terms),
    linkedSessionID: choice.sessionID,
  });
  return {
    sessionID,
    callbackSecret: choice.callbackSecret,
    asked: {
      ...signatureTerms(settings, terms),
      flowTypes: ['Notification'],
      linked: { flowTypes, initialCallbackUrl, sessionSecret, flowType },
    },
  };
}

/** What is shown of a document that cannot sign: the same as of one that can. */
export async function decoySignature(
  settings: ResolvedSigningOptions,
  terms: Omit<SignatureTerms, 'toSign'>,
  flow: Flow,
  id: string,
): Promise<NewSigningSession> {
  const digest = randomBytes(hashOctets(hashAlgorithmOf(settings.signature))).toString('base64');
  const made = { ...terms, toSign: { ...settings.signature, digest } };
  if (flow === 'notification') return decoyNotification(settings, made);
  const { callbackSecret, ...ways } = offerFlows(settings, flow, id);
  const { sessionSecret, ...shown } = shownOf(await makeDecoy(settings));
  return { ...shown, callbackSecret, asked: { ...signatureTerms(settings, made), ...ways, sessionSecret } };
}

/**
 * Where no session has been seen in this process, one in which nobody is named shows what they look like. That is the
 * second request of this start, as the signature is of a document that can sign.
 */
async function makeDecoy(settings: ResolvedSigningOptions): Promise<DeviceLinkSession> {
  const decoy = settings.decoys.make();
  if (decoy) return decoy;
  settings.decoys.learn(await anonymousChoice(settings));
  return makeDecoy(settings);
}

function decoyNotification(settings: ResolvedSigningOptions, terms: SignatureTerms): NewSigningSession {
  return notified(settings, terms, randomUUID(), String(randomInt(10_000)).padStart(4, '0'));
}

function notified(
  settings: ResolvedSigningOptions,
  terms: SignatureTerms,
  sessionID: string,
  verificationCode: string,
): NewSigningSession {
  return { sessionID, verificationCode, asked: { ...signatureTerms(settings, terms), flowTypes: ['Notification'] } };
}

/** A session in which nobody is named. */
function anonymousChoice(settings: ResolvedSigningOptions, initialCallbackUrl?: string) {
  const { client, certificateLevel, requestProperties } = settings;
  return client.certificateChoiceDeviceLinkAnonymous({
    certificateLevel,
    requestProperties,
    initialCallbackUrl,
    nonce: createNonce(),
  });
}

function choiceTerms(settings: ResolvedSigningOptions, person: string | undefined) {
  const expected = person === undefined ? undefined : { semanticsIdentifier: person };
  const { certificateLevel } = settings;
  return { sessionType: 'cert', ...linkTerms(settings), certificateLevel, expected } as const;
}

function signatureTerms(settings: ResolvedSigningOptions, { toSign, signer, interactions }: SignatureTerms) {
  return {
    sessionType: 'sign',
    ...linkTerms(settings),
    ...toSign,
    interactions,
    certificateLevel: settings.certificateLevel,
    expected: { documentNumber: signer.documentNumber },
    signingCertificate: signer.certificate?.raw.toString('base64'),
  } as const;
}

function signatureRequest(settings: ResolvedSigningOptions, { toSign, interactions }: SignatureTerms) {
  const { certificateLevel, requestProperties } = settings;
  return { ...toSign, interactions, certificateLevel, requestProperties, nonce: createNonce() };
}

/** Every request is meant anew: without a nonce the service may answer two of the same kind with one session. */
function createNonce(): string {
  return randomBytes(15).toString('base64url');
}
