/** The first half of a PAdES signature (ETSI EN 319 142-1): from a file and a certificate to what is to be signed. */

import { createHash } from 'node:crypto';
import { nodeHashName } from '../../protocol/algorithms.js';
import { SmartIdInputError } from '../../shared/errors.js';
import { hashInTurns, partsOf, Turns } from '../in-turns.js';
import { choiceOf } from '../options.js';
import { addAppearance, rectangleOnPage } from './appearance.js';
import { encodeSignedAttributes } from './cms.js';
import type { PdfDraft, PreparedPdf } from './draft.js';
import { securityStore } from './dss.js';
import { EmbeddedFont } from './embedded-font.js';
import { findEmptyField } from './empty-field.js';
import { checkEveryObject } from './every-object.js';
import { PdfFile } from './file.js';
import { type FormField, fieldsOf } from './form.js';
import { PdfIncrement } from './increment.js';
import {
  type CheckedOptions,
  checkOptions,
  type FieldToFill,
  type PdfOptions,
  type VisibleSignature,
} from './options.js';
import { findPage, findPagesOf, type PdfPage } from './page-tree.js';
import { checkMayBeSigned } from './permission.js';
import { addSignatureField, type ByteRange, fillSignatureField, fixByteRange } from './signature-field.js';
import { standardFont, withStandardLetters } from './standard-font.js';
import type { PdfReference } from './values.js';

/**
 * Prepares the signature of a PDF. What is signed is the whole file as it is, with one more revision that has the
 * signature; earlier signatures stay valid.
 * @throws SmartIdInputError naming `pdf` when the file cannot be signed, or the option that breaks a rule.
 */
export async function preparePdf(pdf: Uint8Array, options: PdfOptions): Promise<PreparedPdf> {
  const checked = checkOptions(options);
  const input = checkSize(pdf, checked.maxPdfBytes);
  const file = await PdfFile.open(input);
  const nextNumber = await checkEveryObject(file);
  const { increment, byteRange } = await appendSignature(file, nextNumber, checked);
  if (checked.fields.level === 'LT') await checkTakesEvidence(file, increment);

  const hash = createHash(nodeHashName(checked.fields.hashAlgorithm));
  await hashInTurns(hash, partsOf(input));
  hash.update(increment.subarray(0, byteRange[1] - input.length));
  hash.update(increment.subarray(byteRange[2] - input.length));
  const data = encodeSignedAttributes(hash.digest(), checked.certificate);
  const draft: PdfDraft = {
    ...checked.fields,
    data: data.toString('base64'),
    pdf: input.toString('base64'),
    increment: increment.toString('base64'),
    byteRange,
  };
  return { draft, data, ...choiceOf(checked.fields) };
}

function checkSize(pdf: Uint8Array, maxPdfBytes: number): Buffer {
  if (!(pdf instanceof Uint8Array)) throw new SmartIdInputError('pdf', 'must be bytes.');
  if (pdf.length === 0) throw new SmartIdInputError('pdf', 'is empty.');
  if (pdf.length > maxPdfBytes) throw new SmartIdInputError('pdf', `must have at most ${maxPdfBytes} bytes.`);
  return Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength);
}

/**
 * What cannot be completed must not be signed: the evidence is appended by way of trial, more of it than there will be.
 */
async function checkTakesEvidence(file: PdfFile, increment: Buffer): Promise<void> {
  const some = (count: number) => Array.from({ length: count }, (_, index) => Uint8Array.of(index));
  const signed = Buffer.allocUnsafe(file.bytes.length + increment.length);
  const turns = new Turns();
  let position = 0;
  for (const part of partsOf(file.bytes)) {
    signed.set(part, position);
    position += part.length;
    await turns.spend(part.length);
  }
  signed.set(increment, position);
  await securityStore(await PdfFile.open(signed, file), { certificates: some(20), ocspResponses: some(5) });
}

