import { expect } from 'chai';
import { Tally, type Verdict } from './verdict.js';

describe('The tally of a comparison', () => {
  const der = new Uint8Array();
  const known = {
    strictnesses: [
      {
        name: 'too odd',
        reasons: ['odd'],
        explains: ({ ours }: { ours: { refused: string } }) => ours.refused === 'odd',
      },
    ],
    leniencies: [
      { name: 'left', explains: ({ theirs }: { theirs: { refused: string } }) => theirs.refused === 'left' },
    ],
  };
  const tallyOf = (ours: Verdict, theirs: Verdict) => {
    const tally = new Tally(known);
    tally.add({ der, ours, theirs });
    return tally;
  };
  const accepted = { accepted: { status: 'good' } };

  it('counts what both say', () => {
    expect(tallyOf(accepted, accepted)).to.include({ bothAccept: 1, wrongCount: 0 });
    expect(tallyOf({ refused: 'odd' }, { refused: 'other' })).to.include({ bothRefuse: 1, wrongCount: 0 });
  });

  it('names a strictness that it knows, and a part that is left alone', () => {
    expect([...tallyOf({ refused: 'odd' }, accepted).stricter]).to.deep.equal([['too odd', 1]]);
    expect([...tallyOf(accepted, { refused: 'left' }).lenient]).to.deep.equal([['left', 1]]);
  });

  it('tells what has no name', () => {
    const other = { accepted: { status: 'revoked' } };
    for (const [ours, theirs] of [
      [{ refused: 'so' }, accepted],
      [accepted, { refused: 'no' }],
      [accepted, other],
    ] as const) {
      expect(tallyOf(ours, theirs)).to.include({ wrongCount: 1, bothAccept: 0, bothRefuse: 0 });
    }
  });
});
