/** The document number that newer Smart-ID certificates name in their subjectAltName (section "Certificate profiles"). */

import { attributes, type Certificate, extensionPart, extensionTypes } from './certificate.js';
import { Name, SubjectAlternativeNameExtension } from './x509.js';

/**
 * The CN of the directory name, or undefined for a certificate of the older kind, which has no subjectAltName.
 * @throws Error when there is a subjectAltName but not exactly one CN in it.
 */
export function documentNumberInSubjectAltName(certificate: Certificate): string | undefined {
  const part = extensionPart(certificate, extensionTypes.subjectAltName);
  if (!part) return undefined;
  const commonNames = new SubjectAlternativeNameExtension(part.bytes).names.items
    .filter(({ type }) => type === 'dn')
    .flatMap(({ value }) => new Name(value).getField(attributes.commonName));
  const [documentNumber] = commonNames;
  if (commonNames.length !== 1 || !documentNumber) throw new Error('The subjectAltName does not hold exactly one CN.');
  return documentNumber;
}
