import { expect } from 'chai';
import { PdfFile } from '../../../lib/documents/pdf/file.js';
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
});
