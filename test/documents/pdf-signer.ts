/** A person who signs PDFs, and what others say of the files. */

import { constants, sign } from 'node:crypto';
import type { SignatureEvidence } from '../../lib/documents/evidence.js';
import {
  type PdfDraft,
  type PdfOptions,
  type PreparedPdf,
  pdfFormat,
  preparePdf,
} from '../../lib/documents/pdf/index.js';
import { hashAlgorithmOf, impliedHashAlgorithm, nodeHashName } from '../../lib/protocol/algorithms.js';
import { written } from '../support/judges.js';
import { said } from '../support/outside-tools.js';
import type { Signatory } from '../support/signing.js';

/** What level `B` needs in addition. */
export const noEvidence: SignatureEvidence = { certificates: [], ocspResponses: [] };

/** The raw signature value, as it comes from the phone. */
export function signatureOf(
  { data, signatureAlgorithm, hashAlgorithm }: PreparedPdf,
  { privateKey }: Signatory,
): Buffer {
  const isPss = impliedHashAlgorithm(signatureAlgorithm) === undefined;
  const padding = isPss ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  const saltLength = isPss ? constants.RSA_PSS_SALTLEN_DIGEST : undefined;
  const hash = nodeHashName(hashAlgorithmOf({ signatureAlgorithm, hashAlgorithm }));
  return sign(hash, data, { key: privateKey, padding, saltLength });
}

/** A draft as another process gets it. */
export function stored(draft: PdfDraft): PdfDraft {
  return JSON.parse(JSON.stringify(draft));
}

/** A file with one more signature, of level `B`. */
export async function signedBy(person: Signatory, pdf: Uint8Array, options: Partial<PdfOptions> = {}): Promise<Buffer> {
  const prepared = await preparePdf(pdf, { certificate: person.certificate, level: 'B', ...options });
  return pdfFormat.assemble(stored(prepared.draft), signatureOf(prepared, person), noEvidence);
}

/** What pdfsig says of the signatures, in short. */
export function verdicts(
  folder: string,
  pdf: Uint8Array,
): { valid: number; invalid: number; coversAll: number; said: string } {
  const judgement = said('pdfsig', ['-nocert', written(folder, 'judged.pdf', Buffer.from(pdf))]);
  const count = (pattern: RegExp) => [...judgement.matchAll(pattern)].length;
  return {
    valid: count(/Signature Validation: Signature is Valid\./g),
    invalid: count(/Signature Validation: (?!Signature is Valid\.)/g),
    coversAll: count(/- Total document signed/g),
    said: judgement,
  };
}

/** The text of the pages, as a reader shows it. */
export function textOf(folder: string, pdf: Uint8Array): string {
  return said('pdftotext', ['-layout', written(folder, 'shown.pdf', Buffer.from(pdf)), '-']).replace(/\s+/g, ' ');
}

/** The CMS of the last signature of a file, and what it signs. */
export function cmsOf(pdf: Buffer): { cms: Buffer; content: Buffer } {
  const text = pdf.toString('latin1');
  const [, ...numbers] = [...text.matchAll(/\/ByteRange \[0 (\d+) +(\d+) +(\d+) *\]/g)].at(-1) ?? [];
  const [firstLength = 0, secondStart = 0, secondLength = 0] = numbers.map(Number);
  const gap = Buffer.from(text.slice(firstLength + 1, secondStart - 1), 'hex');
  const content = Buffer.concat([pdf.subarray(0, firstLength), pdf.subarray(secondStart, secondStart + secondLength)]);
  // A length of two octets follows the first one.
  return { cms: gap.subarray(0, 4 + gap.readUInt16BE(2)), content };
}

/** Where a word is on a page as it is seen: from the left and from the top, in points. */
export function placeOf(
  folder: string,
  pdf: Uint8Array,
  page: number,
  word: string,
): Record<'left' | 'top' | 'right' | 'bottom', number> {
  const file = written(folder, 'shown.pdf', Buffer.from(pdf));
  const words = said('pdftotext', ['-bbox', '-f', String(page), '-l', String(page), file, '-']);
  const pattern = new RegExp(`xMin="([\\d.]+)" yMin="([\\d.]+)" xMax="([\\d.]+)" yMax="([\\d.]+)">${word}`);
  const [left = 0, top = 0, right = 0, bottom = 0] = (pattern.exec(words) ?? []).slice(1).map(Number);
  return { left, top, right, bottom };
}

/** What pdffonts says of the fonts. */
export function fontsOf(folder: string, pdf: Uint8Array): string {
  return said('pdffonts', [written(folder, 'shown.pdf', Buffer.from(pdf))]);
}
