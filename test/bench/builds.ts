/** The builds that are measured: this package's own and, with `--against DIR`, that of another checkout of it. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export type Package = typeof import('passport-smart-id');

export interface Build {
  label: 'now' | 'before';
  /** The URL of its entry point. */
  main: string;
  /** The URL of its ready-made pages. */
  web: string;
}

/** What is to be compared, the older one first. The simulator is this package's own for both. */
export function buildsOf(against: string | undefined): readonly Build[] {
  const own = buildIn('now', fileURLToPath(new URL('../..', import.meta.url)));
  return against === undefined ? [own] : [buildIn('before', against), own];
}

export function loadBuild({ main }: Pick<Build, 'main'>): Promise<Package> {
  return import(main);
}

function buildIn(label: Build['label'], folder: string): Build {
  const main = resolve(folder, 'dist/index.js');
  if (!existsSync(main)) throw new Error(`${folder} has not been built: there is no dist/index.js.`);
  return { label, main: pathToFileURL(main).href, web: pathToFileURL(resolve(folder, 'dist/web/index.js')).href };
}
