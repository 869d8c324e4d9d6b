/**
 * Test runners that load modules in a way of their own: the table in `docs/compatibility.md`, row by row. Those that let Node load them,
 * as `node --test` and Mocha do, need no row.
 */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { folderOfNode } from '../nodes/binaries.js';
import { asHere, CleanFolder, type Tarball } from './clean-folder.js';
import { requireFailure } from './module-systems.js';

/** A login, in a test file of ES modules. */
const esm = readFileSync(new URL('use-in-test.mjs', import.meta.url), 'utf8');
/** The same in CommonJS. */
const commonJs = esm.replace(/^import (.+) from ('.+');$/gm, 'const $1 = require($2);');

interface Row {
  name: string;
  /** The test file and what is written in it. */
  file: readonly [name: string, text: string];
  command: readonly string[];
  /** The settings of Jest. */
  config?: object;
  /** Another version of Node than the one that runs this. */
  node?: string;
  nodeOptions?: string;
  /** What the runner says where it cannot; the test passes where there is none. */
  error?: string;
}

const jest = ['node_modules/jest/bin/jest.js', '--config', 'jest.json', '--colors=false'];
/** For what is installed: nothing of it is passed over. */
const swc = { '^.+\\.[cm]?js$': '@swc/jest' };
const rows: readonly Row[] = [
  {
    name: 'Vitest',
    file: ['login.test.ts', `// @ts-nocheck\n${esm}`],
    command: ['node_modules/vitest/vitest.mjs', 'run', '--globals'],
  },
  {
    name: 'Jest, a test of ES modules, with --experimental-vm-modules',
    file: ['login.test.mjs', esm],
    command: jest,
    config: { testMatch: ['**/*.test.mjs'] },
    nodeOptions: '--experimental-vm-modules',
  },
  {
    name: 'Jest, a test of CommonJS, Node 24.9 and later with --experimental-vm-modules',
    file: ['login.test.js', commonJs],
    command: jest,
    config: {},
    node: '24',
    nodeOptions: '--experimental-vm-modules',
  },
  {
    name: 'Jest, a test of CommonJS, without settings',
    file: ['login.test.js', commonJs],
    command: jest,
    config: {},
    error: 'Must use import to load ES Module',
  },
  {
    name: 'Jest with @swc/jest',
    file: ['login.test.js', esm],
    command: jest,
    config: { transform: swc, transformIgnorePatterns: [] },
  },
  {
    name: 'Jest with ts-jest, and @swc/jest for what is installed',
    file: ['login.test.ts', `// @ts-nocheck\n${esm}`],
    command: jest,
    config: { transform: { '^.+\\.tsx?$': 'ts-jest', ...swc }, transformIgnorePatterns: [] },
  },
  {
    name: 'Jest with babel-jest, and @swc/jest for what is installed',
    file: ['login.test.ts', `// @ts-nocheck\n${esm}`],
    command: jest,
    config: {
      transform: { '^.+\\.tsx?$': ['babel-jest', { presets: ['@babel/env', '@babel/typescript'] }], ...swc },
      transformIgnorePatterns: [],
    },
  },
];

const packages = [
  ...['jest@30', 'ts-jest@29', 'typescript@5', '@swc/core@1', '@swc/jest@0.2', 'vitest@4'],
  ...['babel-jest@30', '@babel/core@7', '@babel/preset-env@7', '@babel/preset-typescript@7'],
  ...['express', 'express-session', 'passport', '@types/node'].map(asHere),
];

export function checkTestRunners(tarball: Tarball): void {
  const folder = new CleanFolder();
  try {
    folder.install([tarball.file, ...packages]);
    const compilerOptions = { module: 'commonjs', isolatedModules: true, esModuleInterop: true, target: 'es2022' };
    folder.write('tsconfig.json', JSON.stringify({ compilerOptions }));
    for (const row of rows) checkRow(folder, row);
  } finally {
    folder.remove();
  }
}

function checkRow(folder: CleanFolder, { name, file, command, config, node, nodeOptions = '', error }: Row): void {
  folder.write(...file);
  if (config) folder.write('jest.json', JSON.stringify(config));
  const binary = node === undefined ? process.execPath : path.join(folderOfNode(node), 'node');
  const run = () => folder.run('env', [`NODE_OPTIONS=${nodeOptions}`, binary, ...command, file[0]]);
  if (error === undefined) run();
  else requireFailure(run, error, name);
  console.log(`tests: ${name}: ${error ? 'cannot, as told' : 'ok'}`);
}
