/**
 * From a draft and the signature value to the signed file. Each step adds to the draft what it has made, so that
 * whoever keeps the draft can go on from there: what a person has signed is asked for once, and a timestamp is bought
 * once.
 */

import { SmartIdError, SmartIdInputError, SmartIdVerificationError } from '../shared/errors.js';
import type { Fetch } from '../shared/http.js';
import type { TrustAnchors } from '../trust/anchors.js';
import { type Certificate, parseCertificate } from '../trust/certificate.js';
import { isSignatureOf } from '../verify/signature-value.js';
import { checkDraft, isEvidence } from './check-draft.js';
import { collectEvidence, maxTimestampAgeMs, readEvidence } from './collect-evidence.js';
import { type ContainerDraft, containerFormat } from './container/index.js';
import { containerType } from './container/manifest.js';
import type { DraftEvidence, DraftFields } from './draft.js';
import type { SignatureEvidence } from './evidence.js';
import type { DocumentFormat } from './format.js';
import { choiceOf } from './options.js';
import { type PdfDraft, pdfFormat } from './pdf/index.js';
import { readTimestamp, requestTimestamp } from './timestamp/timestamp.js';
import type { Timestamp } from './timestamp/verify-token.js';

/** How old a timestamp counts as where evidence is asked for by way of trial: a day is the most that it may be older. */
const trialAgeMs = 12 * 3_600_000;

/** A document that waits for its signature, or for what belongs to it: JSON, for any store. */
export type DocumentDraft = PdfDraft | ContainerDraft;

/** Who is asked for timestamps. */
export interface TimestampAuthority {
  /** Such as `http://tsa.sk.ee`, which needs a contract. */
  url: string;
  /** Of `loadTimestampAnchors`. */
  trustAnchors: TrustAnchors;
  /**
   * Object identifier of the only policy that will do.
   * @default any will
   */
  policy?: string;
}

