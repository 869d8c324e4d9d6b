/**
 * Reads values (ISO 32000-2, sections 7.2 and 7.3) where they stand. What is not written as the standard says is
 * refused and not guessed at: other readers would guess something else, and show another document than the one that was
 * signed.
 */

import { costs, maxEffortPerObject, type PdfEffort } from './effort.js';
import { damaged, inBrackets, type PdfDictionary, PdfName, PdfReference, PdfToken, type PdfValue } from './values.js';

const maxDepth = 100;
/** Eight times what ISO 32000-1, Annex C, lets writers have. */
const maxNameBytes = 1016;
/** Of a dictionary that needs no more than others. */
const maxFewKeys = 20;

const whitespace = 1;
const delimiter = 2;
/** What each octet is. */
const kinds = new Uint8Array(256);
for (const octet of [0, 9, 10, 12, 13, 32]) kinds[octet] = whitespace;
for (const character of '()<>[]{}/%') kinds[character.charCodeAt(0)] = delimiter;

const [lineFeed, carriageReturn, space, zero, letterR] = [10, 13, 32, 48, 82];
const [percent, open, close, slash, less, greater, openArray, closeArray, backslash] = [...'%()/<>[]\\'].map(
  (character) => character.charCodeAt(0),
);

const integer = /^[+-]\d{1,15}$/;
/** Numbers of so many are exact. */
const maxDigits = 15;
const number = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;
const maxGenerationDigits = 5;

/** Reads one object, or one header: what is read in one go has an end of its own. */
export class PdfReader {
  /** What is before has been paid for. */
  private paidTo: number;
  private effortLeft = maxEffortPerObject;

  constructor(
    readonly bytes: Buffer,
    public position: number,
    private readonly effort: PdfEffort,
  ) {
    this.paidTo = position;
  }

  skipSpace(): void {
    for (;;) {
      const octet = this.bytes[this.position];
      if (octet === undefined) return;
      if (octet === percent) this.skipComment();
      else if (kinds[octet] === whitespace) this.position++;
      else return;
    }
  }

  /** Whether this word comes next; it is passed then. */
  passes(word: string): boolean {
    this.skipSpace();
    this.pay(0);
    for (let index = 0; index < word.length; index++) {
      if (this.bytes[this.position + index] !== word.charCodeAt(index)) return false;
    }
    this.position += word.length;
    return true;
  }

  /** A number that is a count, an offset or the like. */
  nonNegativeInteger(): number {
    this.skipSpace();
    const found = this.digits();
    this.pay(0);
    if (found === undefined) throw damaged('a number is missing where one must be');
    return found;
  }

  value(depth = 0): PdfValue {
    if (depth > maxDepth) throw damaged('values are nested too deeply');
    this.skipSpace();
    const value = this.valueHere(depth);
    this.pay(typeof value === 'object' && value !== null ? costs.value + costs.boxed : costs.value);
    return value;
  }

  private valueHere(depth: number): PdfValue {
    switch (this.bytes[this.position]) {
      case slash:
        return this.name();
      case openArray:
        return this.array(depth);
      case open:
        return this.literalString();
      case less:
        return this.bytes[this.position + 1] === less ? this.dictionary(depth) : this.hexadecimalString();
      default:
        return this.numberOrWord();
    }
  }

  /** For the octets that were passed, and for what was made of them. */
  private pay(cost: number): void {
    const whole = this.position - this.paidTo + cost;
    this.paidTo = this.position;
    this.effortLeft -= whole;
    if (this.effortLeft < 0) throw damaged('its structure is too complicated');
    this.effort.spend(whole);
  }

  private skipComment(): void {
    let octet = this.bytes[this.position];
    while (octet !== undefined && octet !== lineFeed && octet !== carriageReturn) octet = this.bytes[++this.position];
  }

  private word(): string {
    const start = this.position;
    while (this.position < this.bytes.length && kinds[this.bytes[this.position] as number] === 0) this.position++;
    return this.bytes.toString('latin1', start, this.position);
  }

