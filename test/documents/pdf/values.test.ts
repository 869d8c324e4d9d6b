import { expect } from 'chai';
import { write } from '../../../lib/documents/pdf/values.js';

describe('A number in a PDF', () => {
  it('is written without an exponent', () => {
    expect(write([1, -2, 0.5, 1e-7])).to.equal('[1 -2 0.5000 0.0000]');
  });

  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    it(`is not ${value}`, () => {
      expect(() => write(new Map([['W', [value]]]))).to.throw(RangeError, 'not finite');
    });
  }
});
