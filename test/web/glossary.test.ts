/** The glossary for translators says what the texts of the pages say. */

import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { wordsOf } from '../../lib/web/resolve-words.js';
import { languages } from '../../lib/web/words.js';
import { textsIn } from '../support/words.js';

/** As the rules of the glossary say. */
const maxButtonLength = 55;
const maxTitleLength = 40;

const lines = readFileSync(new URL('../../lib/web/words/GLOSSARY.md', import.meta.url), 'utf8').split('\n');
const [header = [], , ...rows] = lines.filter((line) => line.startsWith('|')).map(cellsOf);
const texts = new Map(languages.map((language) => [language, new Map(textsIn(wordsOf[language]))]));

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** Any form of a term: what follows a `·` is the ending of one of them. */
function formsOf(cell: string): RegExp {
  const forms = cell.split(', ').map((form) => form.replace(/·[^\s,]*/g, '\\p{L}*'));
  return new RegExp(forms.join('|'), 'iu');
}

/** The texts whose English has the term, as a word of its own. */
function pathsWith(term: string): string[] {
  const isWord = new RegExp(`(?<![\\w-])${term}(?![\\w-])`, 'i');
  return [...(texts.get('en') ?? [])].filter(([, text]) => isWord.test(text)).map(([path]) => path);
}

describe('The glossary of the texts', () => {
  it('has a column for each language of the package, by the name that the language has for itself', () => {
    expect(header.slice(0, languages.length)).to.deep.equal(
      languages.map((language) => wordsOf[language].languageName),
    );
  });

  it('has a term of every language in every row, and no row twice', () => {
    expect(rows).to.have.length.above(20);
    for (const row of rows) {
      expect(row).to.have.length(header.length);
      expect(row.slice(0, languages.length), row[0]).to.not.include('');
    }
    expect(new Set(rows.map(([term]) => term)).size).to.equal(rows.length);
  });

  it('has rules that the texts keep: the length of buttons and titles, and the quotation marks of Lithuanian', () => {
    for (const language of languages) {
      const { page, login, signing } = wordsOf[language];
      const buttons = [page.openApp, page.sendToPhone, page.tryAgain, page.cancel, page.continue, page.otherWays];
      for (const button of [...buttons, page.useThisDevice, login.showQrForPerson]) {
        expect(button, language).to.have.length.at.most(maxButtonLength).and.to.not.match(/\.$/);
      }
      for (const title of [login.title, signing.title]) {
        expect(title, language).to.have.length.at.most(maxTitleLength);
      }
      for (const [path, text] of texts.get(language) ?? []) {
        const isQuoted = /„(?:Smart-ID|JavaScript)“/.test(text);
        const isNamed = /Smart-ID|JavaScript/.test(text);
        expect(isQuoted, `${language} ${path}`).to.equal(language === 'lt' && isNamed);
      }
    }
  });

  for (const [term = '', ...cells] of rows) {
    it(`${term}: is in the texts, and each language says it by its own word`, () => {
      const paths = pathsWith(term);
      expect(paths).to.not.deep.equal([]);
      for (const [index, language] of languages.slice(1).entries()) {
        const forms = formsOf(cells[index] ?? '');
        for (const path of paths) {
          expect(texts.get(language)?.get(path), `${language} ${path}`).to.match(forms);
        }
      }
    });
  }
});
