/** `npm test` and its slow kinds: Mocha on the files of one kind. What follows the kind goes to Mocha, such as `--grep`. */

import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { filesOf, kinds } from './kinds.js';

/**
 * How many files of a kind run at the same time. One more than the cores that there are at least, since many tests wait
 * for a second to pass; a browser needs a core. What the others measure depends on times, so nothing else runs beside
 * them.
 */
const workersOf: Readonly<Record<string, number>> = { fast: 3, properties: 3, browsers: 2 };

const [kind = '', ...mochaOptions] = process.argv.slice(2);
if (!kinds.includes(kind)) throw new Error(`There is no kind of tests "${kind}", but ${kinds.join(', ')}.`);
const size = (file: string) => statSync(file).size;
// The longest first, or the last one would keep all others waiting.
const files = filesOf(kind).sort((one, other) => size(other) - size(one));
const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
const workers = workersOf[kind];
const parallel = workers === undefined ? [] : ['--parallel', '--jobs', `${workers}`];
const { status } = spawnSync(process.execPath, [mocha, ...parallel, ...mochaOptions, ...files], { stdio: 'inherit' });
process.exitCode = status ?? 1;
