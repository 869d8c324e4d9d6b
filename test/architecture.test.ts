/** The folders of lib are layers: each knows those below it only, in code and in types. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { entryPoints, layers } from './layers.js';

const frameworks = [...new Set(layers.flatMap((layer) => layer.frameworks ?? []))];
const root = path.resolve(import.meta.dirname, '..');
const files = readdirSync(path.join(root, 'lib'), { recursive: true, encoding: 'utf8' })
  .map((name) => name.split(path.sep).join('/'))
  .filter((name) => name.endsWith('.ts'));
const layerOf = (file: string) => file.split('/')[0];

/** Files of lib and frameworks, in whatever form they are imported. */
const imports = new Map(
  files.map((file) => {
    const text = readFileSync(path.join(root, 'lib', file), 'utf8');
    const named = [...text.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name = '']) => name);
    const own = named.filter((name) => name.startsWith('.'));
    return [
      file,
      {
        own: own.map((name) => path.posix.join(path.posix.dirname(file), name).replace(/\.js$/, '.ts')),
        frameworks: frameworks.filter((one) => named.some((name) => `${name}/`.startsWith(`${one}/`))),
      },
    ] as const;
  }),
);
const importsOf = (file: string) => imports.get(file) ?? { own: [], frameworks: [] };

const inLayer = (name: string) => files.filter((file) => layerOf(file) === name && !entryPoints.includes(file));
const isOf = (target: string, use: string) => target === use || target.startsWith(`${use}/`);

describe('The layers of lib', () => {
  it('are its folders', () => {
    const folders = new Set(files.filter((file) => file.includes('/')).map(layerOf));
    expect([...folders].sort()).to.deep.equal(layers.map(({ name }) => name).sort());
  });

  it('use nothing above them', () => {
    for (const [place, { name, uses }] of layers.entries()) {
      const below = layers.slice(0, place).map((layer) => layer.name);
      for (const use of uses) expect(below, `${name} uses ${use}`).to.include(layerOf(use));
    }
  });

  for (const { name, holds, uses, frameworks: known = [] } of layers) {
    const ofOthers = inLayer(name).flatMap((file) =>
      importsOf(file)
        .own.filter((target) => layerOf(target) !== name && layerOf(target) !== 'shared')
        .map((target) => ({ file, target })),
    );
    const ofFrameworks = inLayer(name).flatMap((file) =>
      importsOf(file).frameworks.map((target) => ({ file, target })),
    );

    it(`${name} (${holds}) uses ${[...uses, ...known].join(', ') || 'no other'}`, () => {
      const wrong = [
        ...ofOthers.filter(({ target }) => !uses.some((use) => isOf(target, use))),
        ...ofFrameworks.filter(({ target }) => !known.includes(target)),
      ];
      expect(wrong.map(({ file, target }) => `lib/${file} imports ${target}`)).to.deep.equal([]);
      const targets = [...ofOthers, ...ofFrameworks].map(({ target }) => target);
      const needless = [...uses, ...known].filter((use) => !targets.some((target) => isOf(target, use)));
      expect(needless, 'what it may use and does not').to.deep.equal([]);
    });
  }
});

describe('The entry points of lib', () => {
  it('are all files at its top, and the index.ts of folders that package.json names', () => {
    expect(entryPoints).to.have.length.above(5);
    for (const file of entryPoints) expect(existsSync(path.join(root, 'lib', file)), file).to.equal(true);
    const atTop = files.filter((file) => !file.includes('/'));
    expect(entryPoints).to.include.members(atTop);
    for (const file of entryPoints) expect(file).to.match(/^([a-z]+|[a-z]+\/index)\.ts$/);
  });

  it('are imported by other entry points only', () => {
    const importing = files.filter((file) => importsOf(file).own.some((target) => entryPoints.includes(target)));
    expect(entryPoints).to.include.members(importing);
  });

  it('passport-smart-id/client reaches no framework, not even its types', () => {
    const reached = new Set(['client.ts']);
    for (const file of reached) for (const target of importsOf(file).own) reached.add(target);
    expect(reached.size).to.be.above(30);
    const knowing = [...reached].filter((file) => importsOf(file).frameworks.length > 0);
    expect(knowing).to.deep.equal([]);
  });
});
