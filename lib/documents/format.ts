/** What each format of signed documents brings: everything else is the same for all of them. */

import type { DraftFields } from './draft.js';
import type { SignatureEvidence } from './evidence.js';

export interface DocumentFormat<Draft extends DraftFields> {
  /**
   * The bytes whose hash is timestamped: the signature value in a PDF, the canonical SignatureValue element in XAdES.
   */
  timestampedBytes(draft: Draft, signature: Uint8Array): Uint8Array;
  /**
   * The signed file.
   * @throws SmartIdInputError naming `draft` when what it holds does not fit together any more.
   */
  assemble(draft: Draft, signature: Uint8Array, evidence: SignatureEvidence): Promise<Buffer>;
}
