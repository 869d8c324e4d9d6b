/**
 * Whether a file may get one more signature (ISO 32000-2, sections 12.8.2 and 12.7.5.5, and 12.7.8 for XFA). Where it
 * may not, a signature would be added to it all the same, and break those that are there.
 */

import { SmartIdInputError } from '../../shared/errors.js';
import type { PdfFile } from './file.js';
import type { FormField } from './form.js';
import { isNamed, type PdfDictionary } from './values.js';

/** `DocMDP`: no changes at all. */
const noChanges = 1;

/** What a signature adds besides itself. */
export interface Addition {
  /** A new field is to be seen on a page. */
  isVisible: boolean;
  /** Of the field that is there already. */
  fieldName?: string;
}

/** @throws SmartIdInputError naming `pdf` when it may not be signed, or `visible` when not visibly. */
export async function checkMayBeSigned(
  file: PdfFile,
  fields: readonly FormField[],
  { isVisible, fieldName }: Addition,
): Promise<void> {
  const permissions = file.dictionary(file.catalog.get('Perms'));
  if (permissions.has('UR3') || permissions.has('UR')) {
    throw new SmartIdInputError('pdf', 'grants usage rights that any change takes away: save it as a plain PDF first.');
  }
  if (permissions.has('DocMDP')) {
    checkCertification(file, file.dictionary(permissions.get('DocMDP')));
    // Whether something new on a page breaks a certification is answered differently by those who verify it.
    if (isVisible)
      throw new SmartIdInputError(
        'visible',
        'must be left out: the file is certified as it looks, and only fields that it has can be seen.',
      );
  }
  checkXfa(file);
  for (const { dictionary, inherited } of fields) {
    if (file.effort.isTurnOver) await file.effort.nextTurn();
    if (!isNamed(file.get(inherited.get('FT')), 'Sig') || !dictionary.has('V')) continue;
    const signature = file.dictionary(dictionary.get('V'));
    // Not every program that certifies says so in the catalog.
    if (transformParameters(file, signature, 'DocMDP').length > 0) checkCertification(file, signature);
    checkLock(file, dictionary, fieldName);
  }
}

/** The parameters of a transform method of a signature; there are none where the signature does not use it. */
function transformParameters(file: PdfFile, signature: PdfDictionary, method: string): PdfDictionary[] {
  return file
    .array(signature.get('Reference'))
    .map((value) => file.dictionary(value))
    .filter((reference) => isNamed(file.get(reference.get('TransformMethod')), method))
    .map((reference) => file.dictionary(reference.get('TransformParams')));
}

function checkCertification(file: PdfFile, signature: PdfDictionary): void {
  const parameters = transformParameters(file, signature, 'DocMDP');
  const levels = parameters.map((one) => file.get(one.get('P') ?? 2));
  if (levels.length === 1 && (levels[0] === 2 || levels[0] === 3)) return;
  throw new SmartIdInputError('pdf', 'is certified against changes: no signature can be added to it.');
}

/** A signature may have locked fields, those that come later too. */
function checkLock(file: PdfFile, field: PdfDictionary, fieldName?: string): void {
  const lock = file.dictionary(field.get('Lock'));
  const locks = [lock, ...transformParameters(file, file.dictionary(field.get('V')), 'FieldMDP')];
  const isLocked = locks.some((one) => {
    const action = file.get(one.get('Action'));
    const isListed = fieldName !== undefined && isAmong(file, one, fieldName);
    return isNamed(action, 'All') || (isNamed(action, 'Exclude') ? !isListed : isListed);
  });
  if (isLocked || file.get(lock.get('P')) === noChanges) {
    throw new SmartIdInputError('pdf', 'has a signature that locks it: no other signature can be added to it.');
  }
}

/** A field is named by its name or by that of one above it. */
function isAmong(file: PdfFile, lock: PdfDictionary, fieldName: string): boolean {
  const names = file.array(lock.get('Fields')).map((one) => file.text(one));
  return names.some((name) => name === fieldName || fieldName.startsWith(`${name}.`));
}

/** Readers that know dynamic XFA forms make the pages themselves, and others show no more than a notice. */
function checkXfa(file: PdfFile): void {
  const form = file.dictionary(file.catalog.get('AcroForm'));
  const parts = file.get(form.get('XFA'));
  if (parts === null) return;
  const streams = Array.isArray(parts) ? file.array(parts) : [form.get('XFA') ?? null];
  const isDynamic =
    file.get(file.catalog.get('NeedsRendering')) === true ||
    streams.some((one) => /<dynamicRender>\s*required/.test(file.stream(one)?.toString('latin1') ?? ''));
  if (isDynamic) {
    throw new SmartIdInputError('pdf', 'is a dynamic XFA form, which has no fixed pages: print it to a PDF first.');
  }
}
