/** The module systems that TypeScript knows, each compiled to what Node then runs: the table in `docs/compatibility.md`, row by row. */

import { asHere, CleanFolder, type Tarball } from './clean-folder.js';

interface Row {
  typescript: '5' | '6' | '7';
  module: string;
  moduleResolution: string;
  more?: readonly string[];
  /** What the compiler says where it refuses; it compiles and runs where there is none. */
  error?: string;
}

/** Node 16 could not `require` ES modules, and TypeScript believes that this is what `node16` and `node18` mean. */
const cannotRequire = 'TS1479';
const rows: readonly Row[] = [
  { typescript: '5', module: 'commonjs', moduleResolution: 'node10' },
  { typescript: '5', module: 'node16', moduleResolution: 'node16', error: cannotRequire },
  { typescript: '5', module: 'node18', moduleResolution: 'node16', error: cannotRequire },
  { typescript: '5', module: 'node20', moduleResolution: 'node16' },
  { typescript: '5', module: 'nodenext', moduleResolution: 'nodenext' },
  { typescript: '6', module: 'commonjs', moduleResolution: 'node10', more: ['--ignoreDeprecations', '6.0'] },
  { typescript: '6', module: 'commonjs', moduleResolution: 'bundler' },
  { typescript: '6', module: 'node20', moduleResolution: 'node16' },
  { typescript: '6', module: 'nodenext', moduleResolution: 'nodenext' },
  { typescript: '7', module: 'commonjs', moduleResolution: 'bundler' },
  { typescript: '7', module: 'node16', moduleResolution: 'node16', error: cannotRequire },
  { typescript: '7', module: 'node20', moduleResolution: 'node16' },
  { typescript: '7', module: 'nodenext', moduleResolution: 'nodenext' },
];
const flags = ['--strict', '--skipLibCheck', 'false', '--target', 'es2022', '--types', 'node', '--esModuleInterop'];

/** With every entry point; JSON is read as CommonJS alone allows it. */
const program = `
import { SmartIdStrategy } from 'passport-smart-id';
import { SmartIdClient } from 'passport-smart-id/client';
import { SmartIdDocuments } from 'passport-smart-id/documents';
import { smartIdPlugin } from 'passport-smart-id/fastify';
import { smartIdHandler } from 'passport-smart-id/fetch';
import { SmartIdLogin } from 'passport-smart-id/login';
import { RedisAttemptStore } from 'passport-smart-id/redis';
import { startSimulator } from 'passport-smart-id/simulator';
import { smartIdRouter } from 'passport-smart-id/web';
import words from 'passport-smart-id/words/et.json';

const values = [SmartIdStrategy, SmartIdClient, SmartIdDocuments, smartIdPlugin, smartIdHandler, SmartIdLogin, RedisAttemptStore];
for (const value of [...values, startSimulator, smartIdRouter]) {
  if (typeof value !== 'function') throw new Error('An export is missing.');
}
const language: string = words.languageName;
console.log(language === 'Eesti' && typeof module === 'object' ? 'ok' : 'This is no CommonJS.');
`;

export function checkModuleSystems(tarball: Tarball): void {
  const folder = new CleanFolder();
  try {
    const compilers = ['5', '6', '7'].map((major) => `typescript${major}@npm:typescript@${major}`);
    const others = ['express', 'passport', 'redis', 'fastify', '@fastify/passport', '@types/express', '@types/node'];
    // The types of @fastify/flash, which @fastify/passport needs, need those of @fastify/secure-session and do not say so.
    folder.install([tarball.file, ...compilers, ...others.map(asHere), '@fastify/secure-session']);
    folder.write('use-commonjs.ts', program);
    for (const row of rows) checkRow(folder, row);
  } finally {
    folder.remove();
  }
}

function checkRow(folder: CleanFolder, { typescript, module, moduleResolution, more = [], error }: Row): void {
  const what = `TypeScript ${typescript}, module ${module}, moduleResolution ${moduleResolution}`;
  const way = ['--module', module, '--moduleResolution', moduleResolution, '--resolveJsonModule', ...more];
  const compile = () =>
    folder.run('node', [`node_modules/typescript${typescript}/bin/tsc`, ...flags, ...way, 'use-commonjs.ts']);
  if (error === undefined) {
    compile();
    const output = folder.run('node', ['--throw-deprecation', 'use-commonjs.js']).trim();
    if (output !== 'ok') throw new Error(`${what}: ${output}`);
  } else {
    requireFailure(compile, error, what);
  }
  console.log(`modules: ${what} ${error ? `refused by ${error}, as told` : 'ok'}`);
}

/** What the documentation says does not work must not work in silence either: it is to be taken out of the table then. */
export function requireFailure(run: () => unknown, message: string, what: string): void {
  let failure: unknown;
  try {
    run();
  } catch (error) {
    failure = error;
  }
  if (!failure) throw new Error(`${what} works, other than the documentation says.`);
  if (!String(failure).includes(message)) throw failure;
}
