/** The API reference: every entry point of the package, and a warning where an exported name or member is not described. */

import { readFileSync } from 'node:fs';

const { name, exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** `./dist/web/index.d.ts` is made from `lib/web/index.ts`. */
const entryPoints = Object.values(exports).flatMap(({ types }) =>
  types === undefined ? [] : [types.replace(/^\.\/dist\/(.+)\.d\.ts$/, '../lib/$1.ts')],
);

export default {
  name,
  entryPoints,
  tsconfig: '../lib/tsconfig.json',
  out: '../reports/api',
  readme: '../README.md',
  projectDocuments: ['../docs/*.md', '../docs/frameworks/*.md'],
  // No link leads from here to where the sources are published.
  disableSources: true,
  excludeExternals: true,
  excludeInternal: true,
  excludePrivate: true,
  // What a default is may be said in words.
  jsDocCompatibility: { defaultTag: false },
  validation: { invalidLink: true, notDocumented: true, notExported: true },
  requiredToBeDocumented: [
    'Module',
    'Class',
    'Constructor',
    'Interface',
    'TypeAlias',
    'Property',
    'Accessor',
    'Method',
    'Function',
    'Variable',
  ],
  treatWarningsAsErrors: true,
};
