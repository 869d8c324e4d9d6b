/**
 * From a draft and the signature value to the signed file. Each step adds to the draft what it has made, so that
 * whoever keeps the draft can go on from there: what a person has signed is asked for once, and a timestamp is bought
 * once.
 */

import { SmartIdInputError, SmartIdVerificationError } from '../shared/errors.js';
import type { Fetch } from '../shared/http.js';
import type { TrustAnchors } from '../trust/anchors.js';
import { type Certificate, parseCertificate } from '../trust/certificate.js';
import { isSignatureOf } from '../verify/signature-value.js';
import { checkDraft } from './check-draft.js';
import { collectEvidence, maxTimestampAgeMs } from './collect-evidence.js';
import { type ContainerDraft, containerFormat } from './container/index.js';
import { containerType } from './container/manifest.js';
import type { DraftFields } from './draft.js';
import type { SignatureEvidence } from './evidence.js';
import type { DocumentFormat } from './format.js';
import { choiceOf } from './options.js';
import { type PdfDraft, pdfFormat } from './pdf/index.js';
import { readTimestamp, requestTimestamp } from './timestamp/timestamp.js';
import type { Timestamp } from './timestamp/verify-token.js';

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
  if (now > draft.expiresAt) throw new SmartIdInputError('draft', 'has expired: prepare the document again.');
  const signature = Buffer.from(value).toString('base64');
  checkSignature(draft, signature);
  return { ...draft, signature };
}

function checkSignature(draft: DocumentDraft, signature: string): void {
  const { publicKey } = certificateOf(draft);
  if (isSignatureOf(Buffer.from(draft.data, 'base64'), signature, publicKey, choiceOf(draft))) return;
  throw new SmartIdVerificationError('signature', 'it is not that of this document by the key of its certificate');
}

/**
 * The signed file of a draft that has its signature.
 * @param keep is called with the draft once it has got a timestamp, which costs money, and waited for.
 * @throws SmartIdServiceError when the timestamp authority or the OCSP responder cannot be reached: try again, with
 * what was kept; SmartIdVerificationError when what they say does not verify; SmartIdInputError naming `draft` when
 * that was changed.
 */
export async function completeDraft(
  draft: DocumentDraft,
  services: CompletionServices,
  keep: (draft: DocumentDraft) => Promise<void> = async () => {},
): Promise<SignedDocument> {
  checkDraft(draft);
  return 'pdf' in draft
    ? complete(draft, pdfFormat, 'application/pdf', services, keep)
    : complete(draft, containerFormat, containerType, services, keep);
}

async function complete<Draft extends DocumentDraft>(
  draft: Draft,
  format: DocumentFormat<Draft>,
  contentType: string,
  services: CompletionServices,
  keep: (draft: DocumentDraft) => Promise<void>,
): Promise<SignedDocument> {
  if (draft.signature === undefined) throw new SmartIdInputError('draft', 'has no signature yet.');
  // Verified again, because it comes from a store.
  checkSignature(draft, draft.signature);
  const signature = Buffer.from(draft.signature, 'base64');
  if (draft.level === 'B') {
    return { content: await format.assemble(draft, signature, { certificates: [], ocspResponses: [] }), contentType };
  }
  const timestamp = await timestampOf(draft, format.timestampedBytes(draft, signature), services, keep);
  const evidence = await evidenceOf(draft, timestamp, services);
  const content = await format.assemble(draft, signature, evidence);
  return { content, contentType, timestampedAt: timestamp.time };
}

/** The one that is there, unless it is too old for an OCSP answer of now; else a new one. */
async function timestampOf(
  draft: DocumentDraft,
  bytes: Uint8Array,
  { timestampAuthority, fetch, clock }: CompletionServices,
  keep: (draft: DocumentDraft) => Promise<void>,
): Promise<Timestamp> {
  if (!timestampAuthority) {
    throw new SmartIdInputError('timestampAuthority', `must be given for the level ${draft.level}.`);
  }
  const about = { bytes, hashAlgorithm: draft.hashAlgorithm, ...timestampAuthority };
  if (draft.timestamp !== undefined) {
    const known = readTimestamp({ ...about, token: Buffer.from(draft.timestamp, 'base64') });
    if (clock() - known.time < maxTimestampAgeMs) return known;
  }
  const timestamp = await requestTimestamp({ ...about, fetch, clock });
  await keep({ ...draft, timestamp: timestamp.token.toString('base64') });
  return timestamp;
}

async function evidenceOf(
  draft: DocumentDraft,
  timestamp: Timestamp,
  { trustAnchors, fetch, clock }: CompletionServices,
): Promise<SignatureEvidence> {
  if (draft.level === 'T') return { timestamp: timestamp.token, certificates: [], ocspResponses: [] };
  return collectEvidence({ certificate: certificateOf(draft), trustAnchors, timestamp, fetch, clock });
}

function certificateOf({ certificate }: DraftFields): Certificate {
  try {
    return parseCertificate(Buffer.from(certificate, 'base64'));
  } catch (cause) {
    throw new SmartIdInputError('draft', 'holds no certificate of a signer.', { cause });
  }
}
