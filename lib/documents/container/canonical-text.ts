/**
 * XML that is written in its canonical form at once (Exclusive XML Canonicalization 1.0): what is signed or hashed goes
 * into the file as the very text, so nobody has to parse what we wrote to know what was signed.
 */

const namespaces = {
  asic: 'http://uri.etsi.org/02918/v1.2.1#',
  ds: 'http://www.w3.org/2000/09/xmldsig#',
  manifest: 'urn:oasis:names:tc:opendocument:xmlns:manifest:1.0',
  xades: 'http://uri.etsi.org/01903/v1.3.2#',
} as const;
type Prefix = keyof typeof namespaces;

/** An element; its attributes have its own prefix or none. */
export interface Element {
  name: `${Prefix}:${string}`;
  attributes: Readonly<Record<string, string>>;
  children: readonly Child[];
}

/** Canonical text of an element on its own, which declares all its namespaces itself. */
export interface CanonicalText {
  canonical: string;
}

type Child = Element | CanonicalText | string;

export function element(
  name: Element['name'],
  attributes: Readonly<Record<string, string>>,
  ...children: Child[]
): Element {
  return { name, attributes, children };
}

/** The canonical text of the element where nothing around it declares a namespace. */
export function canonicalText(root: Element): string {
  return textOf(root, new Set());
}

/**
 * A namespace is declared by the outermost element that uses it. Canonical text of before declares its own again, which
 * is allowed, and canonical only where that text is taken by itself.
 */
function textOf({ name, attributes, children }: Element, declared: ReadonlySet<string>): string {
  const prefix = name.slice(0, name.indexOf(':')) as Prefix;
  const declaration = declared.has(prefix) ? '' : ` xmlns:${prefix}="${namespaces[prefix]}"`;
  const within = new Set(declared).add(prefix);
  const attributeText = Object.entries(attributes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ` ${key}="${escapeAttribute(value)}"`)
    .join('');
  const content = children.map((child) => {
    if (typeof child === 'string') return escapeText(child);
    return 'canonical' in child ? child.canonical : textOf(child, within);
  });
  return `<${name}${declaration}${attributeText}>${content.join('')}</${name}>`;
}

const textEscapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#xD;' };
const attributeEscapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};

export function escapeText(text: string): string {
  return text.replace(/[&<>\r]/g, (character) => textEscapes[character] ?? '');
}

export function escapeAttribute(value: string): string {
  return value.replace(/[&<"\t\n\r]/g, (character) => attributeEscapes[character] ?? '');
}