  private name(): PdfName {
    this.position++;
    const word = this.word();
    if (word.length > maxNameBytes) throw damaged('a name is too long');
    if (!word.includes('#')) return new PdfName(word);
    this.effort.spend(costs.textByte * word.length);
    const decoded = word.replace(/#([0-9a-f]{2})/gi, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    );
    return new PdfName(decoded);
  }

  private array(depth: number): PdfValue[] {
    this.position++;
    this.pay(costs.array);
    const values: PdfValue[] = [];
    for (;;) {
      this.skipSpace();
      if (this.bytes[this.position] === closeArray) break;
      values.push(this.value(depth + 1));
    }
    this.position++;
    return values;
  }

  private dictionary(depth: number): PdfDictionary {
    this.position += 2;
    this.pay(costs.dictionary);
    const dictionary: PdfDictionary = new Map();
    for (;;) {
      this.skipSpace();
      if (this.bytes[this.position] === greater && this.bytes[this.position + 1] === greater) break;
      if (this.bytes[this.position] !== slash) throw damaged('a key of a dictionary is not a name');
      const key = this.name();
      this.pay(dictionary.size < maxFewKeys ? costs.value : costs.value + costs.manyKeys);
      // Readers disagree about which of the two counts.
      if (dictionary.has(key.value)) throw damaged(`a dictionary has a key twice${inBrackets(key.value)}`);
      dictionary.set(key.value, this.value(depth + 1));
    }
    this.position += 2;
    return dictionary;
  }

  private hexadecimalString(): PdfToken {
    const end = this.bytes.indexOf(greater as number, this.position);
    if (end < 0) throw damaged('a string does not end');
    const text = this.bytes.toString('latin1', this.position, end + 1);
    if (!/^<[0-9a-fA-F\0\t\n\f\r ]*>$/.test(text)) throw damaged('a string has other than hexadecimal digits');
    this.position = end + 1;
    return new PdfToken(text);
  }

  private literalString(): PdfToken {
    const start = this.position;
    let depth = 0;
    do {
      const octet = this.bytes[this.position++];
      if (octet === undefined) throw damaged('a string does not end');
      if (octet === backslash) this.position++;
      else if (octet === open) depth++;
      else if (octet === close) depth--;
    } while (depth > 0);
    return new PdfToken(this.bytes.toString('latin1', start, this.position));
  }

  private numberOrWord(): PdfValue {
    const found = this.digits();
    if (found !== undefined) return this.reference(found) ?? found;
    const word = this.word();
    if (integer.test(word)) return Number(word);
    if (number.test(word)) return new PdfToken(word);
    if (word === 'true') return true;
    if (word === 'false') return false;
    if (word === 'null') return null;
    throw damaged(word === '' ? 'a value is missing' : 'there is a word that means nothing');
  }

  /** A whole number without a sign, which is passed; undefined where something else comes next. */
  private digits(): number | undefined {
    const { bytes } = this;
    let position = this.position;
    let value = 0;
    for (let digit = digitAt(bytes, position); digit !== undefined; digit = digitAt(bytes, ++position)) {
      value = 10 * value + digit;
    }
    const count = position - this.position;
    if (count === 0 || count > maxDigits || kinds[bytes[position] ?? space] === 0) return undefined;
    this.position = position;
    return value;
  }

  private reference(objectNumber: number): PdfReference | undefined {
    const { bytes } = this;
    const start = this.pastSpace(this.position);
    let position = start;
    let generation = 0;
    for (let digit = digitAt(bytes, position); digit !== undefined; digit = digitAt(bytes, ++position)) {
      generation = 10 * generation + digit;
    }
    const digits = position - start;
    if (digits === 0 || digits > maxGenerationDigits) return undefined;
    const end = this.pastSpace(position);
    if (end === position || bytes[end] !== letterR || kinds[bytes[end + 1] ?? space] === 0) return undefined;
    this.position = end + 1;
    return new PdfReference(objectNumber, generation);
  }

  private pastSpace(from: number): number {
    let position = from;
    while (position < this.bytes.length && kinds[this.bytes[position] as number] === whitespace) position++;
    return position;
  }
}

function digitAt(bytes: Buffer, position: number): number | undefined {
  const digit = (bytes[position] ?? 0) - zero;
  return digit >= 0 && digit <= 9 ? digit : undefined;
}
