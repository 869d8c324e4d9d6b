/** Puts the scripts of the pages into the module that reads them, as text, so that it needs no files beside it any more. */

import { rmSync, writeFileSync } from 'node:fs';

const module = new URL('../dist/web/browser-files.js', import.meta.url);
const { browserFiles } = await import(module.href);
writeFileSync(module, `export const browserFiles = ${JSON.stringify(browserFiles, null, 2)};\n`);
// Of the module as it was.
rmSync(new URL(`${module.href}.map`));
