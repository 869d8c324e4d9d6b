import { expect } from 'chai';
import { PdfFile } from '../../../lib/documents/pdf/file.js';
import { PdfIncrement } from '../../../lib/documents/pdf/increment.js';
import { PdfReference, PdfToken } from '../../../lib/documents/pdf/values.js';
import { handmade, onePage } from '../pdf-corpus.js';

describe('A PDF that is read object by object', () => {
  it('is refused where an object stream has its own length in it', async () => {
    const file = handmade({ objects: { ...onePage(), 5: '100' }, kind: 'stream', compressed: [1, 5] });
    const text = file.toString('latin1');
    const circular = text.replace(/\/Filter \/FlateDecode \/Length \d{2} /, '/Filter/FlateDecode/Length 5 0 R');
    expect(circular.length).to.equal(text.length);
    expect((await PdfFile.open(file)).catalog.get('Type')).to.include({ value: 'Catalog' });
    const read = await PdfFile.open(Buffer.from(circular, 'latin1'));
    expect(() => read.catalog).to.throw('without what is in it');
  });

  for (const kind of ['table', 'stream', 'hybrid'] as const) {
    it(`is what it was with something appended, without being read again: ${kind}`, async () => {
      const before = await PdfFile.open(handmade({ objects: { ...onePage(), 5: '(old)' }, kind, compressed: [] }));
      const increment = new PdfIncrement(before);
      increment.set(new PdfReference(5, 0), new PdfToken('(new)'));
      const bytes = Buffer.concat([before.bytes, (await increment.toBytes()).bytes]);
      const [whole, added] = [await PdfFile.open(bytes), await PdfFile.open(bytes, before)];
      for (const file of [whole, added]) {
        expect(file.get(new PdfReference(5, 0))).to.include({ text: '(new)' });
        expect(file.stream(new PdfReference(4, 0))?.toString()).to.contain('100 re f');
      }
      const { places: _, earlierPlaces, ...expected } = whole.references;
      expect(earlierPlaces).to.equal(undefined);
      expect(added.references).to.deep.include(expected);
      expect(added.references.places.size).to.be.below(whole.references.places.size);
    });
  }
});
