/** A folder with packages as `npm install` would lay them out, but from this repository, without the registry. */

import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from './clean-folder.js';

/** @returns the path of the folder. */
export function installHere(packages: readonly string[]): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'program-'));
  const modules = path.join(folder, 'node_modules');
  mkdirSync(path.join(modules, '.bin'), { recursive: true });
  for (const name of packages) {
    const installed = name === 'passport-smart-id' ? root : path.join(root, 'node_modules', name);
    symlinkSync(installed, path.join(modules, name));
    const { bin = {} } = JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8'));
    for (const [command, file] of Object.entries<string>(typeof bin === 'string' ? { [name]: bin } : bin)) {
      const script = `#!/bin/sh\nexec node '${path.join(installed, file)}' "$@"\n`;
      writeFileSync(path.join(modules, '.bin', command), script, { mode: 0o755 });
    }
  }
  writeFileSync(path.join(folder, 'package.json'), '{}');
  return folder;
}
