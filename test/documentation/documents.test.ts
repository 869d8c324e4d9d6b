/** The documents hold together: links lead somewhere, in the repository and in the package, and nothing is left out. */

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { commonOptionNames } from '../../lib/attempt/options.js';
import { anchorsIn, documents, documentsOfRepository, linksIn, root, textOf } from './markdown.js';

/** So that somebody reads them to the end. */
const maxLines = { 'README.md': 200, 'CONTRIBUTING.md': 120, 'RELEASING.md': 80 };
const everyDocument = [...documents, ...documentsOfRepository];

/** Files that somebody is about to add. */
const placeholders = ['lib/web/words/xx.json', 'docs/frameworks/NAME.md'];

/** Without `dist`, which need not have been built. */
function packedFiles(): Set<string> {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [{ files }] = JSON.parse(output) as [{ files: { path: string }[] }];
  return new Set(files.map((file) => file.path));
}

/** Of what a site runs. */
const sources = readdirSync(path.join(root, 'lib'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.startsWith('simulator'))
  .map((name) => readFileSync(path.join(root, 'lib', name), 'utf8'));

describe('Documents:', () => {
  it('links and pictures lead to files and anchors of the repository', () => {
    const all = everyDocument.flatMap((document) => linksIn(document).map((link) => ({ ...link, document })));
    expect(all).to.have.length.above(60);
    for (const { document, target, file, anchor } of all) {
      expect(existsSync(path.join(root, file)), `${document}: ${target}`).to.equal(true);
      if (anchor !== undefined) expect(anchorsIn(file), `${document}: ${target}`).to.include(anchor);
    }
  });

  it('what links lead to is in the package', () => {
    const packed = packedFiles();
    for (const document of documents) {
      expect(packed, 'the package').to.include(document);
      for (const { file, target } of linksIn(document)) expect(packed, `${document}: ${target}`).to.include(file);
    }
  });

  it('README.md leads to each of them, over others or at once', () => {
    const reached = new Set(['README.md']);
    for (const document of reached) {
      for (const { file } of linksIn(document)) if (documents.includes(file)) reached.add(file);
    }
    expect([...reached]).to.have.members(documents);
  });

  for (const [document, max] of Object.entries(maxLines)) {
    it(`${document} has at most ${max} lines`, () => {
      expect(textOf(document).split('\n').length - 1).to.be.within(1, max);
    });
  }

  it('those for who works on the package are not in it', () => {
    const packed = packedFiles();
    for (const document of documentsOfRepository) expect(packed).not.to.include(document);
  });

  it('those for who works on the package name files and folders that are there', () => {
    for (const document of documentsOfRepository) {
      const named = [...textOf(document).matchAll(/`((?:lib|test|docs|\.ci)(?:\/[\w.-]+)*)`/g)].map(
        ([, name = '']) => name,
      );
      expect(named, document).to.have.length.above(5);
      const missing = named.filter((name) => !existsSync(path.join(root, name)));
      expect(
        missing.filter((name) => !placeholders.includes(name)),
        document,
      ).to.deep.equal([]);
    }
  });

  it('commands that they name are there', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    for (const document of everyDocument) {
      for (const [, script = ''] of textOf(document).matchAll(/`npm run ([\w:-]+)/g)) {
        expect(Object.keys(scripts), document).to.include(script);
      }
    }
  });

  it('those that sources name are there', () => {
    const named = sources.flatMap((source) => source.match(/\bdocs\/[\w/-]+\.md\b/g) ?? []);
    expect(named).not.to.deep.equal([]);
    expect(documents).to.include.members(named);
  });

  it('docs/troubleshooting.md has each warning and each mistake of the session', () => {
    const text = textOf('docs/troubleshooting.md');
    const codes = sources.flatMap((source) => source.match(/'(?:SMART_ID_[A-Z_]+|session_[a-z_]+)'/g) ?? []);
    expect(codes).to.have.length.above(15);
    for (const code of new Set(codes)) {
      // The end of the service's own session is no mistake of a site.
      if (code !== "'session_not_found'") expect(text).to.contain(code.slice(1, -1));
    }
  });

  it('docs/options.md has each option', () => {
    const named = [...textOf('docs/options.md').matchAll(/^\| (`.+?`) \|/gm)].flatMap(
      ([, names]) => names?.match(/\w+/g) ?? [],
    );
    expect(named).to.include.members([
      ...commonOptionNames,
      'name',
      'identify',
      'store',
      'loginURL',
      'passReqToCallback',
    ]);
  });
});
