/** What a file needs of the process comes in turns, so that everything else in it goes on meanwhile. */

import { expect } from 'chai';
import { checkEveryObject } from '../../../lib/documents/pdf/every-object.js';
import { PdfFile } from '../../../lib/documents/pdf/file.js';
import { fieldsOf } from '../../../lib/documents/pdf/form.js';
import { findPage } from '../../../lib/documents/pdf/page-tree.js';
import { type HandmadeObject, handmade, onePage } from '../pdf-corpus.js';

const count = 30_000;
const numbers = Array.from({ length: count }, (_, index) => 10 + index);
const references = `[${numbers.map((number) => `${number} 0 R`).join(' ')}]`;
const each = (object: (number: number) => string): Record<number, HandmadeObject> =>
  Object.fromEntries(numbers.map((number) => [number, object(number)]));

const page = '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Rotate 90 /Resources << /Font << >> >> >>';
const withPages = { ...onePage(), 2: `<< /Type /Pages /Kids ${references} >>`, ...each(() => page) };
const withFields = {
  ...onePage('', `/AcroForm << /Fields ${references} >>`),
  ...each((number) => `<< /FT /Tx /T (field${number}) /V (abc) >>`),
};

/** How many turns others had meanwhile. */
async function turnsDuring(action: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await action();
  isOver = true;
  return turns;
}

describe('A PDF with many objects', () => {
  for (const kind of ['table', 'stream'] as const) {
    it(`is opened in turns, with cross-references in a ${kind}`, async () => {
      const pdf = handmade({ objects: withFields, kind });
      expect(await turnsDuring(() => PdfFile.open(pdf))).to.be.within(2, 50);
    });
  }

  it('has each of them looked at in turns', async () => {
    const file = await PdfFile.open(handmade({ objects: withFields }));
    expect(await turnsDuring(() => checkEveryObject(file))).to.be.within(5, 100);
  });

  it('has those of an object stream looked at in turns', async () => {
    const file = await PdfFile.open(handmade({ objects: withFields, kind: 'stream', compressed: numbers }));
    expect(await turnsDuring(() => checkEveryObject(file))).to.be.within(5, 100);
  });

  it('has its fields read in turns', async () => {
    const file = await PdfFile.open(handmade({ objects: withFields }));
    expect(await turnsDuring(async () => expect(await fieldsOf(file)).to.have.length(count))).to.be.within(5, 100);
  });

  it('has its pages walked in turns', async () => {
    const file = await PdfFile.open(handmade({ objects: withPages }));
    expect(
      await turnsDuring(async () => expect(await findPage(file, count)).to.include({ rotation: 90 })),
    ).to.be.within(5, 100);
  });
});

describe('The fields of a form', () => {
  it('are in the order of the file, each before those below it', async () => {
    const objects = {
      ...onePage('', '/AcroForm << /Fields [5 0 R 8 0 R] >>'),
      5: '<< /T (a) /Kids [6 0 R 7 0 R] >>',
      6: '<< /T (b) /Kids [<< /T (c) >>] >>',
      7: '<< /T (d) >>',
      8: '<< /T (e) >>',
    };
    const fields = await fieldsOf(await PdfFile.open(handmade({ objects })));
    expect(fields.map(({ name }) => name)).to.deep.equal(['a', 'a.b', 'a.b.c', 'a.d', 'e']);
  });
});
