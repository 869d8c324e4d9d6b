/** `passport-smart-id/documents`: signed documents that last, as PDF (PAdES) and as ASiC-E containers (XAdES). */

export {
  addSignature,
  type CompletionServices,
  completeDraft,
  type DocumentDraft,
  type SignedDocument,
  type TimestampAuthority,
} from './complete.js';
export {
  type ContainerDraft,
  type ContainerFile,
  type ContainerInput,
  type ContainerOptions,
  type PreparedContainer,
  prepareContainer,
} from './container/index.js';
export type { DocumentHashAlgorithm, DraftFields, SignatureLevel } from './draft.js';
export { type DraftStore, MemoryDraftStore, type MemoryDraftStoreOptions } from './draft-store.js';
export { type PdfDraft, type PdfOptions, type PreparedPdf, preparePdf, type VisibleSignature } from './pdf/index.js';
export {
  type ChooseDocument,
  type DocumentToSign,
  type KeepDocument,
  SmartIdDocuments,
  type SmartIdDocumentsOptions,
} from './smart-id-documents.js';
export { loadTimestampAnchors } from './timestamp/anchors.js';
