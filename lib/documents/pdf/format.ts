/** The second half of a PAdES signature: from a draft and what was made since to the signed file. */

import { createHash } from 'node:crypto';
import { nodeHashName } from '../../protocol/algorithms.js';
import { decodeBase64 } from '../../protocol/base64.js';
import { SmartIdInputError } from '../../shared/errors.js';
import { Certificate } from '../../trust/certificate.js';
import type { SignatureEvidence } from '../evidence.js';
import type { DocumentFormat } from '../format.js';
import { decodeInTurns, hashInTurns, partsOf } from '../in-turns.js';
import { encodeSignedAttributes, encodeSignedData } from './cms.js';
import type { PdfDraft } from './draft.js';
import { securityStore } from './dss.js';
import { PdfFile } from './file.js';
import { isStatedByteRange, maxCmsBytes } from './signature-field.js';

export const pdfFormat: DocumentFormat<PdfDraft> = {
  timestampedBytes: (_draft, signature) => signature,

  async assemble(draft, signature, evidence) {
    const { file, certificate, signedAttributes } = await restore(draft);
    const { level, signatureAlgorithm, hashAlgorithm } = draft;
    checkEvidence(draft, evidence);
    const cms = encodeSignedData({
      signedAttributes,
      signature,
      signatureAlgorithm,
      hashAlgorithm,
      certificate,
      certificates: evidence.certificates,
      timestamp: level === 'B' ? undefined : evidence.timestamp,
    });
    if (cms.length > maxCmsBytes) {
      throw new SmartIdInputError('evidence', `is too large: the signature has ${cms.length} of ${maxCmsBytes} bytes.`);
    }
    // What is left of the gap stays filled with zeros.
    file.write(cms.toString('hex'), draft.byteRange[1] + 1, 'latin1');
    return level === 'LT' ? Buffer.concat([file, await securityStore(await PdfFile.open(file), evidence)]) : file;
  },
};

function checkEvidence({ level }: PdfDraft, { timestamp, ocspResponses }: SignatureEvidence): void {
  if (level !== 'B' && !timestamp) {
    throw new SmartIdInputError('evidence', `must have a timestamp for the level ${level}.`);
  }
  if (level === 'LT' && ocspResponses.length === 0) {
    throw new SmartIdInputError('evidence', 'must have OCSP responses for the level LT.');
  }
}

interface Restored {
  /** The file with the gap. */
  file: Buffer;
  certificate: Certificate;
  signedAttributes: Buffer;
}

/** @throws SmartIdInputError naming `draft` when what was signed is not what it holds. */
async function restore(draft: PdfDraft): Promise<Restored> {
  try {
    return await read(draft);
  } catch (cause) {
    // Whatever goes wrong is the draft's: it comes from a store, and anything may be in it.
    throw new SmartIdInputError('draft', 'is not what preparePdf made: it was changed, or is of another version.', {
      cause,
    });
  }
}

async function read(draft: PdfDraft): Promise<Restored> {
  const certificate = new Certificate(decoded(draft.certificate));
  const signedAttributes = decoded(draft.data);
  const increment = decoded(draft.increment);
  const { pdf, byteRange, hashAlgorithm } = draft;
  // Decoded into its place: a second copy of the file would cost as much memory as the file.
  const pdfBytes = Buffer.byteLength(pdf, 'base64');
  const file = Buffer.alloc(pdfBytes + increment.length);
  if (!(await decodeInTurns(pdf, file.subarray(0, pdfBytes)))) throw new Error('The file is not Base64.');
  increment.copy(file, pdfBytes);

  checkByteRange(byteRange);
  if (!isStatedByteRange(byteRange, file)) throw new Error('The byte range is not the one in the file.');
  const [, firstLength, secondStart] = byteRange;
  const hash = createHash(nodeHashName(hashAlgorithm));
  for (const signed of [file.subarray(0, firstLength), file.subarray(secondStart)]) {
    await hashInTurns(hash, partsOf(signed));
  }
  if (!encodeSignedAttributes(hash.digest(), certificate).equals(signedAttributes)) {
    throw new Error('The signed attributes are those of another file or certificate.');
  }
  return { file, certificate, signedAttributes };
}

function checkByteRange(byteRange: readonly unknown[]): void {
  if (byteRange.length !== 4 || !byteRange.every((one) => Number.isSafeInteger(one) && Number(one) >= 0)) {
    throw new Error('The byte range is malformed.');
  }
}

function decoded(text: string): Buffer {
  const bytes = typeof text === 'string' ? decodeBase64(text) : undefined;
  if (!bytes) throw new Error('It is not Base64.');
  return bytes;
}
