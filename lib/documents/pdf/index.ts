/** Signed PDFs: PAdES baseline B, T and LT. */

export type { PdfDraft, PreparedPdf } from './draft.js';
export { pdfFormat } from './format.js';
export type { FieldToFill, PdfOptions, VisibleSignature } from './options.js';
export { preparePdf } from './prepare.js';