async function appendSignature(
  file: PdfFile,
  nextNumber: number,
  options: CheckedOptions,
): Promise<{ increment: Buffer; byteRange: ByteRange }> {
  const fields = await fieldsOf(file);
  await checkMayBeSigned(file, fields, { isVisible: options.visible !== undefined, fieldName: options.field?.name });
  const increment = new PdfIncrement(file, nextNumber);
  const signature = options.field
    ? await fillField(increment, file, fields, options.field, options)
    : await addField(increment, file, fields, options);
  const { bytes, offsets } = await increment.toBytes();
  const byteRange = fixByteRange(bytes, file.bytes.length, offsets.get(signature.number) as number);
  return { increment: bytes, byteRange };
}

async function addField(
  increment: PdfIncrement,
  file: PdfFile,
  fields: readonly FormField[],
  options: CheckedOptions,
): Promise<PdfReference> {
  const { visible } = options;
  const page = await pageOf(file, visible);
  const place = visible
    ? {
        page,
        rectangle: rectangleOnPage(visible, page),
        appearance: show(increment, page, visible, visible, options),
      }
    : { page, rectangle: [0, 0, 0, 0] };
  return addSignatureField(increment, file, fields, { ...options, signedAt: options.fields.signedAt }, place);
}

async function fillField(
  increment: PdfIncrement,
  file: PdfFile,
  fields: readonly FormField[],
  look: FieldToFill,
  options: CheckedOptions,
): Promise<PdfReference> {
  const empty = findEmptyField(file, fields, look.name, options.fields.hashAlgorithm);
  const [left, bottom, right, top] = empty.rectangle;
  const [across, up] = [right - left, top - bottom];
  const dictionary = { ...options, signedAt: options.fields.signedAt };
  if (across === 0 || up === 0) return fillSignatureField(increment, file, empty.reference, dictionary);
  const [page, ...others] = await findPagesOf(file, empty.reference);
  if (!page) throw new SmartIdInputError('field', 'is on no page of the file.');
  // It would be seen on all of them, as if each were signed by itself.
  if (others.length > 0) throw new SmartIdInputError('field', 'is on several pages of the file.');
  const [width, height] = page.rotation % 180 === 0 ? [across, up] : [up, across];
  const appearance = namingField(() => show(increment, page, { width, height }, look, options));
  return fillSignatureField(increment, file, empty.reference, dictionary, appearance);
}

/** What is wrong with how a signature looks is said of the option that says how it looks. */
function namingField<T>(action: () => T): T {
  try {
    return action();
  } catch (cause) {
    if (!(cause instanceof SmartIdInputError)) throw cause;
    const { field, message } = cause;
    throw new SmartIdInputError(field.replace(/^visible/, 'field'), message.slice(field.length + 1), { cause });
  }
}

/** An invisible signature has a page too. */
async function pageOf(file: PdfFile, visible?: VisibleSignature): Promise<PdfPage> {
  const wanted = visible?.page ?? 1;
  const found = await findPage(file, wanted);
  if (typeof found !== 'number') return found;
  if (found === 0) throw new SmartIdInputError('pdf', 'has no page.');
  throw new SmartIdInputError('visible.page', `must be a page of the file, which has ${found}.`);
}

function show(
  increment: PdfIncrement,
  page: PdfPage,
  size: Pick<VisibleSignature, 'width' | 'height'>,
  look: Pick<VisibleSignature, 'font' | 'text'>,
  { signerName, fields: { signedAt } }: CheckedOptions,
): PdfReference {
  const time = new Date(signedAt).toISOString().slice(0, 16).replace('T', ' ');
  const name = look.font ? signerName : withStandardLetters(signerName);
  const text = look.text?.normalize('NFC') ?? `${name}\n${time} UTC`;
  const font = look.font ? new EmbeddedFont(look.font) : standardFont;
  return addAppearance(increment, text, font, size, page);
}
