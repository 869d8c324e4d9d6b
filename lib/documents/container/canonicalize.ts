/**
 * Canonical XML 1.0 and 1.1 and Exclusive XML Canonicalization 1.0 of an element and all that is in it: the bytes that
 * signatures of others are about.
 */

import { nextTurn } from '../../trust/turns.js';
import type { Canonicalization } from './algorithms.js';
import { escapeAttribute, escapeText } from './canonical-text.js';
import { Namespaces } from './namespaces.js';
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

/** What one signature signs at once, which is hashed in one turn. */
const maxCharactersAtOnce = 4_000_000;
/** What an element is in work, besides its text. */
const charactersPerElement = 50;
/** Some milliseconds. */
const charactersPerTurn = 200_000;

/** @throws XmlError when it cannot be done. */
export async function canonicalize(
  apex: XmlElement,
  how: CanonicalizationOfElement,
  budget: CanonicalizationBudget,
): Promise<string> {
  if (!how.isExclusive) checkNoInheritedAttributes(apex);
  const work = new Work(apex, how, budget);
  let before = 0;
  for (const characters of writeElement(apex, Namespaces.none, work)) {
    if (characters - before < charactersPerTurn) continue;
    before = characters;
    await nextTurn();
  }
  return work.parts.join('');
}

class Work {
  readonly apex: XmlElement;
  readonly how: CanonicalizationOfElement;
  readonly parts: string[] = [];
  characters = 0;
  private readonly budget: CanonicalizationBudget;

  constructor(apex: XmlElement, how: CanonicalizationOfElement, budget: CanonicalizationBudget) {
    this.apex = apex;
    this.how = how;
    this.budget = budget;
  }

  write(part: string): void {
    this.spend(part.length);
    this.parts.push(part);
  }

  spend(characters: number): void {
    this.budget.spend(characters);
    this.characters += characters;
    if (this.characters > maxCharactersAtOnce) throw new XmlError('it signs too large a part of the signature');
  }
}

/** The inclusive kinds copy attributes such as xml:lang from the elements around, each in its own way. */
function checkNoInheritedAttributes({ parent }: XmlElement): void {
  for (let around = parent; around; around = around.parent) {
    if (around.attributes.some(({ prefix }) => prefix === 'xml')) {
      throw new XmlError('it has attributes of XML itself around what is signed');
    }
  }
}

/** Yields the characters of work so far after each child, where others can have their turn. */
function* writeElement(element: XmlElement, around: Namespaces, work: Work): Generator<number, void> {
  const { how, apex } = work;
  work.spend(charactersPerElement);
  const name = nameOf(element);
  work.write(`<${name}`);
  const shown = new Map<string, string>();
  for (const prefix of [...namespacesToShow(element, how, element === apex)].sort(compare)) {
    const namespace = element.scope.get(prefix) ?? '';
    // A default namespace that is none is written only where another one held before.
    if ((around.get(prefix) ?? '') === namespace) continue;
    shown.set(prefix, namespace);
    work.write(` ${prefix === '' ? 'xmlns' : `xmlns:${prefix}`}="${escapeAttribute(namespace)}"`);
  }
  const attributes = [...element.attributes].sort(
    (a, b) => compare(a.namespace, b.namespace) || compare(a.localName, b.localName),
  );
  for (const attribute of attributes) work.write(` ${nameOf(attribute)}="${escapeAttribute(attribute.value)}"`);
  work.write('>');
  const rendered = around.with(shown);
  for (const node of element.children) {
    if (isElement(node)) yield* writeElement(node, rendered, work);
    else writeOther(node, work);
    yield work.characters;
  }
  work.write(`</${name}>`);
}

function writeOther(node: Exclude<XmlNode, XmlElement>, work: Work): void {
  if (typeof node === 'string') writeText(node, work);
  else if ('target' in node) work.write(`<?${node.target}${node.data && ` ${node.data}`}?>`);
  else if (work.how.hasComments) work.write(`<!--${node.comment}-->`);
}

/** In parts, so that the budget ends before the work on a text that is too long. */
function writeText(text: string, work: Work): void {
  for (let at = 0; at < text.length; at += charactersPerTurn) {
    work.write(escapeText(text.slice(at, at + charactersPerTurn)));
  }
}

function namespacesToShow(
  { prefix, attributes, declared, scope }: XmlElement,
  { isExclusive, inclusivePrefixes }: CanonicalizationOfElement,
  isApex: boolean,
): Set<string> {
  if (!isExclusive) return new Set(isApex ? scope.prefixes() : declared.keys());
  const used = [prefix, ...attributes.map((attribute) => attribute.prefix).filter((one) => one !== '')];
  const inclusive = inclusivePrefixes.filter((one) => scope.has(one));
  return new Set([...used, ...inclusive].filter((one) => one !== 'xml'));
}

/** By code points, which is how the standard sorts; surrogates make no difference among namespaces and names here. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
