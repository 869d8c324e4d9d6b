/**
 * `npm run bench`: what this package costs, each as a ratio to something measured in the same run. `-- NAME` runs one of them.
 * `-- --against DIR` measures the build of another checkout too, where the package itself is what costs.
 */

import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type Build, buildsOf } from './builds.js';
import { benchConfirmation } from './confirmation.js';
import { benchDocuments } from './documents.js';
import { benchLinks } from './links.js';
import { benchStartup } from './startup.js';
import { benchThroughput } from './throughput.js';
import { benchVerification } from './verification.js';
import { benchWaiting } from './waiting.js';

const benches: Readonly<Record<string, (builds: readonly Build[]) => unknown>> = {
  verification: benchVerification,
  link: benchLinks,
  startup: benchStartup,
  throughput: benchThroughput,
  confirmation: benchConfirmation,
  documents: benchDocuments,
  waiting: () => benchWaiting([1_000, 3_000, 9_900]),
};

const { positionals, values } = parseArgs({ allowPositionals: true, options: { against: { type: 'string' } } });
const [wanted] = positionals;
if (wanted !== undefined && !benches[wanted]) throw new Error(`There are ${Object.keys(benches).join(', ')}.`);
const builds = buildsOf(values.against);
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}\n`);
for (const [name, bench] of Object.entries(benches)) {
  if (wanted !== undefined && wanted !== name) continue;
  console.log(`## ${name}\n`);
  await bench(builds);
}
process.exit();
