import { deflateSync } from 'node:zlib';
import { expect } from 'chai';
import { PdfEffort } from '../../../lib/documents/pdf/effort.js';
import { decodeStream } from '../../../lib/documents/pdf/streams.js';
import { PdfName, type PdfValue } from '../../../lib/documents/pdf/values.js';

describe('A stream of the structure of a PDF', () => {
  const columns = 5;
  const rows = [
    [1, 200, 3, 250, 5],
    [9, 8, 7, 6, 255],
    [0, 128, 64, 32, 16],
  ];
  const paeth = (left: number, up: number, upLeft: number) => {
    const estimate = left + up - upLeft;
    const nearest = [left, up, upLeft].map((value) => Math.abs(estimate - value));
    return [left, up, upLeft][nearest.indexOf(Math.min(...nearest))] as number;
  };
  /** Each type of RFC 2083, section 6, as it says. */
  const predictors = [
    () => 0,
    (left: number) => left,
    (_left: number, up: number) => up,
    (left: number, up: number) => Math.floor((left + up) / 2),
    paeth,
  ];
  const parameters = (predictor: number, others: [string, PdfValue][] = []) =>
    new Map<string, PdfValue>([
      ['Filter', new PdfName('FlateDecode')],
      ['DecodeParms', new Map<string, PdfValue>([['Predictor', predictor], ['Columns', columns], ...others])],
    ]);
  /** As after so much else that only 1,000 octets more may come out. */
  const effort = () => {
    const spent = new PdfEffort(1_000_000_000);
    // One stream alone may have less than all of them together.
    for (let count = 0; count < 4; count++) spent.spendInflated(spent.inflatableBytes - (count === 3 ? 1000 : 0));
    return spent;
  };
  const decode = (dictionary: Map<string, PdfValue>, data: Buffer) =>
    decodeStream(dictionary, deflateSync(data), effort(), (value) => value ?? null);

  for (const [type, predict] of predictors.entries()) {
    it(`is decoded with the PNG predictor ${type}`, () => {
      const encoded = rows.map((row, index) => {
        const above = rows[index - 1] ?? [];
        const differences = row.map((value, column) => {
          const [left = 0, up = 0, upLeft = 0] = [row[column - 1], above[column], above[column - 1]];
          return (value - predict(left, up, upLeft)) & 0xff;
        });
        return Buffer.from([type, ...differences]);
      });
      expect([...decode(parameters(12), Buffer.concat(encoded))]).to.deep.equal(rows.flat());
    });
  }

  it('is refused with a predictor that PDFs do not have, or more colours than one', () => {
    const data = Buffer.from([5, 0, 0, 0, 0, 0]);
    expect(() => decode(parameters(12), data)).to.throw('predictor');
    expect(() => decode(parameters(2), data)).to.throw('predictor');
    expect(() => decode(parameters(12, [['Colors', 3]]), data)).to.throw('predictor');
    expect(() => decode(parameters(12, [['Columns', 100_000]]), data)).to.throw('predictor');
  });

  it('is refused when more comes out of it than is allowed, or it is no Flate', () => {
    const plain = new Map<string, PdfValue>([['Filter', new PdfName('FlateDecode')]]);
    expect(decode(plain, Buffer.alloc(1000))).to.have.length(1000);
    expect(() => decode(plain, Buffer.alloc(1001))).to.throw('too large');
    expect(() => decodeStream(plain, Buffer.from('none'), effort(), (value) => value ?? null)).to.throw(
      'cannot be decompressed',
    );
  });
});
