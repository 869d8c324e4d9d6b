/** Finds programs, which systems have in different folders. */

import { existsSync } from 'node:fs';
import path from 'node:path';

/** @returns the path of the first of these names that is in a folder of `PATH`, of which the first ones count more. */
export function findOnPath(...names: string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.flatMap((folder) => names.map((name) => path.join(folder, name))).find((file) => existsSync(file));
}
