import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { filesOf, kinds, kindsOf, slowKinds, testFiles } from './kinds.js';

describe('The kinds of tests', () => {
  it('have every test file in exactly one', () => {
    expect(testFiles.length).to.be.above(80);
    expect(kinds.flatMap(filesOf).sort()).to.deep.equal([...testFiles].sort());
  });

  it('name no file or folder that is not there', () => {
    for (const [kind, places] of Object.entries(slowKinds)) {
      for (const place of places)
        expect(
          filesOf(kind).some((file) => file.startsWith(place)),
          place,
        ).to.equal(true);
    }
  });

  it('have a command each, and one for all slow ones', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(scripts.test).to.equal('tsx test/run.ts fast');
    for (const kind of Object.keys(slowKinds)) {
      expect(scripts[`test:${kind}`]).to.match(new RegExp(`^tsx test/run.ts ${kind}( |$)`));
      expect(scripts['test:slow']).to.contain(`npm run test:${kind}`);
    }
  });

  it('are all run by CI', () => {
    const commands = readFileSync('.ci/run', 'utf8').split(/\n */);
    expect(commands).to.include.members(['npm test', ...Object.keys(slowKinds).map((kind) => `npm run test:${kind}`)]);
  });

  it('are without the built package where the mutated code is tested, which is not built', () => {
    const places: string[] = JSON.parse(readFileSync('test/mutation/tests.json', 'utf8'));
    for (const place of places) {
      const files = testFiles.filter((file) => file.startsWith(place));
      expect(files, place).to.have.length.above(0);
      for (const file of files) {
        expect(readFileSync(file, 'utf8'), file).to.not.match(/(?:from|import\() ?'(?:passport-smart-id|.*\/dist\/)/);
      }
    }
  });

  it('are fast where nothing else is said', () => {
    expect(kindsOf('test/new/thing.test.ts')).to.deep.equal(['fast']);
  });
});
