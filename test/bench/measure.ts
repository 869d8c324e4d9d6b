/** Times of two pieces of work in turns, so that whatever else the machine does meets both. */

export type Work = () => unknown;

const rounds = 40;
/** Milliseconds of one turn. */
const turn = 25;
/** Milliseconds until the compiler has made the best of the code: of some thousand verifications. */
const warmUp = 5_000;

/** Microseconds for each of the works: the median of their turns. */
export async function inTurns(...works: readonly Work[]): Promise<number[]> {
  const counts: number[] = [];
  for (const work of works) counts.push(await countFor(work));
  const times: number[][] = works.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, work] of works.entries()) times[index]?.push(await timeOf(work, counts[index] as number));
  }
  return times.map(median);
}

/** How often the work fits into a turn, once it is warm: as in a server that has been running for a while. */
async function countFor(work: Work): Promise<number> {
  let count = 1;
  const until = performance.now() + warmUp;
  while (performance.now() < until) {
    const microseconds = await timeOf(work, count);
    count = Math.max(1, Math.round((turn * 1000) / microseconds));
  }
  return count;
}

async function timeOf(work: Work, count: number): Promise<number> {
  const since = performance.now();
  for (let done = 0; done < count; done++) await work();
  return ((performance.now() - since) * 1000) / count;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** A table, as it stands in `docs/performance.md`. */
export function printTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  console.log([line(cells[0] as string[]), rule, ...cells.slice(1).map(line), ''].join('\n'));
}
