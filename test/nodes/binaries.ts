/** Other versions of Node, as npm has them, kept below `node_modules/.cache` for the next run. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { platform, arch } = process;
const packageName = `node-${platform === 'win32' ? 'win' : platform}-${arch}`;

/** The folder that holds `node`: the newest of a version such as `24`, or `20.19.0`, as it was when first asked for. */
export function folderOfNode(version: string): string {
  if (!/^\d+(\.\d+){0,2}$/.test(version)) throw new Error(`"${version}" is no version of Node, such as 24 or 20.19.0.`);
  const folder = path.join(root, 'node_modules/.cache/nodes', version);
  const bin = path.join(folder, 'node_modules', packageName, 'bin');
  if (!existsSync(path.join(bin, 'node'))) {
    mkdirSync(folder, { recursive: true });
    const where = ['--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--loglevel', 'error'];
    execFileSync('npm', ['install', ...where, `${packageName}@${version}`], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return bin;
}
