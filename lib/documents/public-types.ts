/** The types of a draft that every entry point names which keeps drafts. */

export type { SignatureAlgorithm } from '../protocol/algorithms.js';
export type { DocumentDraft } from './complete.js';
export type { ContainerDraft, DraftFile } from './container/draft.js';
export type { DocumentHashAlgorithm, DraftEvidence, DraftFields, SignatureLevel } from './draft.js';
export type { DraftAdditions, DraftStore } from './draft-store.js';
export type { PdfDraft } from './pdf/draft.js';
export type { ByteRange } from './pdf/signature-field.js';
