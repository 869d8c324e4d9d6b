/**
 * `npm run attacks`: every attack in full, and a table of what became of it. The status is 0 only when everything was
 * refused, nothing else went wrong, and no more memory was needed than is stated here.
 */

import { parseArgs } from 'node:util';
import { attacks, carryOut } from './attacks.js';

/** Megabytes that the process may have held at its peak, the simulator and the sites that are attacked included. */
const mostMemory = 700;

const { values } = parseArgs({ options: { seed: { type: 'string' }, part: { type: 'string' } } });
const seed = Number(values.seed ?? 20_261_124);
const part = Number(values.part ?? 1);

let [tried, refused] = [0, 0];
const rows: { attack: string; tried: number; refused: number; 'by which check': string; seconds: number }[] = [];
for (const attack of attacks) {
  const begin = performance.now();
  const tally = await carryOut(attack, { part, seed });
  const by = [...tally.by].sort(([, one], [, other]) => other - one).map(([check, times]) => `${check} ${times}`);
  const seconds = Math.round((performance.now() - begin) / 100) / 10;
  rows.push({
    attack: attack.name,
    tried: tally.tried,
    refused: tally.refused,
    'by which check': by.join(', '),
    seconds,
  });
  for (const what of tally.cameThrough) console.error(`${attack.name}, not refused: ${what}`);
  if (tally.tried === 0) throw new Error(`Nothing was tried: ${attack.name}`);
  tried += tally.tried;
  refused += tally.refused;
}
const memory = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(table(rows));
console.log(`seed ${seed}, at most ${memory} MB of memory (${mostMemory} are allowed)`);
console.log(`attacks: ${tried} tried, ${refused} refused`);
if (tried !== refused || memory > mostMemory) process.exitCode = 1;

function table(lines: typeof rows): string {
  const width = Math.max(...lines.map(({ attack }) => attack.length));
  const line = (attack: string, ...cells: [unknown, unknown, unknown, unknown]) => {
    const [inAll, off, seconds, by] = cells.map(String);
    return `${attack.padEnd(width)}  ${inAll?.padStart(6)}  ${off?.padStart(7)}  ${seconds?.padStart(7)}  ${by}`;
  };
  return [
    line('attack', 'tried', 'refused', 'seconds', 'by which check'),
    ...lines.map((row) => line(row.attack, row.tried, row.refused, row.seconds, row['by which check'])),
  ].join('\n');
}