/** Who is asked when a document is completed, and whom that is believed from. */
export interface CompletionServices {
  /** The CAs that issue certificates of signers, of `loadTrustAnchors`. */
  trustAnchors: TrustAnchors;
  /** For the levels `T` and `LT`. */
  timestampAuthority?: TimestampAuthority;
  /** Replaces the HTTP over kept connections, for a proxy or a test. */
  fetch?: Fetch;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

/** A signed file. */
export interface SignedDocument {
  /** The file. */
  content: Buffer;
  /** `application/pdf` or `application/vnd.etsi.asic-e+zip`. */
  contentType: string;
  /** When the authority says that the signature was there: milliseconds since the epoch. Not for the level `B`. */
  timestampedAt?: number;
}

/**
 * The draft with the signature in it.
 * @param value the raw RSA signature, as the app gave it.
 * @throws SmartIdVerificationError `signature` when it is not that of this draft by the key of its certificate;
 * SmartIdInputError naming `draft` when that has expired, or is none.
 */
export function addSignature<Draft extends DocumentDraft>(draft: Draft, value: Uint8Array, now: number): Draft {
  checkDraft(draft);
  return signChecked(draft, value, now);
}

/** `addSignature` for a draft that has been checked. */
export function signChecked<Draft extends DocumentDraft>(draft: Draft, value: Uint8Array, now: number): Draft {
  if (now > draft.expiresAt) throw new SmartIdInputError('draft', 'has expired: prepare the document again.');
  const signature = Buffer.from(value).toString('base64');
  checkSignature(draft, signature);
  return { ...draft, signature };
}

/**
 * @param signature Base64.
 * @throws SmartIdVerificationError `signature` when it is not that of this draft by the key of its certificate.
 */
export function checkSignature(draft: DocumentDraft, signature: string): void {
  const { publicKey } = certificateOf(draft);
  if (isSignatureOf(Buffer.from(draft.data, 'base64'), signature, publicKey, choiceOf(draft))) return;
  throw new SmartIdVerificationError('signature', 'it is not that of this document by the key of its certificate');
}

/**
 * The signed file of a draft that has its signature.
 * @param keep is called, and waited for, with the draft once it has got a timestamp, which costs money, and once more
 * with all its evidence. Where it returns a draft that has evidence, that of somebody who was sooner, the file is made of
 * it.
 * @throws SmartIdServiceError when the timestamp authority or the OCSP responder cannot be reached: try again, with what
 * was kept; SmartIdVerificationError when what they say does not verify; SmartIdInputError naming `draft` when that was
 * changed.
 */
export async function completeDraft(
  draft: DocumentDraft,
  services: CompletionServices,
  keep: KeepDraft = async () => undefined,
): Promise<SignedDocument> {
  checkDraft(draft);
  return completeChecked(draft, services, keep);
}

/** Keeps a draft, and may return the one that is to be gone on with. */
export type KeepDraft = (draft: DocumentDraft) => Promise<DocumentDraft | undefined>;

/** `completeDraft` for a draft that has been checked. */
export async function completeChecked(
  draft: DocumentDraft,
  services: CompletionServices,
  keep: KeepDraft,
): Promise<SignedDocument> {
  return 'pdf' in draft
    ? complete(draft, pdfFormat, 'application/pdf', services, keep)
    : complete(draft, containerFormat, containerType, services, keep);
}

async function complete<Draft extends DocumentDraft>(
  draft: Draft,
  format: DocumentFormat<Draft>,
  contentType: string,
  services: CompletionServices,
  keep: KeepDraft,
): Promise<SignedDocument> {
  if (draft.signature === undefined) throw new SmartIdInputError('draft', 'has no signature yet.');
  // Verified again, because it comes from a store.
  checkSignature(draft, draft.signature);
  const signature = Buffer.from(draft.signature, 'base64');
  if (draft.level === 'B') {
    return { content: await format.assemble(draft, signature, { certificates: [], ocspResponses: [] }), contentType };
  }
  const { evidence, timestampedAt } = await evidenceOf(
    draft,
    format.timestampedBytes(draft, signature),
    services,
    keep,
  );
  return { content: await format.assemble(draft, signature, evidence), contentType, timestampedAt };
}

/** What the file is made of beside the signature. */
interface FileEvidence {
  evidence: SignatureEvidence;
  timestampedAt: number;
}

/** Of all who complete one draft, each makes the file of the evidence that was kept first. */
async function evidenceOf(
  draft: DocumentDraft,
  bytes: Uint8Array,
  services: CompletionServices,
  keep: KeepDraft,
): Promise<FileEvidence> {
  const known = knownEvidence(draft, bytes, services);
  if (known) return known;
  const timestamp = await timestampOf(draft, bytes, services, keep);
  const evidence = await newEvidence(draft, timestamp, services);
  const base64 = (der: Uint8Array) => Buffer.from(der).toString('base64');
  const collected: DraftEvidence = {
    timestamp: base64(timestamp.token),
    ocspResponses: evidence.ocspResponses.map(base64),
    collectedAt: services.clock(),
  };
  const kept = await keep({ ...draft, timestamp: collected.timestamp, evidence: collected });
  return (kept && knownEvidence(kept, bytes, services)) ?? { evidence, timestampedAt: timestamp.time };
}

/** Of a draft that has been completed before. What does not verify counts as not there: it can be had again. */
function knownEvidence(
  draft: DocumentDraft,
  bytes: Uint8Array,
  { timestampAuthority, trustAnchors }: CompletionServices,
): FileEvidence | undefined {
  const kept: unknown = draft.evidence;
  if (!isEvidence(kept) || !timestampAuthority) return undefined;
  const { collectedAt } = kept;
  const token = Buffer.from(kept.timestamp, 'base64');
  const ocspResponses = kept.ocspResponses.map((answer) => Buffer.from(answer, 'base64'));
  try {
    const timestamp = readTimestamp({ token, bytes, hashAlgorithm: draft.hashAlgorithm, ...timestampAuthority });
    const about = { certificate: certificateOf(draft), trustAnchors, timestamp };
    const evidence =
      draft.level === 'T' ? timestampAlone(timestamp) : readEvidence(about, { ocspResponses, collectedAt });
    return { evidence, timestampedAt: timestamp.time };
  } catch (error) {
    if (error instanceof SmartIdError) return undefined;
    throw error;
  }
}

const timestampAlone = ({ token }: Timestamp): SignatureEvidence => ({
  timestamp: token,
  certificates: [],
  ocspResponses: [],
});

/** The one that is there, unless it is too old for an OCSP answer of now; else a new one, which takes its place. */
async function timestampOf(
  draft: DocumentDraft,
  bytes: Uint8Array,
  services: CompletionServices,
  keep: KeepDraft,
): Promise<Timestamp> {
  const { timestampAuthority, fetch, clock } = services;
  if (!timestampAuthority) {
    throw new SmartIdInputError('timestampAuthority', `must be given for the level ${draft.level}.`);
  }
  const about = { bytes, hashAlgorithm: draft.hashAlgorithm, ...timestampAuthority };
  const known = knownTimestamp(draft, about);
  if (known && (draft.level === 'T' || clock() - known.time < maxTimestampAgeMs)) return known;
  // Another one is of no use, and costs, where the certificate has been revoked since or nobody answers.
  if (known) await newEvidence(draft, { ...known, time: Math.max(known.time, clock() - trialAgeMs) }, services);
  const timestamp = await requestTimestamp({ ...about, fetch, clock });
  // Without evidence that does not verify any more.
  await keep({ ...draft, evidence: undefined, timestamp: timestamp.token.toString('base64') });
  return timestamp;
}

/** One that does not verify counts as not there: the site may have another authority by now, or another policy. */
function knownTimestamp(
  { timestamp }: { timestamp?: unknown },
  about: Omit<Parameters<typeof readTimestamp>[0], 'token'>,
): Timestamp | undefined {
  if (typeof timestamp !== 'string') return undefined;
  try {
    return readTimestamp({ ...about, token: Buffer.from(timestamp, 'base64') });
  } catch (error) {
    if (error instanceof SmartIdVerificationError) return undefined;
    throw error;
  }
}

async function newEvidence(
  draft: DocumentDraft,
  timestamp: Timestamp,
  { trustAnchors, fetch, clock }: CompletionServices,
): Promise<SignatureEvidence> {
  if (draft.level === 'T') return timestampAlone(timestamp);
  return collectEvidence({ certificate: certificateOf(draft), trustAnchors, timestamp, fetch, clock });
}

function certificateOf({ certificate }: DraftFields): Certificate {
  try {
    return parseCertificate(Buffer.from(certificate, 'base64'));
  } catch (cause) {
    throw new SmartIdInputError('draft', 'holds no certificate of a signer.', { cause });
  }
}
