/** Finds the programs that drive engines, which systems have in different folders. */

import { existsSync } from 'node:fs';
import path from 'node:path';

/** @returns the path of the first of these names that is in a folder of `PATH`. */
export function findOnPath(...names: string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find((file) => existsSync(file));
}
