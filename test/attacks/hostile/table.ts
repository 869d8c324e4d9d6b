/** The table of what hostile bytes cost: the longest stop of the event loop, the memory, and who refused them. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MeasuringProcess, measureShape, type Row } from './measure.js';
import { vectorsAgainst, writeSetup } from './vectors.js';
import { findVictim } from './victim.js';

/** Parts of the names of what is tried; everything otherwise. */
export interface Choice {
  vector?: string;
  shape?: string;
}

/** Prints the table, and at its end whatever is beyond the limits. @returns whether nothing is. */
export async function measureHostileShapes({ vector = '', shape = '' }: Choice = {}): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'hostile-'));
  const victim = await findVictim();
  const rows: Row[] = [];
  const begin = performance.now();
  try {
    const { setup, honest } = await writeSetup(victim, folder);
    const vectors = vectorsAgainst(victim, honest).filter(({ name }) => name.includes(vector));
    const shapes = vectors.flatMap((one) =>
      one.shapes.filter(({ name }) => name.includes(shape)).map((chosen) => [one, chosen] as const),
    );
    if (shapes.length === 0) throw new Error('There is no such shape.');
    const width = Math.max(...shapes.map(([, { name }]) => name.length));
    console.log(line(width, 'vector', 'shape', 'bytes', 'stop, ms', 'memory, MB', 'refused by'));
    const measuring = new MeasuringProcess(setup);
    for (const [one, chosen] of shapes) {
      for await (const row of measureShape(one, chosen, folder, measuring)) {
        rows.push(row);
        console.log(lineOf(row, width));
      }
    }
    measuring.close();
    const beyond = rows.filter(({ problems }) => problems.length > 0);
    const seconds = Math.round((performance.now() - begin) / 1000);
    for (const row of beyond)
      console.error(`beyond: ${row.vector}, ${row.shape}, ${row.bytes} bytes: ${row.problems.join('; ')}`);
    console.log(
      `hostile shapes: ${shapes.length}, in ${rows.length} sizes, ${beyond.length} beyond limits, ${seconds} s`,
    );
    return beyond.length === 0;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function lineOf({ vector, shape, bytes, outcome, problems }: Row, width: number): string {
  const mark = problems.length > 0 ? `  BEYOND: ${problems.join('; ')}` : '';
  if ('ended' in outcome) return line(width, vector, shape, bytes, '-', '-', `nobody${mark}`);
  const { longestStopMs, memoryBytes, refusedBy = 'nobody' } = outcome;
  const memory = (memoryBytes / 2 ** 20).toFixed(1);
  return line(width, vector, shape, bytes, longestStopMs.toFixed(1), memory, `${refusedBy}${mark}`);
}

function line(width: number, ...[vector, shape, bytes, stop, memory, by]: (string | number)[]): string {
  const figures = [String(bytes).padStart(8), String(stop).padStart(8), String(memory).padStart(10)];
  return [String(vector).padEnd(13), String(shape).padEnd(width), ...figures, by].join('  ');
}
