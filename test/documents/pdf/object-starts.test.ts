import { expect } from 'chai';
import { ObjectStarts } from '../../../lib/documents/pdf/object-starts.js';

describe('Where the objects of a PDF begin', () => {
  it('is told for each octet, whether they are near to each other or far', () => {
    for (const first of [0, 5, 7, 8, 15]) {
      for (const distance of [15, 16, 17, 23, 24, 100]) {
        const starts = new ObjectStarts(200);
        const second = first + distance;
        expect([starts.add(first), starts.add(second)]).to.deep.equal([true, true]);
        expect(starts.hasBetween(first, second)).to.equal(false);
        expect(starts.hasBetween(first, second + 1)).to.equal(true);
        expect(starts.hasBetween(first, 200)).to.equal(true);
        expect(starts.hasBetween(second, 200)).to.equal(false);
      }
    }
  });

  it('is nowhere outside of the file, and not where another one has no room', () => {
    const starts = new ObjectStarts(20);
    expect(starts.add(8)).to.equal(true);
    expect(starts.add(8)).to.equal(true);
    expect(starts.add(9)).to.equal(false);
    expect(starts.add(24)).to.equal(false);
  });
});
