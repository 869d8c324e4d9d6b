/**
 * What a file of signatures holds (ETSI EN 319 162-1, sections 4.4.3 and A.4): signatures and nothing else, all of them
 * where every program looks for them. Programs that look for signatures anywhere would find others than those that were
 * checked, and show a broken one beside the new one.
 */

import { nextTurn } from '../../trust/turns.js';
import { isElement, type XmlElement, XmlError, xmlNamespace } from './xml.js';

export const ds = 'http://www.w3.org/2000/09/xmldsig#';
export const xades = 'http://uri.etsi.org/01903/v1.3.2#';

/** Those of ASiC, of now and of ETSI TS 102 918, and that of OpenDocument (version 1.2, part 3, section 5.2.1). */
const roots: readonly [namespace: string, localName: string][] = [
  ['http://uri.etsi.org/02918/v1.2.1#', 'XAdESSignatures'],
  ['http://uri.etsi.org/2918/v1.2.1#', 'XAdESSignatures'],
  ['urn:oasis:names:tc:opendocument:xmlns:digitalsignature:1.0', 'document-signatures'],
];
/** Some milliseconds. */
const elementsPerTurn = 2000;

export interface SignatureDocument {
  signatures: XmlElement[];
  /** Elements by what may be taken for their identifier. */
  elements: ReadonlyMap<string, XmlElement[]>;
}

/** @throws XmlError when there is something else than signatures, or a signature within another element. */
export async function signatureDocument(root: XmlElement): Promise<SignatureDocument> {
  const signatures = isSignature(root) ? [root] : signaturesOf(root);
  if (signatures.length === 0) throw new XmlError('there is no signature');
  const placed = new Set(signatures);
  const elements = new Map<string, XmlElement[]>();
  const waiting = [root];
  let count = 0;
  for (let element = waiting.pop(); element; element = waiting.pop()) {
    if (isSignature(element) && !placed.has(element)) throw misplaced(element);
    for (const id of idsOf(element)) {
      const others = elements.get(id);
      if (others) others.push(element);
      else elements.set(id, [element]);
    }
    for (const node of element.children) if (isElement(node)) waiting.push(node);
    count += 1;
    if (count % elementsPerTurn === 0) await nextTurn();
  }
  return { signatures, elements };
}

function isSignature({ namespace, localName }: XmlElement): boolean {
  return namespace === ds && localName === 'Signature';
}

function signaturesOf(root: XmlElement): XmlElement[] {
  if (!roots.some(([namespace, localName]) => root.namespace === namespace && root.localName === localName)) {
    throw new XmlError('it is not a file of signatures');
  }
  const signatures: XmlElement[] = [];
  for (const node of root.children) {
    if (isElement(node) && isSignature(node)) signatures.push(node);
    else if (isElement(node) || (typeof node === 'string' && /[^ \t\n\r]/.test(node))) {
      throw new XmlError('there is something else beside the signatures');
    }
  }
  return signatures;
}

function misplaced({ parent }: XmlElement): XmlError {
  const isCounterSignature = parent?.localName === 'CounterSignature';
  return new XmlError(
    isCounterSignature
      ? 'it has a counter signature, which is not checked'
      : 'it has a signature within another element',
  );
}

/** Their attribute is spelt in several ways; that of XML itself has no space around it (xml:id 1.0, section 4). */
function idsOf(element: XmlElement): Set<string> {
  const ids = new Set<string>();
  for (const { namespace, localName, value } of element.attributes) {
    if (namespace === '' && (localName === 'Id' || localName === 'ID' || localName === 'id')) ids.add(value);
    if (namespace === xmlNamespace && localName === 'id') ids.add(value.trim());
  }
  return ids;
}
