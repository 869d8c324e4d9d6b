/** `docs/architecture.md` is a map of lib: what it names is there, and its layers are those that lib is held against. */

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { authenticationChecks, certificateChoiceChecks, signatureChecks } from '../../lib/verify/check-names.js';
import { entryPoints, layers } from '../layers.js';
import { root, textOf } from './markdown.js';

const document = 'docs/architecture.md';
/** So that somebody reads it to the end, in a window that is as wide as an editor's. */
const maxLines = 249;
const maxColumns = 140;
const minRules = 40;

const text = textOf(document);

/** The cells of the rows below the headings of a section's only table. */
function rowsOf(section: string): string[][] {
  const [, body = ''] = text.split(`\n## ${section}\n`);
  const [own = ''] = body.split('\n## ');
  const lines = own.split('\n').filter((line) => line.startsWith('| '));
  return lines.slice(2).map((line) => line.slice(2, -2).split(' | '));
}

function codeIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

describe(document, () => {
  it('names files and folders that are there', () => {
    const named = text.match(/\b(?:lib|test|docs)\/[\w./-]*\w/g) ?? [];
    expect(named).to.have.length.above(150);
    expect(named.filter((name) => !existsSync(path.join(root, name)))).to.deep.equal([]);
  });

  it('has the layers of lib in their order, with what each holds and uses', () => {
    const expected = layers.map(({ name, holds, uses, frameworks }) => {
      const used = [...uses, ...(frameworks ?? []).map((framework) => `npm:${framework}`)];
      return [`\`${name}\``, holds, used.join(', ') || '-'];
    });
    expect(rowsOf('Layers')).to.deep.equal(expected);
  });

  it('names every entry point of the package', () => {
    for (const file of entryPoints) expect(text).to.contain(`\`lib/${file}\``);
  });

  it('says where each term is defined: the name is in the file', () => {
    const rows = rowsOf('Glossary');
    expect(rows).to.have.length.above(30);
    for (const [term, , defined = ''] of rows) {
      const [name = '', file = ''] = codeIn(defined);
      expect(readFileSync(path.join(root, file), 'utf8'), term).to.match(new RegExp(`\\b${name}\\b`));
    }
    const terms = rows.map(([term]) => term);
    expect(terms, 'a term has one row').to.have.length(new Set(terms).size);
  });

  it('says of each rule which file has it and which test shows it', () => {
    const rows = rowsOf('Where the rules are');
    expect(rows).to.have.length.above(minRules - 1);
    for (const [rule, where = '', shown = ''] of rows) {
      expect(where, rule).to.match(/^`lib\/[\w/-]+\.ts`$/);
      expect(shown, rule).to.match(/^`test\/[\w/-]+\.test\.ts`$/);
    }
  });

  it('has every check of every verification among the rules', () => {
    const named = rowsOf('Where the rules are').flatMap(([rule = '']) => codeIn(rule));
    expect(named).to.include.members([...authenticationChecks, ...signatureChecks, ...certificateChoiceChecks]);
  });

  it('has the checks of a login in the order in which they run', () => {
    const list = authenticationChecks.map((name) => `\`${name}\``).join(', ');
    expect(text.replaceAll('\n', ' ')).to.contain(list);
  });

  it(`has at most ${maxLines} lines of ${maxColumns} columns`, () => {
    const lines = text.trimEnd().split('\n');
    expect(lines).to.have.length.within(1, maxLines);
    expect(lines.filter((line) => line.length > maxColumns)).to.deep.equal([]);
  });
});
