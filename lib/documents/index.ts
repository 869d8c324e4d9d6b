/**
 * Signed documents that last, as PDF (PAdES) and as ASiC-E containers (XAdES).
 * @module passport-smart-id/documents
 */

export type { SmartIdProfile } from '../attempt/profile.js';
export type { FlowType } from '../protocol/acsp-v2.js';
export type { CertificateLevel, HashAlgorithm } from '../protocol/algorithms.js';
export type { IdentifierType } from '../protocol/semantics-identifier.js';
export type { Fetch } from '../shared/http.js';
export type { SmartIdSignature } from '../signing/finish.js';
export type { Preparation, Prepare, Prepared, Signer, SigningRequest, ToSign } from '../signing/options.js';
export {
  type ChooseDocument,
  type DocumentToSign,
  type KeepDocument,
  SmartIdDocuments,
  type SmartIdDocumentsOptions,
} from '../signing/smart-id-documents.js';
export { loadTrustAnchors, type TrustAnchorSource, type TrustAnchors } from '../trust/anchors.js';
export type { CertificateSource } from '../trust/read-certificates.js';
export {
  addSignature,
  type CompletionServices,
  completeDraft,
  type KeepDraft,
  type SignedDocument,
  type TimestampAuthority,
} from './complete.js';
export {
  type ContainerFile,
  type ContainerInput,
  type ContainerOptions,
  type PreparedContainer,
  prepareContainer,
} from './container/index.js';
export { MemoryDraftStore, type MemoryDraftStoreOptions } from './draft-store.js';
export type { DocumentOptions } from './options.js';
export { type FieldToFill, type PdfOptions, type PreparedPdf, preparePdf, type VisibleSignature } from './pdf/index.js';
export type * from './public-types.js';
export { loadTimestampAnchors } from './timestamp/anchors.js';
