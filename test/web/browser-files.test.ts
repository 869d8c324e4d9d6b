import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';

const web = path.dirname(createRequire(import.meta.url).resolve('passport-smart-id/web'));

describe('The scripts of the pages', () => {
  it('are there where a bundler has moved the code and left the files behind', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'bundled-'));
    try {
      const moved = path.join(folder, 'bundle.mjs');
      copyFileSync(path.join(web, 'browser-files.js'), moved);
      const { browserFiles } = await import(moved);
      expect(browserFiles).to.include.keys('attempt.js', 'requests.js', 'personal-code.js', 'qr-encoder.js');
      for (const [name, text] of Object.entries(browserFiles)) expect(text, name).to.be.a('string').that.is.not.empty;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('import no others, and each is imported by one of them but the first', async () => {
    const { browserFiles } = await import(path.join(web, 'browser-files.js'));
    const [first, ...imported] = Object.keys(browserFiles);
    const names = Object.values<string>(browserFiles).flatMap((text) => [...text.matchAll(/ from '\.\/([^']+)'/g)]);
    expect(first).to.equal('attempt.js');
    expect([...new Set(names.map(([, name]) => name))]).to.have.members(imported);
  });
});
