/** The table alone, or a part of it: `--vector list --shape nested` are parts of names. */

import { parseArgs } from 'node:util';
import { measureHostileShapes } from './table.js';

const { values } = parseArgs({ options: { vector: { type: 'string' }, shape: { type: 'string' } } });
if (!(await measureHostileShapes(values))) process.exitCode = 1;
