/**
 * A strict and bounded reader of XML 1.0 with namespaces, for the manifest and the signatures of containers that
 * visitors bring: no DOCTYPE, hence no entities; no encoding but UTF-8. What it refuses is not what DigiDoc, eParaksts
 * or DSS write. It reads in turns, so that everything else in the process has its own while somebody's file is read.
 */

import { nextTurn } from '../../trust/turns.js';
import { quoted } from './names.js';
import { Namespaces } from './namespaces.js';

/** A text that is not the XML that is read here. */
export class XmlError extends Error {}

export interface XmlAttribute {
  prefix: string;
  localName: string;
  /** Empty without a prefix. */
  namespace: string;
  value: string;
}

export interface XmlElement {
  prefix: string;
  localName: string;
  namespace: string;
  attributes: XmlAttribute[];
  /** Namespaces by prefix that the element declares itself. */
  declared: ReadonlyMap<string, string>;
  /** All namespaces that hold here. */
  scope: Namespaces;
  children: XmlNode[];
  parent?: XmlElement;
}

export interface XmlComment {
  comment: string;
}
export interface XmlInstruction {
  target: string;
  data: string;
}
export type XmlNode = XmlElement | XmlComment | XmlInstruction | string;

/** Elements, attributes, texts and all else in one file: what is in memory at once. */
const maxNodes = 50_000;
const maxDepth = 32;
const maxNamespaces = 50;
/** With declarations of namespaces. */
const maxAttributes = 100;
const maxNameCharacters = 200;
/** The name of a file in a URI is up to nine times as long as itself. */
const maxAttributeCharacters = 10_000;
const maxNamespaceCharacters = 1000;
/** Some milliseconds each. */
const nodesPerTurn = 1000;
const charactersPerTurn = 1_000_000;
const decodedBytesPerTurn = 200_000;
/** Of the prefix `xml`. */
export const xmlNamespace = 'http://www.w3.org/XML/1998/namespace';

const declaration =
  /^<\?xml[ \t\n]+version[ \t\n]*=[ \t\n]*(?:"1\.0"|'1\.0')(?:[ \t\n]+encoding[ \t\n]*=[ \t\n]*(?:"utf-8"|'utf-8'))?(?:[ \t\n]+standalone[ \t\n]*=[ \t\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\n]*\?>/i;
const forbidden = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const startTag = /<(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)/y;
const attribute = /[ \t\n]+(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)[ \t\n]*=[ \t\n]*(?:"([^"<]*)"|'([^'<]*)')/y;
const startTagEnd = /[ \t\n]*(\/?)>/y;
const endTag = /<\/((?:[A-Za-z_][\w.-]*:)?[A-Za-z_][\w.-]*)[ \t\n]*>/y;
const reference = /&([a-z]{2,4}|#\d{1,7}|#x[\da-fA-F]{1,6});/y;
const instruction = /([A-Za-z_][\w.-]*)(?:[ \t\n]+(.*))?$/sy;
const noNamespaces: ReadonlyMap<string, string> = new Map();

/** How much is read for one container, in whatever number of files: many small ones are as much work as a large one. */
export class XmlBudget {
  /** A signature of a thousand files has some 17 000. */
  private nodes = 250_000;
  /** `&#13;` at the end of each line of Base64, as some programs write it. */
  private references = 300_000;

  /** @throws XmlError when there is nothing left. */
  spendNode(): void {
    this.nodes -= 1;
    if (this.nodes < 0) throw new XmlError('there are too many elements in all files of signatures');
  }

  /** @throws XmlError when there is nothing left. */
  spendReference(): void {
    this.references -= 1;
    if (this.references < 0) throw new XmlError('it has too many references to characters');
  }
}

/** The root element. @throws XmlError */
export async function readXml(bytes: Uint8Array, budget = new XmlBudget()): Promise<XmlElement> {
  return new Reader(await decode(bytes), budget).document();
}

async function decode(bytes: Uint8Array): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += decodedBytesPerTurn) {
    const part = bytes.subarray(at, at + decodedBytesPerTurn);
    const text = decoded(decoder, withOneLineEnd(part, at === 0 ? undefined : bytes[at - 1]));
    if (forbidden.test(text)) throw new XmlError('it holds a character that XML does not know');
    parts.push(text);
    await nextTurn();
  }
  decoded(decoder);
  return parts.join('');
}

const [lineFeed, carriageReturn] = [0x0a, 0x0d];

/** The kinds of line ends are one (XML 1.0, section 2.11). Of bytes, since millions of changes to a text are slow. */
function withOneLineEnd(part: Uint8Array, byteBefore: number | undefined): Uint8Array {
  const changed = new Uint8Array(part.length);
  let length = 0;
  let before = byteBefore;
  for (const byte of part) {
    if (byte !== lineFeed || before !== carriageReturn) {
      changed[length] = byte === carriageReturn ? lineFeed : byte;
      length += 1;
    }
    before = byte;
  }
  return changed.subarray(0, length);
}

