/**
 * Helvetica, which every reader has (ISO 32000-1, section 9.6.2.2), with the letters of Windows' code page 1252 (Annex
 * D). Estonian and the languages of Western Europe need no more; Latvian and Lithuanian do.
 */

import { SmartIdInputError } from '../../shared/errors.js';
import type { AppearanceFont } from './appearance-font.js';
import type { PdfIncrement } from './increment.js';
import { PdfName, type PdfValue } from './values.js';

/** Of the characters from the space to the tilde, in thousandths of the font's size (Adobe's font metrics). */
const widths = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
  556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
  722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
  556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
  260, 334, 584,
];
/** No character is wider. */
const widest = 1015;

/**
 * From 0x80 to 0x9F; where nothing is there is a space. Written down, because the decoder of some versions of Node
 * takes this code page for Latin-1.
 */
const special = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';
const octets = new Map<string, number>();
for (let octet = 0xa0; octet < 0x100; octet++) octets.set(String.fromCharCode(octet), octet);
for (const [index, character] of [...special].entries()) octets.set(character, 0x80 + index);
for (let octet = 0x20; octet < 0x7f; octet++) octets.set(String.fromCharCode(octet), octet);

export const standardFont: AppearanceFont = {
  width(text) {
    let width = 0;
    for (const character of text) width += widthOf(character);
    return width / 1000;
  },

  encode(text) {
    const bytes = Array.from(text, (character) => octets.get(character) ?? missing(character));
    return `<${Buffer.from(bytes).toString('hex').toUpperCase()}>`;
  },

  addTo(increment: PdfIncrement) {
    return increment.add(
      new Map<string, PdfValue>([
        ['Type', new PdfName('Font')],
        ['Subtype', new PdfName('Type1')],
        ['BaseFont', new PdfName('Helvetica')],
        ['Encoding', new PdfName('WinAnsiEncoding')],
      ]),
    );
  },
};

/**
 * A name in letters that this font has: those that it lacks lose their marks, as on cards and tickets. The certificate
 * in the signature has the name in full.
 */
export function withStandardLetters(name: string): string {
  return Array.from(name.normalize('NFC'), (character) =>
    octets.has(character) ? character : character.normalize('NFD').replace(/\p{M}/gu, ''),
  ).join('');
}

/** A letter with a mark is as wide as without it. */
function widthOf(character: string): number {
  if (!octets.has(character)) missing(character);
  const letter = character.normalize('NFD').codePointAt(0) ?? 0;
  return widths[letter - 0x20] ?? widest;
}

function missing(character: string): never {
  throw new SmartIdInputError(
    'visible.font',
    `must be given, a TrueType font: the standard one does not have ${describe(character)}.`,
  );
}

/** For a message: the character and its code point. */
export function describe(character: string): string {
  const codePoint = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return /\p{C}/u.test(character) ? `U+${codePoint}` : `"${character}" (U+${codePoint})`;
}
