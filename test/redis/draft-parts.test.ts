import { expect } from 'chai';
import type { DocumentDraft } from '../../lib/documents/complete.js';
import { putTogether, takeApart } from '../../lib/redis/draft-parts.js';

const long = (length: number, letters = 'What is signed. ') =>
  letters.repeat(Math.ceil(length / letters.length)).slice(0, length);

/** As it goes through a store. */
function there(draft: unknown) {
  const { head, parts } = takeApart(draft as DocumentDraft);
  const texts = [...parts];
  return { texts, head, draft: putTogether(JSON.parse(JSON.stringify(head)), JSON.parse(JSON.stringify(texts))) };
}

describe('A draft in parts', () => {
  const drafts: Record<string, unknown> = {
    'a PDF': {
      certificate: 'AAAA',
      pdf: long(1_700_001),
      increment: long(4_000),
      byteRange: [0, 1, 2, 3],
      signedAt: 1,
    },
    'a container of many files': {
      files: Array.from({ length: 300 }, (_, index) => ({ name: `ü${index}`, content: long(index * 37) })),
      signedAt: 5,
    },
    'a container of one file': { files: [{ name: 'a', content: long(500_000) }], container: undefined },
    'short texts alone': { certificate: 'AAAA', pdf: 'Q0NDQw==', files: [], reason: null },
    'letters that take two units, cut in their midst': {
      pdf: `a${long(1_200_000, '😀')}`,
      reason: long(2_000, '\ud800'),
    },
  };
  for (const [what, draft] of Object.entries(drafts)) {
    it(`is the same when it is put together again: ${what}`, () => {
      expect(JSON.stringify(there(draft).draft)).to.equal(JSON.stringify(draft));
    });
  }

  it('has no part above 500,000 characters, nor a head that grows with the files', () => {
    const { head, texts } = there(drafts['a PDF']);
    expect(texts.map(({ length }) => length)).to.deep.equal([500_000, 500_000, 500_000, 204_001]);
    expect(JSON.stringify(head)).to.have.length.below(1_000);
    const { texts: ofMany } = there(drafts['a container of many files']);
    expect(ofMany.map(({ length }) => length)).to.have.length(4);
  });

  it('leaves the one that it was made of as it is', () => {
    const draft = { pdf: long(5_000), files: [{ content: long(5_000) }] };
    takeApart(draft as unknown as DocumentDraft);
    expect(draft).to.deep.equal({ pdf: long(5_000), files: [{ content: long(5_000) }] });
  });
});
