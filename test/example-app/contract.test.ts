import { rejects } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { contractPdf } from '../../example-app/contract.js';
import { written } from '../support/judges.js';
import { needTools, said } from '../support/outside-tools.js';

describe('The contract of the example site', () => {
  const title = 'Üürileping';
  let folder: string;

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'contract-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const shown = (pdf: Uint8Array) => said('pdftotext', [written(folder, 'contract.pdf', Buffer.from(pdf)), '-']);

  it('shows its title and its text, in all Baltic letters', async function () {
    needTools(this, 'pdftotext');
    const text = shown(
      await contractPdf({ title, text: 'The tenant pays 1 € a month.\n\nŽālioji vēja ķīļa ģērbtuve.' }),
    );
    for (const words of [title, '1 €', 'Žālioji vēja ķīļa ģērbtuve.']) {
      expect(text.replace(/\s+/g, ' ')).to.contain(words);
    }
  });

  it('takes the lines of a form, which end in two characters', async function () {
    needTools(this, 'pdftotext');
    expect(shown(await contractPdf({ title, text: 'one\r\ntwo' }))).to.contain('one\ntwo\n');
  });

  for (const [what, text] of [
    ['a text that is longer than the page', 'line\n'.repeat(60)],
    ['a text that is longer than any page', 'word '.repeat(100_000)],
    ['a word that is longer than a line', 'w'.repeat(200)],
  ] as const) {
    it(`is refused with ${what}`, () =>
      rejects(contractPdf({ title, text }), { message: 'The text does not fit on the page.' }));
  }

  for (const [what, text] of [
    ['a character that the font does not have', '漢'],
    ['a character that turns the direction of writing', 'a\u202eb'],
    ['a control character', 'a\u0007b'],
    ['half a character', 'a\ud800b'],
  ] as const) {
    it(`is refused with ${what}, wherever it is`, async () => {
      await rejects(contractPdf({ title, text }), { message: /^The font cannot show the character U\+[0-9A-F]{4}\.$/ });
      await rejects(contractPdf({ title: text, text: title }), { message: /^The font cannot show/ });
    });
  }
});
