/** The document number of one Smart-ID account, e.g. `PNOEE-30303039914-MOCK-Q`. */

import { SmartIdInputError } from '../shared/errors.js';

const pattern = /^(?:PNO|PAS|IDC)[A-Z]{2}-[A-Za-z0-9]{1,30}(?:-[A-Za-z0-9]{1,30}){2,4}$/;

/**
 * The document number itself.
 * @throws SmartIdInputError when it is none; the message does not repeat the value, which holds a personal code.
 * @example
 * ```ts
 * parseDocumentNumber('PNOEE-40404040009-MOCK-Q'); // 'PNOEE-40404040009-MOCK-Q'
 * ```
 */
export function parseDocumentNumber(text: string, field = 'documentNumber'): string {
  if (typeof text !== 'string' || !pattern.test(text)) {
    throw new SmartIdInputError(
      field,
      'must be a semantics identifier, a hyphen and the document suffix, as in PNOEE-30303039914-MOCK-Q.',
    );
  }
  return text;
}

/** The semantics identifier in a document number: what stands before its suffix of two parts. */
export function semanticsIdentifierOf(documentNumber: string): string {
  return documentNumber.replace(/-[A-Za-z0-9]+-[A-Za-z0-9]+$/, '');
}

/** Whether a document number is one of the person's. */
export function documentBelongsTo(documentNumber: string, semanticsIdentifier: string): boolean {
  return pattern.test(documentNumber) && semanticsIdentifierOf(documentNumber) === semanticsIdentifier;
}
