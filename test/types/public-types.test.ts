import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { type EntryPoint, readEntryPoints } from './public-types.js';

const { exports, typesVersions } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

describe('The types of the package', () => {
  let entryPoints: EntryPoint[];

  before(function () {
    this.timeout(60_000);
    entryPoints = readEntryPoints();
  });

  for (const name of Object.keys(exports).filter((key) => exports[key].types)) {
    describe(`at ${name}`, () => {
      const entryPoint = () => entryPoints.find((one) => one.name === name);

      it('name no type that nobody can import from there', () => {
        expect(entryPoint()?.unnamed).to.deep.equal([]);
      });

      it('have a text for everything that is exported, and for each of its members', () => {
        expect(entryPoint()?.undocumented).to.deep.equal([]);
      });
    });
  }

  it('are found by moduleResolution node10 where exports has them', () => {
    const found = Object.entries<{ types?: string }>(exports)
      .filter(([name, { types }]) => types && name !== '.')
      .map(([name, { types }]) => [name.slice(2), [types]]);
    expect(Object.entries(typesVersions['*']).filter(([name]) => !name.includes('*'))).to.deep.equal(found);
  });
});
