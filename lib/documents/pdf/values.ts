/**
 * The values that a PDF is made of (ISO 32000-2, section 7.3), read and written so that nothing changes in between:
 * what a signature adds to an object must leave the rest of it as it was.
 */

import { SmartIdInputError } from '../../shared/errors.js';

/** A name, decoded: `/A#20B` is `A B`. */
export class PdfName {
  constructor(readonly value: string) {}
}

/** A reference to an indirect object. */
export class PdfReference {
  constructor(
    readonly number: number,
    readonly generation: number,
  ) {}
}

/** A string or a number as it stands in the file. */
export class PdfToken {
  constructor(readonly text: string) {}
}

/** Keys are decoded names. */
export type PdfDictionary = Map<string, PdfValue>;

export type PdfValue = null | boolean | number | PdfName | PdfReference | PdfToken | PdfValue[] | PdfDictionary;

/** A stream that is added to a file. */
export class PdfStream {
  constructor(
    readonly dictionary: PdfDictionary,
    readonly data: Uint8Array,
  ) {}
}

/** The error about a file whose structure cannot be relied on. */
export function damaged(what: string): SmartIdInputError {
  return new SmartIdInputError('pdf', `is damaged: ${what}.`);
}

/** A name of the file, to go into a message, if it is one that people read: it may hold anything. */
export function inBrackets(name: string): string {
  return /^\w{1,30}$/.test(name) && !/\d{6}/.test(name) ? ` (${name})` : '';
}

export function isDictionary(value: unknown): value is PdfDictionary {
  return value instanceof Map;
}

/** Whether it is this name. */
export function isNamed(value: PdfValue | undefined, name: string): boolean {
  return value instanceof PdfName && value.value === name;
}

/** The value as a finite number, or undefined when it is none. */
export function numberIn(value: PdfValue | undefined): number | undefined {
  const number = value instanceof PdfToken && !isString(value) ? Number(value.text) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function isString({ text }: PdfToken): boolean {
  return text.startsWith('(') || text.startsWith('<');
}

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** The octets of a string, each as a character; undefined when the value is no string. */
function octetsIn(value: PdfValue | undefined): string | undefined {
  if (!(value instanceof PdfToken) || !isString(value)) return undefined;
  const inner = value.text.slice(1, -1);
  if (value.text.startsWith('<')) {
    const digits = inner.replace(/[^0-9a-f]/gi, '');
    return Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex').toString('latin1');
  }
  return inner.replace(/\\(?:([0-7]{1,3})|(\r\n|[\s\S]))|\r\n?/g, (_, octal?: string, escaped?: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
    if (escaped === undefined) return '\n';
    return /[\r\n]/.test(escaped) ? '' : (escapes[escaped] ?? escaped);
  });
}

/** The text of a string, for comparing; undefined when the value is no string. */
export function textIn(value: PdfValue | undefined): string | undefined {
  const octets = octetsIn(value);
  if (octets === undefined) return undefined;
  const bytes = Buffer.from(octets, 'latin1');
  if (octets.startsWith('\xfe\xff')) return new TextDecoder('utf-16be').decode(bytes);
  if (octets.startsWith('\xef\xbb\xbf')) return bytes.toString('utf8', 3);
  return octets;
}

/** A string that every reader shows as this text. */
export function textString(text: string): PdfToken {
  const octets = Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
  return new PdfToken(`<${octets.toString('hex').toUpperCase()}>`);
}

/** A time as a string, in UTC. */
export function dateString(time: number): PdfToken {
  return new PdfToken(`(D:${new Date(time).toISOString().replace(/\.\d+Z$|[-:T]/g, '')}Z)`);
}

/** How the value stands in a file. */
export function write(value: PdfValue): string {
  if (value instanceof PdfName) return writeName(value.value);
  if (value instanceof PdfReference) return `${value.number} ${value.generation} R`;
  if (value instanceof PdfToken) return value.text;
  if (Array.isArray(value)) return `[${value.map(write).join(' ')}]`;
  if (isDictionary(value)) {
    return `<<${[...value].map(([key, entry]) => `${writeName(key)} ${write(entry)}`).join(' ')}>>`;
  }
  if (typeof value === 'number') return writeNumber(value);
  return String(value);
}

function writeName(name: string): string {
  const escaped = name.replace(
    /[^!-~]|[#()<>[\]{}/%]/g,
    (character) => `#${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `/${escaped}`;
}

/** Without an exponent, which PDF does not know. */
function writeNumber(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError('PDF knows no number that is not finite');
  return Number.isInteger(value) ? String(value) : value.toFixed(4);
}
