/** `npm test` and its slow kinds: Mocha on the files of one kind. What follows the kind goes to Mocha, such as `--grep`. */

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { filesOf, kinds } from './kinds.js';

/** Those of the others depend on times, so nothing else runs beside them. */
const parallelKinds = ['fast', 'properties'];
const workers = 2;

const [kind = '', ...mochaOptions] = process.argv.slice(2);
if (!kinds.includes(kind)) throw new Error(`There is no kind of tests "${kind}", but ${kinds.join(', ')}.`);
const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
const parallel = parallelKinds.includes(kind) ? ['--parallel', '--jobs', `${workers}`] : [];
const { status } = spawnSync(process.execPath, [mocha, ...parallel, ...mochaOptions, ...filesOf(kind)], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
