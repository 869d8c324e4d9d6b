/**
 * `npm run oracle`: what lib/trust makes of certificates, OCSP answers and lists is compared with what general libraries and OpenSSL's
 * commands make of them. The status is 0 only when the verdicts are the same, or ours the stricter one for a reason that has a name.
 */

import { parseArgs } from 'node:util';
import { startSimulator } from '../../lib/simulator/index.js';
import { missingFile, recordedFiles } from '../support/shared-files.js';
import type { Case } from './cases.js';
import { compareCases, compareCasesWithOpenSsl, compareMutations, compareMutationsWithOpenSsl } from './comparisons.js';
import { makeDocuments } from './documents.js';
import { recordedCases, simulatorCases } from './genuine.js';
import { allMutations } from './mutations.js';
import type { Tally } from './verdict.js';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, part: { type: 'string' }, only: { type: 'string' } },
});
const seed = Number(values.seed ?? 20_261_127);
const part = Number(values.part ?? 1);
const kinds: readonly Case['kind'][] = ['certificate', 'authority', 'answer', 'list'];
const begin = performance.now();
let [compared, wrong] = [0, 0];

const simulator = await startSimulator({ port: 0 });
const documents = await makeDocuments(simulator);
await simulator.close();
const simulated = await simulatorCases();
const missing = missingFile(recordedFiles);
if (missing !== undefined) console.log(`${missing} is not beside the project: what was recorded is not compared.`);
const recorded = missing === undefined ? recordedCases() : [];

for (const [origin, cases] of [
  ['recorded', recorded],
  ["the simulator's", simulated],
] as const) {
  for (const kind of kinds.filter((one) => cases.some((other) => other.kind === one))) {
    await report(`${origin}, ${kind}`, () => compareCases(cases, kind));
    if (kind !== 'authority') await report(`${origin}, ${kind}, OpenSSL`, () => compareCasesWithOpenSsl(cases, kind));
  }
}
for (const mutations of allMutations) {
  await report(mutations.name, () => compareMutations(mutations, documents, { part, seed }));
  await report(`${mutations.name}; OpenSSL`, () => compareMutationsWithOpenSsl(mutations, documents, { part, seed }));
}
console.log(`seed ${seed}, ${Math.round((performance.now() - begin) / 1000)} seconds`);
console.log(`oracle: ${compared} compared, ${wrong} differences without a name`);
if (wrong > 0 || compared === 0) process.exitCode = 1;

async function report(name: string, compare: () => Promise<Tally>): Promise<void> {
  if (values.only !== undefined && !name.includes(values.only)) return;
  const tally = await compare();
  compared += tally.compared;
  wrong += tally.wrongCount;
  const { bothAccept, bothRefuse, stricter, lenient } = tally;
  console.log(`${name}: ${tally.compared} compared, both accept ${bothAccept}, both refuse ${bothRefuse}`);
  for (const [reason, count] of sorted(stricter))
    console.log(`  ${String(count).padStart(6)}  ours is stricter: ${reason}`);
  for (const [reason, count] of sorted(lenient))
    console.log(`  ${String(count).padStart(6)}  ours leaves alone: ${reason}`);
  for (const what of tally.wrong) console.error(`  WITHOUT A NAME: ${what}`);
}

function sorted(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([, one], [, other]) => other - one);
}
