/**
 * What makes a signature of level LT: the certificates up to the anchors, and OCSP answers that are newer than the
 * timestamp (ETSI EN 319 142-1, section 6.3; EN 319 132-1, section 6.3). Validators in the Baltic states call a
 * signature invalid whose OCSP answer is older than its timestamp, so none that was had before will do.
 */

import { setTimeout as wait } from 'node:timers/promises';
import { SmartIdServiceError, SmartIdVerificationError } from '../shared/errors.js';
import { exchange, type Fetch } from '../shared/http.js';
import { fetchOverKeptConnections } from '../shared/kept-connections.js';
import type { TrustAnchors } from '../trust/anchors.js';
import type { Certificate } from '../trust/certificate.js';
import { buildPath } from '../trust/path.js';
import { certIdOf, createOcspRequest } from '../trust/revocation/ocsp-request.js';
import { readOcspResponse } from '../trust/revocation/ocsp-response.js';
import { Responders } from '../trust/revocation/responders.js';
import { ocspUrls } from '../trust/revocation/revocation.js';
import type { SignatureEvidence } from './evidence.js';
import type { Timestamp } from './timestamp/verify-token.js';

/** Whose evidence is collected, and how. */
export interface EvidenceQuestion {
  /** The signer's. */
  certificate: Certificate;
  /** The CAs that issue certificates of signers. */
  trustAnchors: TrustAnchors;
  /** Of the signature: the OCSP answers must be newer. */
  timestamp: Timestamp;
  /** Default: HTTP over connections that are kept for the next request. */
  fetch?: Fetch;
  /** Milliseconds since the epoch. */
  clock: () => number;
  signal?: AbortSignal;
  /**
   * Milliseconds for one answer.
   * @default `10_000`
   */
  timeoutMs?: number;
}

/** Validators warn of an OCSP answer that is this much newer than the timestamp: take another timestamp before that. */
export const maxTimestampAgeMs = 15 * 60_000;
/** And they refuse one that is this much newer. */
const maxOcspDelayMs = 24 * 3_600_000;
/** How far behind the timestamp's clock that of a responder may be: until it has caught up, it is asked again. */
const maxClockLagMs = 60_000;
/** Of one responder: it is waited for as long as its clock is behind, so the second answer should do. */
const maxQuestions = 4;
const maxOcspBytes = 64 * 1024;
const responderName = 'The OCSP responder';

/**
 * Asks for all that is needed, now. Where somebody cannot be reached it can be tried again with the same timestamp.
 * @throws SmartIdVerificationError `certificate-path`, `revocation` or `timestamp` when a certificate does not lead to
 * an anchor, is not good, or the timestamp is too old; SmartIdServiceError when a responder cannot be reached or gives
 * no answer that can be used; the signal's reason when aborted.
 */
export async function collectEvidence(question: EvidenceQuestion): Promise<SignatureEvidence> {
  const { certificate, trustAnchors, timestamp, fetch = fetchOverKeptConnections() } = question;
  const { subjects, certificates } = subjectsOf({ certificate, trustAnchors, timestamp });
  const responders = new Responders();
  // Who waits for a slow clock need not when somebody else has refused.
  const failed = new AbortController();
  const signal = question.signal ? AbortSignal.any([question.signal, failed.signal]) : failed.signal;
  const answers = subjects.map((subject) => askResponders({ ...question, fetch, signal }, { ...subject, responders }));
  const ocspResponses = await Promise.all(answers).finally(() => failed.abort());
  return { timestamp: timestamp.token, certificates, ocspResponses };
}

/** What `collectEvidence` had before. */
export interface KnownEvidence {
  /** DER, in the order in which they were had. */
  ocspResponses: readonly Uint8Array<ArrayBuffer>[];
  /** When the last one was had: milliseconds since the epoch. */
  collectedAt: number;
}

/**
 * The same evidence once more, from answers that come from a store: they must be what would be taken from a responder,
 * and of the time at which they were had.
 * @throws SmartIdVerificationError or SmartIdServiceError where they are not.
 */
export function readEvidence(
  about: Pick<EvidenceQuestion, 'certificate' | 'trustAnchors' | 'timestamp'>,
  { ocspResponses, collectedAt: now }: KnownEvidence,
): SignatureEvidence {
  const { timestamp } = about;
  const { subjects, certificates } = subjectsOf(about);
  const responders = new Responders();
  const isGood = ({ certificate, issuer }: Subject, der: Uint8Array<ArrayBuffer> | undefined) => {
    if (!der) return false;
    const request = { certId: certIdOf(certificate, issuer) };
    const { status, producedAt } = readAnswer(der, { request, issuer, responders, now });
    return status === 'good' && producedAt >= timestamp.time && producedAt <= timestamp.time + maxOcspDelayMs;
  };
  if (subjects.length === ocspResponses.length && subjects.every((one, index) => isGood(one, ocspResponses[index]))) {
    return { timestamp: timestamp.token, certificates, ocspResponses };
  }
  throw new SmartIdVerificationError('revocation', 'the OCSP answers are not those of this signature');
}

