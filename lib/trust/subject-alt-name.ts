/**
 * The document number that newer Smart-ID certificates name in their subjectAltName (section "Certificate profiles").
 */

import { attributes, type Certificate } from './certificate.js';
import { type Bytes, onlyElement, tags } from './der.js';
import { directoryName, extensionTypes, generalNamesIn } from './extensions.js';
import { attributesOf } from './names.js';

/**
 * The CN of the directory name, or undefined for a certificate of the older kind, which has no subjectAltName.
 * @throws Error when there is a subjectAltName but not exactly one CN in it.
 */
export function documentNumberInSubjectAltName(certificate: Certificate): string | undefined {
  return certificate.decode(extensionTypes.subjectAltName, onlyCommonNameIn);
}

function onlyCommonNameIn(value: Bytes): string {
  const [commonName, ...others] = generalNamesIn(onlyElement(value, tags.sequence))
    .filter(({ tag }) => tag === directoryName)
    .flatMap(({ content }) => attributesOf(onlyElement(content, tags.sequence)))
    .filter(({ type }) => type === attributes.commonName);
  if (!commonName?.value || others.length > 0) throw new Error('The subjectAltName does not hold exactly one CN.');
  return commonName.value;
}