/** The text of further bytes, or nothing at the end of them. */
function decoded(decoder: TextDecoder, bytes?: Uint8Array): string {
  try {
    return decoder.decode(bytes, { stream: bytes !== undefined });
  } catch {
    throw new XmlError('it is not UTF-8');
  }
}

class Reader {
  private readonly text: string;
  private readonly budget: XmlBudget;
  private at = 0;
  private nodes = 0;
  private current?: XmlElement;
  private depth = 0;
  private root?: XmlElement;

  constructor(text: string, budget: XmlBudget) {
    this.text = text;
    this.budget = budget;
    this.at = declaration.exec(text)?.[0].length ?? 0;
  }

  async document(): Promise<XmlElement> {
    let [atBefore, nodesBefore] = [0, 0];
    while (this.at < this.text.length) {
      this.next();
      if (this.at - atBefore < charactersPerTurn && this.nodes - nodesBefore < nodesPerTurn) continue;
      [atBefore, nodesBefore] = [this.at, this.nodes];
      await nextTurn();
    }
    if (this.current || !this.root) throw new XmlError('it ends too early');
    return this.root;
  }

  private next(): void {
    const { text, at } = this;
    if (text[at] !== '<') this.characters();
    else if (text.startsWith('<!--', at)) this.comment();
    else if (text.startsWith('<![CDATA[', at)) this.append(this.upTo('<![CDATA[', ']]>'));
    else if (text.startsWith('<!', at)) throw new XmlError('it has a DOCTYPE');
    else if (text.startsWith('<?', at)) this.instruction();
    else if (text.startsWith('</', at)) this.end();
    else this.start();
  }

  private characters(): void {
    const next = this.text.indexOf('<', this.at);
    const end = next === -1 ? this.text.length : next;
    const raw = this.text.slice(this.at, end);
    this.at = end;
    if (raw.includes(']]>')) throw new XmlError('it has "]]>" in a text');
    if (!this.current && /^[ \t\n]*$/.test(raw)) return;
    this.append(this.resolveReferences(raw));
  }

  private comment(): void {
    const comment = this.upTo('<!--', '-->');
    if (comment.includes('--') || comment.endsWith('-')) throw new XmlError('it has "--" in a comment');
    this.append({ comment });
  }

  private instruction(): void {
    const [, target, data = ''] = matchAt(instruction, this.upTo('<?', '?>'), 0) ?? [];
    if (target === undefined || target.toLowerCase() === 'xml') {
      throw new XmlError('it has a processing instruction or XML declaration that is not known');
    }
    this.append({ target, data });
  }

  private upTo(start: string, end: string): string {
    const from = this.at + start.length;
    const to = this.text.indexOf(end, from);
    if (to === -1) throw new XmlError('it ends too early');
    this.at = to + end.length;
    return this.text.slice(from, to);
  }

  private start(): void {
    const [tag, prefix = '', localName = ''] = this.match(startTag, 'it has a "<" that begins nothing');
    checkLength(prefix + localName, maxNameCharacters, 'name');
    const raw: [prefix: string, localName: string, value: string][] = [];
    for (let found = this.matchIf(attribute); found; found = this.matchIf(attribute)) {
      const [, attributePrefix = '', name = '', quoted, apostrophized] = found;
      const value = quoted ?? apostrophized ?? '';
      checkLength(attributePrefix + name, maxNameCharacters, 'name');
      checkLength(value, maxAttributeCharacters, 'attribute');
      raw.push([attributePrefix, name, this.resolveReferences(value.replace(/[\t\n]/g, ' '))]);
      if (raw.length > maxAttributes) throw new XmlError('it has an element with too many attributes');
      this.count();
    }
    const [, isEmpty] = this.match(startTagEnd, `it has a malformed tag ${quoted(tag)}`);
    const created = this.createElement(prefix, localName, raw);
    if (!this.current && this.root) throw new XmlError('it has two root elements');
    this.append(created);
    this.root ??= created;
    if (isEmpty) return;
    this.current = created;
    this.depth += 1;
    if (this.depth > maxDepth) throw new XmlError('it is nested too deeply');
  }

  private createElement(prefix: string, localName: string, raw: [string, string, string][]): XmlElement {
    const declared = declarationsIn(raw);
    const scope = (this.current?.scope ?? Namespaces.none).with(declared);
    if (scope.size > maxNamespaces) throw new XmlError('it has too many namespaces');
    const namespaceOf = (usedPrefix: string) => {
      if (usedPrefix === 'xml') return xmlNamespace;
      const namespace = scope.get(usedPrefix);
      if (namespace === undefined) throw new XmlError(`its prefix ${quoted(usedPrefix)} is not declared`);
      return namespace;
    };
    const attributes = raw
      .filter(([attributePrefix, name]) => !isDeclaration(attributePrefix, name))
      .map(([attributePrefix, name, value]) => ({
        prefix: attributePrefix,
        localName: name,
        namespace: attributePrefix && namespaceOf(attributePrefix),
        value,
      }));
    const names = new Set(attributes.map(({ namespace, localName }) => `${namespace} ${localName}`));
    if (names.size !== attributes.length) throw new XmlError('it has an attribute twice');
    const namespace = prefix === '' ? (scope.get('') ?? '') : namespaceOf(prefix);
    return { prefix, localName, namespace, attributes, declared, scope, children: [], parent: this.current };
  }

