/** Signed documents as a site gets them, made with the simulator's services. */

import { constants, randomUUID, sign } from 'node:crypto';
import type { Request } from 'express';
import { collectEvidence } from '../../lib/documents/collect-evidence.js';
import type { DocumentDraft } from '../../lib/documents/complete.js';
import { containerFormat } from '../../lib/documents/container/index.js';
import type { SignatureEvidence } from '../../lib/documents/evidence.js';
import {
  type DocumentToSign,
  loadTimestampAnchors,
  MemoryDraftStore,
  SmartIdDocuments,
  type SmartIdDocumentsOptions,
} from '../../lib/documents/index.js';
import { pdfFormat } from '../../lib/documents/pdf/index.js';
import { readTimestamp } from '../../lib/documents/timestamp/timestamp.js';
import { hashAlgorithmOf, nodeHashName, type SignatureChoice } from '../../lib/protocol/algorithms.js';
import type { Signer, SigningRequest } from '../../lib/signing/options.js';
import type { Simulator } from '../../lib/simulator/index.js';
import { loadTrustAnchors } from '../../lib/trust/anchors.js';
import { parseCertificate } from '../../lib/trust/certificate.js';
import type { Signatory } from '../support/signing.js';

export interface SignedFile {
  content: Buffer;
  /** What the site would have kept of it: with the signature value and the timestamp, if it has one. */
  draft: DocumentDraft;
}

export type SigningOptions = Pick<SmartIdDocumentsOptions, 'level' | 'signatureAlgorithm' | 'hashAlgorithm'>;

export async function signDocument(
  simulator: Simulator,
  { certificate, privateKey }: Signatory,
  document: DocumentToSign,
  options: SigningOptions = {},
): Promise<SignedFile> {
  const store = new MemoryDraftStore();
  const timestampAuthority = { url: simulator.timestampUrl, trustAnchors: simulator.timestampTrustAnchors };
  const documents = new SmartIdDocuments({
    trustAnchors: simulator.trustAnchors,
    timestampAuthority,
    store,
    ...options,
  });
  const id = randomUUID();
  const { prepare } = documents.prepare(() => document);
  const prepared = await prepare({ certificate } as Signer, { id } as SigningRequest, {} as Request);
  if (!prepared || !('data' in prepared) || !prepared.data) throw new Error('Nothing was prepared.');
  const { data, signatureAlgorithm = 'rsassa-pss', hashAlgorithm } = prepared;
  const choice = { signatureAlgorithm, hashAlgorithm };
  const { content } = await documents.complete(id, rawSignature(Buffer.from(data), choice, privateKey));
  return { content, draft: (await store.load(id)) as DocumentDraft };
}

/** The raw signature value, as it comes from the phone. */
export function rawSignature(data: Buffer, choice: SignatureChoice, key: Signatory['privateKey']): Buffer {
  const hash = nodeHashName(hashAlgorithmOf(choice));
  if (choice.signatureAlgorithm !== 'rsassa-pss') return sign(hash, data, key);
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
  return sign(hash, data, { key, padding, saltLength });
}

/** The same file once more, with what `change` makes of the evidence in it. */
export async function assembledWith(
  simulator: Simulator,
  { draft }: SignedFile,
  change: (evidence: SignatureEvidence) => SignatureEvidence,
): Promise<Buffer> {
  const signature = Buffer.from(draft.signature as string, 'base64');
  const timestamp = readTimestamp({
    token: Buffer.from(draft.timestamp as string, 'base64'),
    bytes: 'pdf' in draft ? signature : containerFormat.timestampedBytes(draft, signature),
    hashAlgorithm: draft.hashAlgorithm,
    trustAnchors: loadTimestampAnchors(simulator.timestampTrustAnchors, Date.now()),
  });
  const evidence = await collectEvidence({
    certificate: parseCertificate(Buffer.from(draft.certificate, 'base64')),
    trustAnchors: loadTrustAnchors(simulator.trustAnchors, Date.now()),
    timestamp,
    clock: Date.now,
  });
  const changed = change(evidence);
  return 'pdf' in draft
    ? pdfFormat.assemble(draft, signature, changed)
    : containerFormat.assemble(draft, signature, changed);
}
