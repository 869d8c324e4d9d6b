/** The document number that newer Smart-ID certificates name in their subjectAltName (section "Certificate profiles"). */

import { attributes, type Certificate, extensionPart, extensionTypes } from './certificate.js';
import { fewDerElements } from './der.js';
import { attributesOf } from './names.js';

/** The context-specific tag of a directoryName (RFC 5280, section 4.2.1.6). */
const directoryName = 0xa4;
const mostNames = 20;

/**
 * The CN of the directory name, or undefined for a certificate of the older kind, which has no subjectAltName.
 * @throws Error when there is a subjectAltName but not exactly one CN in it.
 */
export function documentNumberInSubjectAltName(certificate: Certificate): string | undefined {
  const part = extensionPart(certificate, extensionTypes.subjectAltName);
  if (!part) return undefined;
  const commonNames = fewDerElements(part.value, 1)
    .flatMap(({ content }) => fewDerElements(content, mostNames))
    .filter(({ tag }) => tag === directoryName)
    .flatMap(({ content }) => attributesOf(content))
    .filter(({ type }) => type === attributes.commonName);
  const [commonName, ...others] = commonNames;
  if (!commonName?.value || others.length > 0) throw new Error('The subjectAltName does not hold exactly one CN.');
  return commonName.value;
}