/** Whom an OCSP answer is needed about, and the certificates up to the anchors (DER). */
function subjectsOf({
  certificate,
  trustAnchors,
  timestamp,
}: Pick<EvidenceQuestion, 'certificate' | 'trustAnchors' | 'timestamp'>): {
  subjects: Subject[];
  certificates: Uint8Array[];
} {
  const signerPath = signerPathAt(certificate, trustAnchors, timestamp.time);
  const subjects = [{ certificate: signerPath[0], issuer: signerPath[1] }];
  const [unit, unitAnchor] = timestamp.path;
  // Nobody can be asked about one that is trusted by itself, or that names nobody to ask.
  if (unitAnchor && ocspUrls(unit).length > 0) subjects.push({ certificate: unit, issuer: unitAnchor });
  const certificates = [...signerPath, ...timestamp.path].filter((one) => one !== undefined);
  return { subjects, certificates: distinct(certificates.map(({ der }) => der)) };
}

function signerPathAt(certificate: Certificate, anchors: TrustAnchors, time: number) {
  const result = buildPath(certificate, anchors, time);
  if ('refusal' in result) throw new SmartIdVerificationError('certificate-path', result.refusal);
  return result.path;
}

function distinct(certificates: readonly Uint8Array[]): Uint8Array[] {
  return certificates.filter(
    (one, index) => certificates.findIndex((other) => Buffer.compare(one, other) === 0) === index,
  );
}

/** Whoever is asked, it is over the same connections. */
type Asking = EvidenceQuestion & { fetch: Fetch };

interface Subject {
  certificate: Certificate;
  issuer: Certificate;
}

type AskedSubject = Subject & { responders: Responders };

/** DER of a good answer of the first responder that gives one. */
async function askResponders(question: Asking, subject: AskedSubject): Promise<Uint8Array> {
  let failure: SmartIdServiceError | undefined;
  for (const url of ocspUrls(subject.certificate)) {
    try {
      return await askUntilNewer(url, question, subject);
    } catch (error) {
      if (!(error instanceof SmartIdServiceError)) throw error;
      failure = error;
    }
  }
  throw failure ?? new SmartIdVerificationError('revocation', 'the certificate names no OCSP responder');
}

/** One whose clock is a little behind would make a file that validators refuse. */
async function askUntilNewer(url: string, question: Asking, subject: AskedSubject): Promise<Uint8Array> {
  const { timestamp, signal } = question;
  for (let questions = 1; ; questions++) {
    const { der, producedAt } = await askOnce(url, question, subject);
    const lagMs = timestamp.time - producedAt;
    if (lagMs < -maxOcspDelayMs) throw new SmartIdVerificationError('timestamp', 'it is too old for an OCSP answer');
    if (lagMs <= 0) return der;
    if (lagMs > maxClockLagMs || questions === maxQuestions) {
      throw new SmartIdServiceError('bad_response', `${responderName} answers with a time before the timestamp.`);
    }
    await wait(lagMs, undefined, { signal });
  }
}

async function askOnce(
  url: string,
  { fetch, clock, signal, timeoutMs = 10_000 }: Asking,
  { certificate, issuer, responders }: AskedSubject,
): Promise<{ der: Uint8Array; producedAt: number }> {
  const request = createOcspRequest(certificate, issuer);
  const answer = await exchange(fetch, {
    service: responderName,
    method: 'POST',
    url,
    headers: { 'content-type': 'application/ocsp-request' },
    body: request.der,
    timeoutMs,
    maxBytes: maxOcspBytes,
    signal,
  });
  if (answer.status !== 200) {
    const code = answer.status >= 500 ? 'server_error' : 'bad_response';
    const message = `${responderName} answered with status ${answer.status}.`;
    throw new SmartIdServiceError(code, message, { httpStatus: answer.status });
  }
  const der = new Uint8Array(answer.body);
  const { status, producedAt } = readAnswer(der, { request, issuer, responders, now: clock() });
  if (status === 'good') return { der, producedAt };
  const what = status === 'revoked' ? 'is revoked' : 'is unknown to its CA';
  throw new SmartIdVerificationError('revocation', `the certificate ${what}`);
}

/** What cannot be used may be the work of somebody on the way, and another try may have another answer. */
function readAnswer(der: Uint8Array<ArrayBuffer>, context: Parameters<typeof readOcspResponse>[1]) {
  let result: ReturnType<typeof readOcspResponse>;
  try {
    result = readOcspResponse(der, context);
  } catch (cause) {
    throw new SmartIdServiceError('bad_response', `${responderName} sent something that is not an OCSP answer.`, {
      cause,
    });
  }
  if (!('refusal' in result)) return result;
  throw new SmartIdServiceError('bad_response', `${responderName} gave no answer that can be used: ${result.refusal}.`);
}
