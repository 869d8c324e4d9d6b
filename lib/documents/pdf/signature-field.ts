/**
 * A signature field with a signature dictionary that has room for the CMS (ISO 32000-2, sections 12.7.5.5 and 12.8.1;
 * ETSI EN 319 142-1, section 5.3).
 */

import type { PdfFile } from './file.js';
import { type FormField, unusedName } from './form.js';
import type { PdfIncrement } from './increment.js';
import type { PdfPage } from './page-tree.js';
import {
  dateString,
  numberIn,
  type PdfDictionary,
  PdfName,
  PdfReference,
  PdfToken,
  type PdfValue,
  textString,
} from './values.js';

/** Of the CMS: signatures, tokens and chains of the live service come to less than two thirds of it. */
export const maxCmsBytes = 32 * 1024;
/** Where the CMS will be. */
const emptyGap = `<${'00'.repeat(maxCmsBytes)}>`;
const gapBytes = emptyGap.length;
/** Digits of a number in the byte range: those of a file of 9 GB. */
const byteRangeDigits = 10;
const [print, locked] = [4, 128];
const [signaturesExist, appendOnly] = [1, 2];

export interface SignatureDictionary {
  signedAt: number;
  signerName: string;
  reason?: string;
  location?: string;
}

/** Adds the field to the form and to the page. @returns where the signature dictionary is. */
export function addSignatureField(
  increment: PdfIncrement,
  file: PdfFile,
  fields: readonly FormField[],
  dictionary: SignatureDictionary,
  place: { page: PdfPage; rectangle: PdfValue[]; appearance?: PdfReference },
): PdfReference {
  const { page, rectangle, appearance } = place;
  const signature = increment.add(signatureDictionary(dictionary));
  const field = increment.add(
    new Map<string, PdfValue>([
      ['Type', new PdfName('Annot')],
      ['Subtype', new PdfName('Widget')],
      ['FT', new PdfName('Sig')],
      ['T', textString(unusedName(fields))],
      ['F', print | locked],
      ['Rect', rectangle],
      ['P', page.reference],
      ['V', signature],
      ...(appearance ? [['AP', new Map([['N', appearance]])] as [string, PdfValue]] : []),
    ]),
  );
  increment.append(increment.changedDictionary(page.reference), 'Annots', [field]);
  const form = changedForm(increment, file);
  increment.append(form, 'Fields', [field]);
  form.set('SigFlags', flagsOf(file, form) | signaturesExist | appendOnly);
  return signature;
}

/** Puts a signature into a field of the file that is its own widget. @returns where the signature dictionary is. */
export function fillSignatureField(
  increment: PdfIncrement,
  file: PdfFile,
  reference: PdfReference,
  dictionary: SignatureDictionary,
  appearance?: PdfReference,
): PdfReference {
  const signature = increment.add(signatureDictionary(dictionary));
  const field = increment.changedDictionary(reference);
  field.set('V', signature);
  if (appearance) field.set('AP', new Map([['N', appearance]]));
  const flags = flagsOf(file, file.dictionary(file.catalog.get('AcroForm')));
  const wanted = flags | signaturesExist | appendOnly;
  // Of a form that is certified no more is changed than has to be.
  if (flags !== wanted) changedForm(increment, file).set('SigFlags', wanted);
  return signature;
}

function flagsOf(file: PdfFile, form: PdfDictionary): number {
  return numberIn(file.get(form.get('SigFlags'))) ?? 0;
}

/** The form, where it is: in the catalog, or an object of its own. */
function changedForm(increment: PdfIncrement, file: PdfFile): PdfDictionary {
  const place = file.catalog.get('AcroForm');
  if (place instanceof PdfReference && file.get(place) !== null) return increment.changedDictionary(place);
  const form: PdfDictionary = new Map(file.dictionary(place));
  increment.changedDictionary(file.root).set('AcroForm', form);
  return form;
}

function signatureDictionary({ signedAt, signerName, reason, location }: SignatureDictionary): PdfDictionary {
  const unknown = new PdfToken('0'.repeat(byteRangeDigits));
  return new Map<string, PdfValue>([
    ['Type', new PdfName('Sig')],
    ['Filter', new PdfName('Adobe.PPKLite')],
    ['SubFilter', new PdfName('ETSI.CAdES.detached')],
    // These two come before anything that somebody else has written, so that they are found.
    ['ByteRange', [0, unknown, unknown, unknown]],
    ['Contents', new PdfToken(emptyGap)],
    ['M', dateString(signedAt)],
    ['Name', textString(signerName)],
    ...(reason === undefined ? [] : [['Reason', textString(reason)] as [string, PdfValue]]),
    ...(location === undefined ? [] : [['Location', textString(location)] as [string, PdfValue]]),
  ]);
}

/** Start and length of what is before the gap and of what is after it. */
export type ByteRange = [firstStart: number, firstLength: number, secondStart: number, secondLength: number];

/**
 * Writes the byte range into the signature dictionary.
 * @param increment what is appended to the file.
 * @param fileBytes how long the file before it is.
 * @param offset where the object of the signature dictionary begins in the whole.
 */
export function fixByteRange(increment: Buffer, fileBytes: number, offset: number): ByteRange {
  const gapStart = increment.indexOf('/Contents <', offset - fileBytes) + '/Contents '.length;
  const gapEnd = gapStart + gapBytes;
  const byteRange: ByteRange = [0, fileBytes + gapStart, fileBytes + gapEnd, increment.length - gapEnd];
  const position = increment.indexOf('/ByteRange [0 ', offset - fileBytes) + '/ByteRange [0 '.length;
  increment.write(numbersOf(byteRange), position, 'latin1');
  return byteRange;
}

/** Whether this is the byte range that the file itself states, with a gap that is empty and as large as it was made. */
export function isStatedByteRange([start, firstLength, secondStart, secondLength]: ByteRange, file: Buffer): boolean {
  const stated = `/ByteRange [0 ${numbersOf([start, firstLength, secondStart, secondLength])}] /Contents `;
  return (
    start === 0 &&
    secondStart === firstLength + gapBytes &&
    secondStart + secondLength === file.length &&
    file.toString('latin1', firstLength - stated.length, firstLength) === stated &&
    file.toString('latin1', firstLength, secondStart) === emptyGap
  );
}

function numbersOf([, ...numbers]: ByteRange): string {
  return numbers.map((number) => String(number).padEnd(byteRangeDigits)).join(' ');
}
