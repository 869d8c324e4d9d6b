/** A PDF that waits for its signature. */

import type { SignatureChoice } from '../../protocol/algorithms.js';
import type { DocumentHashAlgorithm, DraftFields } from '../draft.js';
import type { ByteRange } from './signature-field.js';

/** A PDF in full, with a place for the signature. */
export interface PdfDraft extends DraftFields {
  /** Base64 of the file as it was given. */
  pdf: string;
  /** Base64 of what is appended to it, with zeros where the CMS will be. */
  increment: string;
  /** Of the whole, what is signed: all but the place of the CMS. */
  byteRange: ByteRange;
}

/** A PDF that waits for its signature; the algorithms are what the app must be asked for. */
export interface PreparedPdf extends SignatureChoice {
  /** With `rsassa-pss` only: the other algorithms name their hash themselves. */
  hashAlgorithm?: DocumentHashAlgorithm;
  /** To be kept until the signature value comes. It is JSON. */
  draft: PdfDraft;
  /** The bytes whose hash is signed. */
  data: Buffer;
}
