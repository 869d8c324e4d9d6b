/** A TrueType font in a PDF, for any of its characters (ISO 32000-2, sections 9.7 and 9.10.3). */

import { deflateSync } from 'node:zlib';
import { SmartIdInputError } from '../../shared/errors.js';
import type { AppearanceFont } from './appearance-font.js';
import type { PdfIncrement } from './increment.js';
import { describe } from './standard-font.js';
import { TrueTypeFont } from './true-type.js';
import { PdfName, type PdfReference, PdfStream, PdfToken, type PdfValue } from './values.js';

/** The six letters say that it is not the whole font. */
const fontName = new PdfName('SMARTI+Signature');
/** No letters of the alphabet only. */
const symbolic = 4;

export class EmbeddedFont implements AppearanceFont {
  private readonly font: TrueTypeFont;
  /** Glyphs that were encoded, with their characters. */
  private readonly used = new Map<number, string>();

  /** @throws SmartIdInputError naming `visible.font`. */
  constructor(bytes: Uint8Array) {
    this.font = new TrueTypeFont(bytes);
  }

  width(text: string): number {
    let width = 0;
    for (const character of text) width += this.font.width(this.glyph(character));
    return width / 1000;
  }

  encode(text: string): string {
    const glyphs = Array.from(text, (character) => {
      const glyph = this.glyph(character);
      this.used.set(glyph, character);
      return hexadecimal(glyph);
    });
    return `<${glyphs.join('')}>`;
  }

  addTo(increment: PdfIncrement): PdfReference {
    const { boundingBox, ascent, descent } = this.font.metrics;
    const file = this.font.subset(this.used.keys());
    const descriptor = increment.add(
      new Map<string, PdfValue>([
        ['Type', new PdfName('FontDescriptor')],
        ['FontName', fontName],
        ['Flags', symbolic],
        ['FontBBox', [...boundingBox]],
        ['ItalicAngle', 0],
        ['Ascent', ascent],
        ['Descent', descent],
        ['CapHeight', ascent],
        ['StemV', 80],
        ['FontFile2', increment.add(compressed(file, ['Length1', file.length]))],
      ]),
    );
    const descendant = increment.add(
      new Map<string, PdfValue>([
        ['Type', new PdfName('Font')],
        ['Subtype', new PdfName('CIDFontType2')],
        ['BaseFont', fontName],
        [
          'CIDSystemInfo',
          new Map<string, PdfValue>([
            ['Registry', new PdfToken('(Adobe)')],
            ['Ordering', new PdfToken('(Identity)')],
            ['Supplement', 0],
          ]),
        ],
        ['CIDToGIDMap', new PdfName('Identity')],
        ['FontDescriptor', descriptor],
        ['W', [...this.used.keys()].flatMap((glyph): PdfValue[] => [glyph, [this.font.width(glyph)]])],
      ]),
    );
    return increment.add(
      new Map<string, PdfValue>([
        ['Type', new PdfName('Font')],
        ['Subtype', new PdfName('Type0')],
        ['BaseFont', fontName],
        ['Encoding', new PdfName('Identity-H')],
        ['DescendantFonts', [descendant]],
        ['ToUnicode', increment.add(compressed(Buffer.from(this.toUnicode())))],
      ]),
    );
  }

  private glyph(character: string): number {
    const glyph = this.font.glyph(character);
    if (glyph !== undefined) return glyph;
    throw new SmartIdInputError('visible.font', `does not have ${describe(character)}: give another font.`);
  }

  /** So that the text can be searched for and copied. */
  private toUnicode(): string {
    const pairs = [...this.used].map(([glyph, character]) => {
      const text = Buffer.from(character, 'utf16le').swap16().toString('hex').toUpperCase();
      return `<${hexadecimal(glyph)}> <${text}>`;
    });
    const blocks: string[] = [];
    // A block has 100 entries at most.
    for (let at = 0; at < pairs.length; at += 100) {
      const block = pairs.slice(at, at + 100);
      blocks.push(`${block.length} beginbfchar\n${block.join('\n')}\nendbfchar`);
    }
    return [
      '/CIDInit /ProcSet findresource begin',
      '12 dict begin',
      'begincmap',
      '/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def',
      '/CMapName /Adobe-Identity-UCS def',
      '/CMapType 2 def',
      '1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange',
      ...blocks,
      'endcmap',
      'CMapName currentdict /CMap defineresource pop',
      'end',
      'end',
    ].join('\n');
  }
}

function compressed(data: Uint8Array, ...entries: [string, PdfValue][]): PdfStream {
  return new PdfStream(
    new Map<string, PdfValue>([...entries, ['Filter', new PdfName('FlateDecode')]]),
    deflateSync(data),
  );
}

function hexadecimal(glyph: number): string {
  return glyph.toString(16).toUpperCase().padStart(4, '0');
}
