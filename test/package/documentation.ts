/** The programs and commands of the documentation, word for word. */

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './clean-folder.js';

const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const documents = readdirSync(path.join(root, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => readFileSync(path.join(root, 'docs', name), 'utf8'));

function blocksOf(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, of]) => of === language)
    .map(([, , block = '']) => block);
}

/** All that is written in TypeScript. */
export const examples: readonly string[] = [readme, ...documents].flatMap((text) => blocksOf(text, 'ts'));

/** The site that the examples of tests import as `./app.js`. */
export const testedApp = examples.find((example) => example.includes('export function createApp(')) ?? '';
/** Whole test files, by the runner that they import. */
export const testsFor = (runner: string): string =>
  examples.find((example) => example.startsWith('import {') && example.includes(`} from '${runner}';`)) ?? '';

const [, section = ''] = /## The shortest useful program\n([\s\S]*?)\n## /.exec(readme) ?? [];
const [program = ''] = blocksOf(section, 'ts');
const [installCommand = '', simulatorCommand = '', siteCommand = ''] = blocksOf(section, 'sh').map((sh) => sh.trim());

const [, documentsSection = ''] =
  /^## Let this person sign[^\n]*\n([\s\S]*?)\n## /m.exec(readFileSync(path.join(root, 'docs/documents.md'), 'utf8')) ??
  [];
const [documentsInstall = '', documentsSimulator = '', documentsSite = ''] = blocksOf(documentsSection, 'sh').map(
  (sh) => sh.trim(),
);

/** The one that has a PDF signed. */
export const documentsProgram = {
  program: blocksOf(documentsSection, 'ts')[0] ?? '',
  file: documentsSite.split(' ').at(-1) ?? '',
  simulatorCommand: documentsSimulator,
  siteCommand: documentsSite,
  packages: documentsInstall.replace(/^npm install /, '').split(' '),
  ports: { site: 3000, simulator: 5080 },
};

export const shortestProgram = {
  program,
  /** What the program is saved as. */
  file: siteCommand.split(' ').at(-1) ?? '',
  installCommand,
  simulatorCommand,
  siteCommand,
  /** What the reader installs, the package among them. */
  packages: installCommand.replace(/^npm install /, '').split(' '),
  ports: { site: 3000, simulator: 5080 },
};
