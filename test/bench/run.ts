/** `npm run bench`: what this package costs, each as a ratio to something measured in the same run. `-- NAME` runs one of them. */

import { cpus } from 'node:os';
import { benchLinks } from './links.js';
import { benchStartup } from './startup.js';
import { benchThroughput } from './throughput.js';
import { benchVerification } from './verification.js';
import { benchWaiting } from './waiting.js';

const benches: Readonly<Record<string, () => unknown>> = {
  verification: benchVerification,
  link: benchLinks,
  startup: benchStartup,
  throughput: benchThroughput,
  waiting: () => benchWaiting([1_000, 3_000, 9_900]),
};

const [wanted] = process.argv.slice(2);
if (wanted !== undefined && !benches[wanted]) throw new Error(`There are ${Object.keys(benches).join(', ')}.`);
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}\n`);
for (const [name, bench] of Object.entries(benches)) {
  if (wanted !== undefined && wanted !== name) continue;
  console.log(`## ${name}\n`);
  await bench();
}
process.exit();
