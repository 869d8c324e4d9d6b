/**
 * An empty signature field that a file has already, and whether it may be filled (ISO 32000-2, section 12.7.5.5). What
 * its author demands of the signature, in a lock or in seed values, is either met or the field is refused.
 */

import { SmartIdInputError } from '../../shared/errors.js';
import type { DocumentHashAlgorithm } from '../draft.js';
import type { PdfFile, Rectangle } from './file.js';
import type { FormField } from './form.js';
import {
  inBrackets,
  isDictionary,
  isNamed,
  numberIn,
  type PdfDictionary,
  PdfName,
  type PdfReference,
} from './values.js';

/** A field that is its own widget. */
export interface EmptyField {
  reference: PdfReference;
  /** Where it is on the page. Without an area it is not seen. */
  rectangle: Rectangle;
}

const readOnly = 1;
/** An annotation that is hidden, or is seen on paper alone. */
const [hidden, noView] = [2, 32];
const maxNamesInMessage = 10;
/** Points, far beyond any page. */
const maxCoordinate = 1_000_000;

/** @throws SmartIdInputError naming `field` when there is no such field, or it may not be filled. */
export function findEmptyField(
  file: PdfFile,
  fields: readonly FormField[],
  name: string,
  hash: DocumentHashAlgorithm,
): EmptyField {
  // Widgets of a field have its name too, but none of their own.
  const [found, ...others] = fields.filter((one) => one.name === name && one.dictionary.has('T'));
  if (!found) throw refused(`must be the name of a field of the file, which has ${knownNames(file, fields)}.`);
  if (others.length > 0) throw refused('must be the name of one field: the file has several with it.');
  const { dictionary, inherited, reference } = found;
  if (!isNamed(file.get(inherited.get('FT')), 'Sig')) throw refused('must be the name of a signature field.');
  if (file.get(inherited.get('V')) !== null) throw refused('is already signed.');
  if (((numberIn(file.get(inherited.get('Ff'))) ?? 0) & readOnly) !== 0) throw refused('is read-only.');
  // It would have to be repeated in the signature, and fields to be locked.
  if (file.get(dictionary.get('Lock')) !== null)
    throw refused('locks fields when it is signed, which is not supported.');
  checkSeedValues(file, dictionary, hash);
  // With a widget apart, or with several, readers do not agree on where the signature is.
  const isWidget = isNamed(file.get(dictionary.get('Subtype')), 'Widget') && !dictionary.has('Kids');
  if (!reference || !isWidget)
    throw refused('has a widget of its own (/Kids), where not all readers would find it signed.');
  const type = file.get(dictionary.get('Type'));
  if (type !== null && !isNamed(type, 'Annot')) throw refused('is something else as well.');
  if (((numberIn(file.get(dictionary.get('F'))) ?? 0) & (hidden | noView)) !== 0) {
    throw refused('is hidden: nobody would see what is signed there.');
  }
  return { reference, rectangle: rectangleOf(file, dictionary) };
}

/** The signature fields that have names one can read, without those that may have a personal code in them. */
function knownNames(file: PdfFile, fields: readonly FormField[]): string {
  const names = fields
    .filter(({ inherited }) => isNamed(file.get(inherited.get('FT')), 'Sig'))
    .filter(({ name }) => /^[\w .-]{1,50}$/.test(name) && !/\d{6}/.test(name))
    .slice(0, maxNamesInMessage)
    .map(({ name }) => `"${name}"`);
  return names.length === 0 ? 'no signature field' : names.join(', ');
}

function refused(why: string): SmartIdInputError {
  return new SmartIdInputError('field', why);
}

function rectangleOf(file: PdfFile, widget: PdfDictionary): Rectangle {
  const rectangle = file.rectangle(widget.get('Rect'));
  if (!rectangle) throw refused('has no rectangle.');
  if (rectangle.some((one) => Math.abs(one) > maxCoordinate)) throw refused('is on no page.');
  return rectangle;
}

const digestNames: Record<DocumentHashAlgorithm, string> = {
  'SHA-256': 'SHA256',
  'SHA-384': 'SHA384',
  'SHA-512': 'SHA512',
};

/** Demands and wishes are taken for the same. */
function checkSeedValues(file: PdfFile, field: PdfDictionary, hash: DocumentHashAlgorithm): void {
  const seedValues = file.get(field.get('SV'));
  if (seedValues === null) return;
  if (!isDictionary(seedValues)) throw refused('has malformed seed values.');
  const met: Record<string, string | undefined> = {
    Filter: 'Adobe.PPKLite',
    SubFilter: 'ETSI.CAdES.detached',
    DigestMethod: digestNames[hash],
  };
  for (const [key, value] of seedValues) {
    if (key === 'Type' || key === 'Ff') continue;
    const choices = Array.isArray(file.get(value)) ? file.array(value) : [value];
    const texts = choices
      .map((one) => file.get(one))
      .map((one) => (one instanceof PdfName ? one.value : file.text(one)));
    if (met[key] === undefined || !texts.includes(met[key])) {
      throw refused(`demands something else of its signature${inBrackets(key)}.`);
    }
  }
}
