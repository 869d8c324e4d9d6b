/**
 * What readers show of a visible signature (ISO 32000-2, sections 8.10 and 12.5.5): lines of text in a box on a page.
 */

import { SmartIdInputError } from '../../shared/errors.js';
import type { AppearanceFont } from './appearance-font.js';
import type { PdfIncrement } from './increment.js';
import type { PdfPage } from './page-tree.js';
import { PdfName, type PdfReference, PdfStream, type PdfValue } from './values.js';

/** In points (1/72 of an inch), from the lower left corner of the page as it is shown. */
export interface SignatureBox {
  /** From the left edge of the page to the box. */
  x: number;
  /** From the lower edge of the page to the box. */
  y: number;
  /** Of the box. */
  width: number;
  /** Of the box. Text is shown at 4 to 12 points, as it fits. */
  height: number;
}

const maxLetterPoints = 12;
const minLetterPoints = 4;
/** Of the size of the letters. */
const lineHeight = 1.2;
const padding = 2;
/** How far below the top of a line its letters stand, of their size. */
const baseline = 0.9;

/**
 * Where the box is in the page's own coordinates, in which the page may lie on its side.
 * @throws SmartIdInputError when it is not on the page.
 */
export function rectangleOnPage({ x, y, width, height }: SignatureBox, page: PdfPage): number[] {
  const [left, bottom, right, top] = page.box;
  const isSideways = page.rotation % 180 !== 0;
  const [shownWidth, shownHeight] = isSideways ? [top - bottom, right - left] : [right - left, top - bottom];
  if (x + width > shownWidth || y + height > shownHeight) {
    throw new SmartIdInputError('visible', `must be on the page, which is ${shownWidth} by ${shownHeight} points.`);
  }
  const corner = (shownX: number, shownY: number): [number, number] => {
    if (page.rotation === 90) return [right - shownY, bottom + shownX];
    if (page.rotation === 180) return [right - shownX, top - shownY];
    if (page.rotation === 270) return [left + shownY, top - shownX];
    return [left + shownX, bottom + shownY];
  };
  const [[x1, y1], [x2, y2]] = [corner(x, y), corner(x + width, y + height)];
  return [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)];
}

/** Turns the text the way in which the page is turned. */
const matrices: Record<number, PdfValue[]> = {
  90: [0, 1, -1, 0, 0, 0],
  180: [-1, 0, 0, -1, 0, 0],
  270: [0, -1, 1, 0, 0, 0],
};

/** @throws SmartIdInputError when the text does not fit into the box, or the font cannot show it. */
export function addAppearance(
  increment: PdfIncrement,
  text: string,
  font: AppearanceFont,
  { width, height }: Pick<SignatureBox, 'width' | 'height'>,
  { rotation }: PdfPage,
): PdfReference {
  const lines = text.split('\n');
  const widest = Math.max(...lines.map((line) => font.width(line)));
  const size = Math.min(
    maxLetterPoints,
    (height - 2 * padding) / (lines.length * lineHeight),
    widest > 0 ? (width - 2 * padding) / widest : maxLetterPoints,
  );
  if (!(size >= minLetterPoints)) throw new SmartIdInputError('visible', 'is too small for its text.');
  const leading = size * lineHeight;
  const shown = lines.map((line) => `${font.encode(line)} Tj T*`);
  const content = [
    'q',
    'BT',
    `/F ${size.toFixed(3)} Tf`,
    `${leading.toFixed(3)} TL`,
    `${padding} ${(height - padding - size * baseline).toFixed(3)} Td`,
    ...shown,
    'ET',
    'Q',
  ].join('\n');
  const matrix = matrices[rotation];
  const resources = new Map<string, PdfValue>([['Font', new Map<string, PdfValue>([['F', font.addTo(increment)]])]]);
  const dictionary = new Map<string, PdfValue>([
    ['Type', new PdfName('XObject')],
    ['Subtype', new PdfName('Form')],
    ['BBox', [0, 0, width, height]],
    ...(matrix ? [['Matrix', matrix] as [string, PdfValue]] : []),
    ['Resources', resources],
  ]);
  return increment.add(new PdfStream(dictionary, Buffer.from(content, 'latin1')));
}
