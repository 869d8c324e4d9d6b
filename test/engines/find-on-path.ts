/** The programs that drive engines, wherever the system has them. */

import { existsSync } from 'node:fs';
import path from 'node:path';

/** The first of these names that there is, with its folder. */
export function findOnPath(...names: string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find((file) => existsSync(file));
}