  private end(): void {
    const [, name] = this.match(endTag, 'it has a malformed end tag');
    if (!this.current || name !== nameOf(this.current)) {
      throw new XmlError(`it has an end tag ${quoted(name ?? '')} out of place`);
    }
    this.current = this.current.parent;
    this.depth -= 1;
  }

  private append(node: XmlNode): void {
    this.count();
    if (!this.current) {
      if (typeof node === 'string') throw new XmlError('it has text outside of its root element');
      return;
    }
    const { children } = this.current;
    const last = children.at(-1);
    if (typeof node === 'string' && typeof last === 'string') children[children.length - 1] = last + node;
    else children.push(node);
  }

  /** One after the other, so that the first one that is not known ends it. */
  private resolveReferences(raw: string): string {
    const parts: string[] = [];
    let from = 0;
    for (let at = raw.indexOf('&'); at !== -1; at = raw.indexOf('&', from)) {
      const found = matchAt(reference, raw, at);
      const name = found?.[1] ?? '';
      const resolved = name.startsWith('#') ? characterOf(name) : entities.get(name);
      if (!found || resolved === undefined) throw new XmlError('it has an entity that is not known');
      this.budget.spendReference();
      parts.push(raw.slice(from, at), resolved);
      from = at + found[0].length;
    }
    return parts.join('') + raw.slice(from);
  }

  private count(): void {
    this.budget.spendNode();
    this.nodes += 1;
    if (this.nodes > maxNodes) throw new XmlError('it has too many elements');
  }

  private match(pattern: RegExp, problem: string): RegExpExecArray {
    const found = this.matchIf(pattern);
    if (!found) throw new XmlError(problem);
    return found;
  }

  private matchIf(pattern: RegExp): RegExpExecArray | null {
    const found = matchAt(pattern, this.text, this.at);
    if (found) this.at += found[0].length;
    return found;
  }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function checkLength(text: string, maxCharacters: number, what: string): void {
  if (text.length > maxCharacters) throw new XmlError(`it has a ${what} that is too long`);
}

function isDeclaration(prefix: string, localName: string): boolean {
  return prefix === 'xmlns' || (prefix === '' && localName === 'xmlns');
}

function declarationsIn(raw: readonly [string, string, string][]): ReadonlyMap<string, string> {
  const declarations = raw.filter(([prefix, localName]) => isDeclaration(prefix, localName));
  if (declarations.length === 0) return noNamespaces;
  const declared = new Map<string, string>();
  for (const [prefix, localName, value] of declarations) {
    checkLength(value, maxNamespaceCharacters, 'namespace');
    const declaredPrefix = prefix === '' ? '' : localName;
    if (declared.has(declaredPrefix)) throw new XmlError('it declares a prefix twice');
    if (declaredPrefix.startsWith('xml') || (declaredPrefix !== '' && value === '') || value === xmlNamespace) {
      throw new XmlError(`it declares the prefix ${quoted(declaredPrefix)} in a way that is not known`);
    }
    declared.set(declaredPrefix, value);
  }
  return declared;
}

const entities = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

function characterOf(name: string): string | undefined {
  const code = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  if (code > 0x10ffff) return undefined;
  const character = String.fromCodePoint(code);
  return forbidden.test(character) ? undefined : character;
}

/** The name as it is written. */
export function nameOf({ prefix, localName }: { prefix: string; localName: string }): string {
  return prefix === '' ? localName : `${prefix}:${localName}`;
}

export function isElement(node: XmlNode): node is XmlElement {
  return typeof node === 'object' && 'children' in node;
}

/** Child elements of this name. */
export function childrenOf(parent: XmlElement, namespace: string, localName: string): XmlElement[] {
  return parent.children.filter(
    (node): node is XmlElement => isElement(node) && node.namespace === namespace && node.localName === localName,
  );
}

/** The only child element of this name. @throws XmlError when there is none, or more than one. */
export function childOf(parent: XmlElement, namespace: string, localName: string): XmlElement {
  const [only, ...others] = childrenOf(parent, namespace, localName);
  if (!only || others.length > 0) throw new XmlError(`${parent.localName} must have one ${localName}`);
  return only;
}

/** The value of an attribute; undefined where it is not there. */
export function attributeOf(element: XmlElement, localName: string, namespace = ''): string | undefined {
  return element.attributes.find((one) => one.localName === localName && one.namespace === namespace)?.value;
}

/** The text of an element that has nothing but text. @throws XmlError when it has elements. */
export function textOf(element: XmlElement): string {
  if (element.children.some(isElement)) throw new XmlError(`${element.localName} must have text only`);
  return element.children.filter((node) => typeof node === 'string').join('');
}
