import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { authenticationChecks, certificateChoiceChecks, signatureChecks } from '../../lib/client.js';

describe('SECURITY.md', () => {
  const text = readFileSync('SECURITY.md', 'utf8');

  it('names every check, in the order in which they run', () => {
    const named = checksIn(text.slice(0, text.indexOf('| threat to a signature |')));
    expect([...new Set(named)].sort()).to.deep.equal([...authenticationChecks].sort());
    const firsts = authenticationChecks.map((name) => named.indexOf(name));
    expect(firsts.slice(0, -2), 'all but the signature, which has rows with others').to.deep.equal(
      [...firsts.slice(0, -2)].sort((one, other) => one - other),
    );
  });

  it('names every check that only signatures have', () => {
    const all = new Set(checksIn(text));
    for (const name of [...signatureChecks, ...certificateChoiceChecks]) expect(all, name).to.include(name);
  });

  it('names tests that are there', () => {
    const files = text.match(/`test\/[^`]+`/g) ?? [];
    expect(files.length).to.be.above(20);
    for (const file of files) expect(existsSync(file.slice(1, -1)), file).to.equal(true);
  });
});

/** The names in the third column of tables with four. */
function checksIn(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('|') && line.split('|').length === 6)
    .flatMap((line) => line.split('|')[3]?.match(/`[a-z-]+`/g) ?? [])
    .map((name) => name.slice(1, -1));
}
