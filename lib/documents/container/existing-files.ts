/**
 * Whether an existing signature is about every file of the container, and says of each the type that the manifest says.
 * DigiDoc and digidoc4j call all of a container invalid in which that is not so; others show the files beside the
 * signature as if its signer had signed them.
 */

import { quoted } from './names.js';
import { xades } from './signature-document.js';
import { attributeOf, childrenOf, textOf, type XmlElement, XmlError } from './xml.js';

/** @throws XmlError when a file is not signed, or as another type. */
export function checkSignedFiles(
  signedFiles: ReadonlyMap<string, XmlElement>,
  signedProperties: XmlElement,
  types: ReadonlyMap<string, string>,
): void {
  const signedTypes = typesIn(signedProperties);
  for (const [name, type] of types) {
    const reference = signedFiles.get(name);
    if (!reference) throw new XmlError(`it does not sign the file ${quoted(name)}`);
    const id = attributeOf(reference, 'Id');
    // One that it does not state is another one than the manifest's.
    if (id === undefined || (signedTypes.get(`#${id}`) ?? '') !== type) {
      throw new XmlError(`it signs ${quoted(name)} as another type than the manifest says`);
    }
  }
}

/** By what they refer to; of two the first one, as programs that verify take it. */
function typesIn(signedProperties: XmlElement): Map<string, string> {
  const types = new Map<string, string>();
  const objects = childrenOf(signedProperties, xades, 'SignedDataObjectProperties');
  for (const format of objects.flatMap((object) => childrenOf(object, xades, 'DataObjectFormat'))) {
    const [type] = childrenOf(format, xades, 'MimeType');
    const reference = attributeOf(format, 'ObjectReference');
    if (reference !== undefined && !types.has(reference)) types.set(reference, type ? textOf(type).trim() : '');
  }
  return types;
}
