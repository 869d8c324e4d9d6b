/**
 * Installs the package as a stranger would get it and uses it: by import, by require, and under the TypeScript compiler,
 * which also checks the examples of the README and of `docs`.
 * Run by `npm run check-package`; needs the registry, so it is no part of `npm test`.
 */

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = new URL('../..', import.meta.url).pathname;
const here = new URL('.', import.meta.url).pathname;
const folder = mkdtempSync(path.join(tmpdir(), 'stranger-'));

function run(command: string, args: string[], cwd = folder): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

try {
  const { devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const [{ filename, size, unpackedSize, entryCount }] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', folder], root),
  );
  console.log(`packed: ${entryCount} files, ${size} bytes, ${unpackedSize} unpacked`);
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }');
  const versioned = (name: string) => `${name}@${devDependencies[name]}`;
  const others = [
    'express',
    'express-session',
    'passport',
    'redis',
    'connect-redis',
    'typescript',
    '@types/express-session',
  ].map(versioned);
  run('npm', ['install', '--no-audit', '--no-fund', path.join(folder, filename), ...others]);
  for (const file of ['use-import.mjs', 'use-require.cjs', 'use-types.ts']) {
    copyFileSync(path.join(here, file), path.join(folder, file));
  }
  console.log(run('node', ['use-import.mjs']).trim());
  console.log(run('node', ['use-require.cjs']).trim());
  const documents = readdirSync(path.join(root, 'docs')).filter((name) => name.endsWith('.md'));
  const text = ['README.md', ...documents.map((name) => path.join('docs', name))]
    .map((name) => readFileSync(path.join(root, name), 'utf8'))
    .join('\n');
  const examples = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ''], index) => {
    const name = `example-${index + 1}.mts`;
    writeFileSync(path.join(folder, name), code);
    return name;
  });
  for (const [module, moduleResolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ] as const) {
    const flags = ['--strict', '--noEmit', '--skipLibCheck', 'false', '--target', 'es2023', '--types', 'node'];
    run('npx', [
      'tsc',
      ...flags,
      '--module',
      module,
      '--moduleResolution',
      moduleResolution,
      'use-types.ts',
      ...examples,
    ]);
    console.log(`types: ${moduleResolution} ok, with ${examples.length} examples of the documentation`);
  }
  console.log(run('npx', ['smart-id-simulator', '--help']).split('\n')[0]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
