/** The pages of a file (ISO 32000-2, section 7.7.3), and what they show of themselves. */

import type { PdfFile, Rectangle } from './file.js';
import { damaged, isDictionary, isNamed, numberIn, type PdfDictionary, PdfReference, type PdfValue } from './values.js';

export interface PdfPage {
  reference: PdfReference;
  /** What is visible of it, in its own coordinates. */
  box: Rectangle;
  /** By how many degrees it is shown turned, clockwise: 0, 90, 180 or 270. */
  rotation: number;
}

interface Node {
  reference: PdfValue;
  inherited: PdfDictionary;
}

const inheritable = ['MediaBox', 'CropBox', 'Rotate'];

/** Pages and the nodes above them. */
const maxNodes = 1_000_000;

/** The page with this number (1 is the first), or how many there are when there is no such page. */
export async function findPage(file: PdfFile, wanted: number): Promise<PdfPage | number> {
  let count = 0;
  for await (const { page } of pagesOf(file)) {
    count++;
    if (count === wanted) return page();
  }
  return count;
}

/** The pages that an annotation is on. */
export async function findPagesOf(file: PdfFile, annotation: PdfReference): Promise<PdfPage[]> {
  const found: PdfPage[] = [];
  for await (const { dictionary, page } of pagesOf(file)) {
    const isOnPage = file
      .array(dictionary.get('Annots'))
      .some((one) => one instanceof PdfReference && one.number === annotation.number);
    if (isOnPage) found.push(page());
  }
  return found;
}

async function* pagesOf(file: PdfFile): AsyncGenerator<{ dictionary: PdfDictionary; page: () => PdfPage }> {
  const visited = new Set<number>();
  const pending: Node[] = [{ reference: file.catalog.get('Pages') ?? null, inherited: new Map() }];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const { reference } = node;
    if (!(reference instanceof PdfReference)) throw damaged('its pages are missing');
    if (visited.has(reference.number)) throw damaged('its pages go in circles');
    if (visited.size === maxNodes) throw damaged('it has too many pages');
    visited.add(reference.number);
    if (file.effort.isTurnOver) await file.effort.nextTurn();
    const dictionary = file.get(reference);
    if (!isDictionary(dictionary)) throw damaged('a page is missing');
    const inherited = new Map(node.inherited);
    for (const key of inheritable) {
      const value = dictionary.get(key);
      if (value !== undefined) inherited.set(key, value);
    }
    if (isPage(file, dictionary)) {
      const page = () => ({ reference, box: boxOf(file, inherited), rotation: rotationOf(file, inherited) });
      yield { dictionary, page };
      continue;
    }
    const kids = file.array(dictionary.get('Kids'));
    for (let index = kids.length - 1; index >= 0; index--) {
      pending.push({ reference: kids[index] as PdfValue, inherited });
    }
  }
}

/** Some readers go by the type, and some by the kids: where the two differ, they show other pages. */
export function isPage(file: PdfFile, dictionary: PdfDictionary): boolean {
  const type = file.get(dictionary.get('Type'));
  if (isNamed(type, 'Page') && !dictionary.has('Kids')) return true;
  const isNode = isNamed(type, 'Pages') || type === null;
  if (isNode && Array.isArray(file.get(dictionary.get('Kids')))) return false;
  throw damaged('a page is malformed');
}

function boxOf(file: PdfFile, page: PdfDictionary): Rectangle {
  const box = file.rectangle(page.get('CropBox') ?? page.get('MediaBox'));
  if (!box) throw damaged('the box of a page is not a rectangle');
  return box;
}

function rotationOf(file: PdfFile, page: PdfDictionary): number {
  const rotation = numberIn(file.get(page.get('Rotate'))) ?? 0;
  if (rotation % 90 !== 0) throw damaged('the rotation of a page is not a multiple of 90');
  return ((rotation % 360) + 360) % 360;
}
