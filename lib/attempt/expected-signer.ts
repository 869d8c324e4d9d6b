/** Whom the site names for an attempt. */

import { parseDocumentNumber } from '../protocol/document-number.js';
import { parseSemanticsIdentifier } from '../protocol/semantics-identifier.js';
import { SmartIdInputError } from '../shared/errors.js';
import type { ExpectedSigner } from '../verify/certificate-checks.js';
import { type AcceptedCountries, isOfAcceptedCountry } from './countries.js';

/**
 * @param field what gave it, for the message.
 * @throws SmartIdInputError when it names nobody in a way that the protocol knows, or somebody of another country.
 */
export function checkExpectedSigner(
  expected: ExpectedSigner | undefined,
  field: string,
  countries?: AcceptedCountries,
): ExpectedSigner | undefined {
  if (expected === undefined) return undefined;
  const signer = readExpectedSigner(expected, field);
  const identifier = 'documentNumber' in signer ? signer.documentNumber : signer.semanticsIdentifier;
  if (!isOfAcceptedCountry(identifier, countries)) {
    throw new SmartIdInputError(field, `must be of one of the accepted countries: ${countries?.join(', ')}.`);
  }
  return signer;
}

function readExpectedSigner(expected: ExpectedSigner, field: string): ExpectedSigner {
  if (typeof expected === 'object' && expected !== null) {
    const { semanticsIdentifier, documentNumber } = expected as {
      semanticsIdentifier?: string;
      documentNumber?: string;
    };
    if (documentNumber !== undefined && semanticsIdentifier === undefined) {
      return { documentNumber: parseDocumentNumber(documentNumber) };
    }
    if (semanticsIdentifier !== undefined && documentNumber === undefined) {
      parseSemanticsIdentifier(semanticsIdentifier);
      return { semanticsIdentifier };
    }
  }
  throw new SmartIdInputError(field, 'must be nothing, { semanticsIdentifier } or { documentNumber }.');
}
