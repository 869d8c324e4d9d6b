/**
 * Uses the package as a stranger would get it, packed and installed in clean folders: by import and by require, under the
 * TypeScript compiler, and in the beginnings of the documentation, where somebody logs in.
 * Run by `npm run check-package`; needs the registry, so it is no part of `npm test`.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { checkBeginnings } from './beginnings.js';
import { asHere, CleanFolder, pack, type Tarball } from './clean-folder.js';
import { checkExamples } from './examples.js';
import { checkModuleSystems } from './module-systems.js';
import { checkTestRunners } from './test-runners.js';

const packed = new CleanFolder();
try {
  const tarball = pack(packed);
  console.log(`packed: ${tarball.entryCount} files, ${tarball.size} bytes, ${tarball.unpackedSize} unpacked`);
  checkImports(tarball);
  checkModuleSystems(tarball);
  checkExamples(tarball);
  await checkBeginnings(tarball);
  checkTestRunners(tarball);
} finally {
  packed.remove();
}

function checkImports(tarball: Tarball): void {
  const folder = new CleanFolder();
  try {
    folder.install([tarball.file, ...['express', 'passport', 'redis'].map(asHere)]);
    for (const name of ['use-import.mjs', 'use-require.cjs']) {
      folder.write(name, readFileSync(new URL(name, import.meta.url), 'utf8'));
      console.log(folder.run('node', ['--throw-deprecation', name]).trim());
    }
    console.log(folder.run('npx', ['smart-id-simulator', '--help']).split('\n')[0]);
    checkMaps(path.join(folder.path, 'node_modules/passport-smart-id/dist'));
  } finally {
    folder.remove();
  }
}

/** Whoever steps into the package, or jumps to what a type says, is led to its sources. */
function checkMaps(dist: string): void {
  const maps = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.map'));
  const sources = maps.flatMap((name) => {
    const file = path.join(dist, name);
    const map = JSON.parse(readFileSync(file, 'utf8')) as { sources: string[] };
    return map.sources.map((source) => path.resolve(path.dirname(file), source));
  });
  const missing = sources.filter((source) => !existsSync(source));
  if (maps.length === 0 || missing.length > 0) throw new Error(`Maps without sources: ${missing.join(', ')}.`);
  console.log(`maps: ${maps.length} ok`);
}
