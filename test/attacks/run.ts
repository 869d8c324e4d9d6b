/**
 * `npm run attacks`: every attack in full, and a table of what became of it; then a table of what hostile bytes cost. The status is 0
 * only when everything was refused, nothing else went wrong, and no more time and memory were needed than is stated here.
 */

import { parseArgs } from 'node:util';
import { attacks, carryOut } from './attacks.js';
import { measureHostileShapes } from './hostile/table.js';

/** Megabytes that the process may have held at its peak, the simulator and the sites that are attacked included. */
const mostMemory = 400;

const { values } = parseArgs({ options: { seed: { type: 'string' }, part: { type: 'string' } } });
const seed = Number(values.seed ?? 20_261_124);
const part = Number(values.part ?? 1);

const width = Math.max(...attacks.map(({ name }) => name.length));
print('attack', 'tried', 'refused', 'seconds', 'by which check');
let [tried, refused] = [0, 0];
for (const attack of attacks) {
  const begin = performance.now();
  const tally = await carryOut(attack, { part, seed });
  const leastTries = Math.max(1, (attack.tries ?? 0) * part);
  if (tally.tried < leastTries) throw new Error(`Only ${tally.tried} were tried: ${attack.name}`);
  if (tally.by.has('')) throw new Error(`A check without a name refused: ${attack.name}`);
  const by = [...tally.by].sort(([, one], [, other]) => other - one).map(([check, times]) => `${check} ${times}`);
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  print(attack.name, tally.tried, tally.refused, seconds, by.join(', '));
  for (const what of tally.cameThrough) console.error(`not refused: ${what.slice(0, 5000)}`);
  tried += tally.tried;
  refused += tally.refused;
}
const memory = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(`seed ${seed}, at most ${memory} MB of memory (${mostMemory} are allowed)`);
console.log(`attacks: ${tried} tried, ${refused} refused`);
if (tried !== refused || memory > mostMemory) process.exitCode = 1;
console.log();
if (!(await measureHostileShapes())) process.exitCode = 1;

function print(attack: string, ...cells: [unknown, unknown, unknown, unknown]): void {
  const [inAll, off, seconds, by] = cells.map(String) as [string, string, string, string];
  console.log(`${attack.padEnd(width)}  ${inAll.padStart(6)}  ${off.padStart(7)}  ${seconds.padStart(7)}  ${by}`);
}
