/**
 * The start of a signing: the certificate first. For a known document the service gives it at once, and the signature
 * session begins; otherwise a session begins in which the person chooses it.
 */

import type { Request } from 'express';
import { type Attempt, attemptLifetimeMs, generateAttemptId } from '../attempt/attempt.js';
import { offerFlows, orProblem } from '../attempt/create-session.js';
import type { LinkLanguage } from '../protocol/device-link.js';
import type { Flow } from '../shared/undertaking.js';
import type { ExpectedSigner } from '../verify/certificate-checks.js';
import { verifySigningCertificate } from '../verify/certificate-choice.js';
import type { ResolvedSigningOptions } from './options.js';
import { prepareDigest } from './prepare.js';
import {
  chooseByDeviceLink,
  chooseByNotification,
  decoySignature,
  type SessionOrDecoy,
  signByDeviceLink,
  signByNotification,
} from './sessions.js';

/** What is decided for each signing. */
export interface SigningStart {
  flow: Flow;
  expected?: ExpectedSigner;
  reference?: string;
  /** Base64, for the interaction set of the flow. */
  interactions: string;
  lang: LinkLanguage;
  returnTo?: string;
}

/**
 * A new attempt; with a decoy where no account can be used, as in a login. Undefined when the site turns the signer
 * away.
 * @throws SmartIdInputError, SmartIdRequestError, SmartIdServiceError, SmartIdVerificationError, and errors of
 * `prepare`.
 */
export async function beginSigning(
  settings: ResolvedSigningOptions,
  start: SigningStart,
  req: Request,
): Promise<Attempt | undefined> {
  const { flow, reference, interactions, lang, returnTo } = start;
  const id = generateAttemptId();
  const begun = await beginOrDiscard(settings, start, id, req);
  if (!begun) return undefined;
  const receivedAt = settings.clock();
  return {
    id,
    purpose: settings.purpose,
    flow,
    returnTo,
    expiresAt: receivedAt + attemptLifetimeMs,
    session: { receivedAt, lang, ...begun.session },
    signing: { reference, interactions },
    accountProblem: begun.accountProblem,
  };
}

async function beginOrDiscard(
  settings: ResolvedSigningOptions,
  start: SigningStart,
  id: string,
  req: Request,
): Promise<SessionOrDecoy | undefined> {
  try {
    const begun = await begin(settings, start, id, req);
    if (begun?.accountProblem) await settings.discard(id);
    return begun;
  } catch (error) {
    await settings.discard(id);
    throw error;
  }
}

function begin(
  settings: ResolvedSigningOptions,
  start: SigningStart,
  id: string,
  req: Request,
): Promise<SessionOrDecoy | undefined> {
  const { flow, expected } = start;
  if (expected && 'documentNumber' in expected) {
    return beginSignature(settings, start, expected.documentNumber, id, req);
  }
  const person = expected?.semanticsIdentifier;
  return flow === 'notification' && person !== undefined
    ? chooseByNotification(settings, person)
    : chooseByDeviceLink(settings, { flow, id, person });
}

async function beginSignature(
  settings: ResolvedSigningOptions,
  { flow, interactions, reference }: SigningStart,
  documentNumber: string,
  id: string,
  req: Request,
): Promise<SessionOrDecoy | undefined> {
  const certificate = await signingCertificate(settings, documentNumber);
  if ('accountProblem' in certificate) {
    const session = await decoySignature(settings, { signer: { documentNumber }, interactions }, flow, id);
    return { session, accountProblem: certificate.accountProblem };
  }
  const toSign = await prepareDigest(settings, certificate.verified, { id, reference }, req);
  if (!toSign) return undefined;
  const terms = { toSign, signer: certificate.verified, interactions };
  return flow === 'notification'
    ? signByNotification(settings, terms)
    : signByDeviceLink(settings, terms, offerFlows(settings, flow, id));
}

/** The certificate of a known document, verified, or what is the matter with the account. */
async function signingCertificate(
  { client, certificateLevel, trust, clock }: ResolvedSigningOptions,
  documentNumber: string,
) {
  const { session: answer, accountProblem } = await orProblem(
    client.signatureCertificate(documentNumber, { certificateLevel }),
  );
  if (!answer) return { accountProblem };
  if (answer.state === 'DOCUMENT_UNUSABLE') return { accountProblem: 'document_unusable' } as const;
  const asked = { answer, documentNumber, certificateLevel };
  return { verified: await verifySigningCertificate({ ...asked, ...trust, now: clock() }) };
}
