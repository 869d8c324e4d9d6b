import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { authenticationChecks } from '../lib/client.js';

describe('SECURITY.md', () => {
  const text = readFileSync('SECURITY.md', 'utf8');

  it('names every check, in the order in which they run', () => {
    const rows = text.split('\n').filter((line) => line.startsWith('|') && line.split('|').length === 6);
    const named = rows
      .flatMap((line) => line.split('|')[3]?.match(/`[a-z-]+`/g) ?? [])
      .map((name) => name.slice(1, -1));
    expect([...new Set(named)].sort()).to.deep.equal([...authenticationChecks].sort());
    const firsts = authenticationChecks.map((name) => named.indexOf(name));
    expect(firsts.slice(0, -2), 'all but the signature, which has rows with others').to.deep.equal(
      [...firsts.slice(0, -2)].sort((one, other) => one - other),
    );
  });

  it('names tests that are there', () => {
    const files = text.match(/`test\/[^`]+`/g) ?? [];
    expect(files.length).to.be.above(20);
    for (const file of files) expect(existsSync(file.slice(1, -1)), file).to.equal(true);
  });
});
