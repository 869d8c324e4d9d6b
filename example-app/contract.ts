/**
 * The contract that is signed here: a page with a title, a text, and room for the signature. The font is embedded,
 * because the fonts that every reader has lack letters of Baltic names. What would be signed without being seen as it
 * is, is refused.
 */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fontkit from '@cantoo/fontkit';
import {
  type LayoutBounds,
  layoutMultilineText,
  type MultilineTextLayout,
  PageSizes,
  PDFDocument,
  type PDFFont,
  TextAlignment,
} from '@cantoo/pdf-lib';

export interface Contract {
  title: string;
  text: string;
}

/** A TrueType font with the letters of all Baltic names. */
export const fontBytes = await readFile(fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')));
const [pageWidth, pageHeight] = PageSizes.A4;
const margin = 56;
const width = pageWidth - 2 * margin;
/** Where the signature is shown on the page, in points from its lower left corner. */
export const signatureBox = { x: margin, y: margin, width: 320, height: 64 };
const titleBox = { x: margin, y: pageHeight - margin - 60, width, height: 60 };
const textBox = { x: margin, y: 160, width, height: titleBox.y - 180 };
/** More than a page holds. The time for laying out a line grows with the square of its length. */
const tooManyCharacters = 10_000;

/**
 * The contract as a PDF that nobody has signed yet.
 * @throws Error when it does not fit on the page, or holds something that cannot be seen.
 */
export async function contractPdf({ title, text }: Contract): Promise<Uint8Array> {
  const document = await PDFDocument.create();
  document.registerFontkit(fontkit);
  document.setTitle(title, { showInWindowTitleBar: true });
  const font = await document.embedFont(fontBytes, { subset: true });
  const page = document.addPage(PageSizes.A4);
  for (const { lines, fontSize } of [layOut(title, font, titleBox, 20), layOut(text, font, textBox, 11)]) {
    for (const { text: line, x, y } of lines) page.drawText(line, { x, y, font, size: fontSize });
  }
  return document.save();
}

/** Breaks a text into lines. */
function layOut(text: string, font: PDFFont, bounds: LayoutBounds, size: number): MultilineTextLayout {
  const wanted = text.replace(/\r\n?/g, '\n');
  const drawable = new Set(font.getCharacterSet());
  for (const character of wanted) {
    if (/[\n\t]/.test(character)) continue;
    const codePoint = character.codePointAt(0) ?? 0;
    if (/\p{C}/u.test(character) || !drawable.has(codePoint)) {
      throw new Error(`The font cannot show the character U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}.`);
    }
  }
  if (wanted.length > tooManyCharacters) throw new Error('The text does not fit on the page.');
  const layout = layoutMultilineText(wanted, { font, bounds, fontSize: size, alignment: TextAlignment.Left });
  if (layout.bounds.width > bounds.width || layout.bounds.height > bounds.height) {
    throw new Error('The text does not fit on the page.');
  }
  return layout;
}
