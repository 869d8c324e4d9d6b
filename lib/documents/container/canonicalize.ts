/**
 * Canonical XML 1.0 and 1.1 and Exclusive XML Canonicalization 1.0 of an element and all that is in it: the bytes that
 * signatures of others are about.
 */

import type { Canonicalization } from './algorithms.js';
import { escapeAttribute, escapeText } from './canonical-text.js';
import { isElement, nameOf, type XmlElement, XmlError, type XmlNode } from './xml.js';

export interface CanonicalizationOfElement extends Canonicalization {
  /** Prefixes that are treated as in the inclusive kind; the default namespace is the empty one. */
  inclusivePrefixes: readonly string[];
}

/** How much is canonicalized for one container, in characters; a small file can ask for much more. */
export class CanonicalizationBudget {
  private left: number;

  constructor(maxCharacters: number) {
    this.left = maxCharacters;
  }

  /** @throws XmlError when there is nothing left. */
  spend(characters: number): void {
    this.left -= characters;
    if (this.left < 0) throw new XmlError('it takes too much work to be checked');
  }
}

/** @throws XmlError when it cannot be done. */
export function canonicalize(apex: XmlElement, how: CanonicalizationOfElement, budget: CanonicalizationBudget): string {
  if (!how.isExclusive) checkNoInheritedAttributes(apex);
  const parts: string[] = [];
  const write = (part: string) => {
    budget.spend(part.length);
    parts.push(part);
  };
  writeElement(apex, new Map(), { how, apex, write });
  return parts.join('');
}

interface Work {
  how: CanonicalizationOfElement;
  apex: XmlElement;
  write(part: string): void;
}

/** The inclusive kinds copy attributes such as xml:lang from the elements around, each in its own way. */
function checkNoInheritedAttributes({ parent }: XmlElement): void {
  for (let around = parent; around; around = around.parent) {
    if (around.attributes.some(({ prefix }) => prefix === 'xml')) {
      throw new XmlError('it has attributes of XML itself around what is signed');
    }
  }
}

function writeElement(element: XmlElement, around: ReadonlyMap<string, string>, work: Work): void {
  const { how, apex, write } = work;
  const rendered = new Map(around);
  const name = nameOf(element);
  write(`<${name}`);
  for (const prefix of [...namespacesToShow(element, how, element === apex)].sort(compare)) {
    const namespace = element.scope.get(prefix) ?? '';
    // A default namespace that is none is written only where another one held before.
    if ((rendered.get(prefix) ?? '') === namespace) continue;
    rendered.set(prefix, namespace);
    write(` ${prefix === '' ? 'xmlns' : `xmlns:${prefix}`}="${escapeAttribute(namespace)}"`);
  }
  const attributes = [...element.attributes].sort(
    (a, b) => compare(a.namespace, b.namespace) || compare(a.localName, b.localName),
  );
  for (const attribute of attributes) write(` ${nameOf(attribute)}="${escapeAttribute(attribute.value)}"`);
  write('>');
  for (const node of element.children) writeNode(node, rendered, work);
  write(`</${name}>`);
}

function writeNode(node: XmlNode, rendered: ReadonlyMap<string, string>, work: Work): void {
  if (typeof node === 'string') work.write(escapeText(node));
  else if (isElement(node)) writeElement(node, rendered, work);
  else if ('target' in node) work.write(`<?${node.target}${node.data && ` ${node.data}`}?>`);
  else if (work.how.hasComments) work.write(`<!--${node.comment}-->`);
}

function namespacesToShow(
  { prefix, attributes, declared, scope }: XmlElement,
  { isExclusive, inclusivePrefixes }: CanonicalizationOfElement,
  isApex: boolean,
): Set<string> {
  if (!isExclusive) return new Set((isApex ? scope : declared).keys());
  const used = [prefix, ...attributes.map((attribute) => attribute.prefix).filter((one) => one !== '')];
  const inclusive = inclusivePrefixes.filter((one) => scope.has(one));
  return new Set([...used, ...inclusive].filter((one) => one !== 'xml'));
}

/** By code points, which is how the standard sorts; surrogates make no difference among namespaces and names here. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
