/** What `preparePdf` is given, checked before anything is made. */

import { SmartIdInputError } from '../../shared/errors.js';
import { attributes, type Certificate, subjectAttribute } from '../../trust/certificate.js';
import { type DocumentOptions, type ResolvedOptions, resolveOptions } from '../options.js';
import type { SignatureBox } from './appearance.js';
import { describe } from './standard-font.js';

/** Where and how a page shows that it is signed. Lengths are in points, 1/72 of an inch. */
export interface VisibleSignature extends SignatureBox {
  /** 1 is the first. */
  page: number;
  /**
   * A TrueType font. Without one the text is in Helvetica, which has the letters of Western Europe: Estonian, but not
   * Latvian or Lithuanian.
   */
  font?: Uint8Array;
  /**
   * Lines of text, in at most 500 characters.
   * @default the signer's name and the time in UTC
   */
  text?: string;
}

/** An empty signature field of the file that the signature fills. */
export interface FieldToFill {
  /** Names of the field and those above it, with dots between, as Acrobat shows them. */
  name: string;
  /** Of the text, as for `visible`. */
  font?: Uint8Array;
  /**
   * Lines of text, as for `visible`.
   * @default the signer's name and the time in UTC
   */
  text?: string;
}

/** What `preparePdf` is told besides the file. */
export interface PdfOptions extends DocumentOptions {
  /**
   * How large the file may be, in bytes.
   * @default `100_000_000`
   */
  maxPdfBytes?: number;
  /**
   * Where a page shows that it is signed; readers list the signature all the same.
   * @default nowhere
   */
  visible?: VisibleSignature;
  /**
   * The name of an empty signature field, such as a template has, in place of a new one. Where it has a place on a
   * page, that shows that it is signed.
   */
  field?: string | FieldToFill;
  /**
   * Who signs, in at most 500 characters.
   * @default the name in the certificate
   */
  signerName?: string;
  /** Why it is signed, in at most 500 characters. */
  reason?: string;
  /** Where it is signed, in at most 500 characters. */
  location?: string;
}

export interface CheckedOptions extends ResolvedOptions {
  maxPdfBytes: number;
  visible?: VisibleSignature;
  field?: FieldToFill;
  signerName: string;
  reason?: string;
  location?: string;
}

const defaultMaxPdfBytes = 100_000_000;
const maxTextLength = 500;
/** Years that the file can name. */
const latestSigning = Date.parse('9999-12-31T23:59:59Z');

/** @throws SmartIdInputError naming the option that breaks a rule. */
export function checkOptions(options: PdfOptions): CheckedOptions {
  const { maxPdfBytes = defaultMaxPdfBytes, visible, reason, location } = options;
  checkPositive('maxPdfBytes', maxPdfBytes);
  const resolved = resolveOptions(options, 0, latestSigning);
  const signerName = (options.signerName ?? nameOf(resolved.certificate)).normalize('NFC');
  checkText('signerName', signerName);
  if (reason !== undefined) checkText('reason', reason);
  if (location !== undefined) checkText('location', location);
  if (visible) checkVisible(visible);
  const field = typeof options.field === 'string' ? { name: options.field } : options.field;
  if (field) checkField(field, visible);
  return { ...resolved, maxPdfBytes, visible, field, signerName, reason, location };
}

function nameOf(certificate: Certificate): string {
  const [givenName, surname, commonName] = [attributes.givenName, attributes.surname, attributes.commonName].map(
    (type) => subjectAttribute(certificate, type),
  );
  if (givenName !== undefined && surname !== undefined) return `${givenName} ${surname}`;
  if (commonName === undefined)
    throw new SmartIdInputError('signerName', 'must be given: the certificate has no name.');
  return commonName;
}

function checkPositive(field: string, value: number): void {
  if (!(Number.isFinite(value) && value > 0)) throw new SmartIdInputError(field, 'must be a number above 0.');
}

/** What cannot be seen, or turns the direction of writing, would make a text look like another one. */
function checkText(field: string, text: string): void {
  if (typeof text !== 'string' || text.trim() === '' || text.length > maxTextLength) {
    throw new SmartIdInputError(field, `must be a text of at most ${maxTextLength} characters.`);
  }
  const [invisible] = /\p{C}/u.exec(text) ?? [];
  if (invisible) throw new SmartIdInputError(field, `must not hold the character ${describe(invisible)}.`);
}

function checkVisible({ page, x, y, width, height, font, text }: VisibleSignature): void {
  if (!(Number.isSafeInteger(page) && page >= 1)) {
    throw new SmartIdInputError('visible.page', 'must be the number of a page: 1 for the first.');
  }
  for (const [name, value] of Object.entries({ x, y })) {
    if (!(Number.isFinite(value) && value >= 0))
      throw new SmartIdInputError(`visible.${name}`, 'must be a number of points, 0 or more.');
  }
  for (const [name, value] of Object.entries({ width, height })) checkPositive(`visible.${name}`, value);
  checkLook('visible', { font, text });
}

function checkField({ name, font, text }: FieldToFill, visible?: VisibleSignature): void {
  if (typeof name !== 'string' || name === '') throw new SmartIdInputError('field', 'must be the name of a field.');
  if (visible) throw new SmartIdInputError('visible', 'must be left out with a field, which has its own place.');
  checkLook('field', { font, text });
}

function checkLook(option: string, { font, text }: Pick<VisibleSignature, 'font' | 'text'>): void {
  if (font !== undefined && !(font instanceof Uint8Array)) {
    throw new SmartIdInputError(`${option}.font`, 'must be the bytes of a TrueType font.');
  }
  if (text !== undefined) checkText(`${option}.text`, typeof text === 'string' ? text.replaceAll('\n', ' ') : text);
}
