/**
 * `npm run test:nodes`: the fast tests on each version of Node that the package is for, or on those named, and a login during which
 * nothing that Node deprecates may be used. With `--login` it is only the login.
 */

import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { folderOfNode } from './binaries.js';

/** The oldest that `engines` of package.json names, and the newest of each that gets fixes or is to get them. */
const allVersions = ['20.19.0', '20', '22', '24', '26'];
const parts = {
  login: ['--throw-deprecation', '--pending-deprecation', '--import', 'tsx', 'test/nodes/log-in.ts'],
  'fast tests': ['--import', 'tsx', 'test/run.ts', 'fast'],
};

const { argv } = process;
const named = argv.slice(2).filter((argument) => argument !== '--login');
const failures: string[] = [];
for (const version of named.length > 0 ? named : allVersions) {
  const folder = folderOfNode(version);
  // First on the path, since some tests start `node` themselves.
  const env = { ...process.env, PATH: [folder, process.env.PATH].join(path.delimiter) };
  for (const [part, args] of Object.entries(parts)) {
    if (part !== 'login' && argv.includes('--login')) continue;
    console.log(`Node ${version}: ${part}`);
    const { status } = spawnSync(path.join(folder, 'node'), args, { stdio: 'inherit', env });
    if (status !== 0) failures.push(`Node ${version}: ${part}`);
  }
}
if (failures.length > 0) throw new Error(`Failed: ${failures.join(', ')}.`);
