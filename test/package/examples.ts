/** The TypeScript compiler on the examples of the documentation, with the types of each Express that a site may have. */

import { readFileSync } from 'node:fs';
import { asHere, CleanFolder, type Tarball } from './clean-folder.js';
import { examples, testedApp } from './documentation.js';

const ways = [
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
] as const;
const withExpress = [
  ...['express-session', 'passport', 'redis', 'connect-redis', '@types/express-session'],
  ...['mocha', '@types/mocha', 'supertest', '@types/supertest'],
].map(asHere);
/** Nothing of a library is taken on trust, so that types that do not fit together are found. */
const flags = ['--strict', '--noEmit', '--skipLibCheck', 'false', '--target', 'es2023', '--types', 'node'];

export function checkExamples(tarball: Tarball): void {
  const useTypes = readFileSync(new URL('use-types.ts', import.meta.url), 'utf8');
  const all: Record<string, string> = { 'use-types.ts': useTypes, 'app.ts': testedApp };
  for (const [index, example] of examples.entries()) all[`example-${index + 1}.mts`] = example;
  for (const major of ['4', '5']) {
    compile(
      tarball,
      [...withExpress, 'vitest@4', `express@${major}`, `@types/express@${major}`],
      all,
      `Express ${major}`,
    );
  }
  const ofClient = examples.filter((example) => /from 'passport-smart-id\/client'/.test(example));
  if (ofClient.length === 0) throw new Error('The documentation has no example of passport-smart-id/client.');
  const named = Object.fromEntries(ofClient.map((example, index) => [`client-${index + 1}.mts`, example]));
  compile(tarball, [], named, 'the client without the types of Express');
}

function compile(tarball: Tarball, packages: string[], files: Readonly<Record<string, string>>, what: string): void {
  const folder = new CleanFolder();
  try {
    folder.install([tarball.file, ...packages, ...['@typescript/native', '@types/node'].map(asHere)]);
    for (const [name, text] of Object.entries(files)) folder.write(name, text);
    for (const [module, moduleResolution] of ways) {
      const way = ['--module', module, '--moduleResolution', moduleResolution];
      folder.run('npx', ['tsc', ...flags, ...way, ...Object.keys(files)]);
      console.log(`types: ${what}, ${moduleResolution} ok: ${Object.keys(files).length} files`);
    }
  } finally {
    folder.remove();
  }
}
