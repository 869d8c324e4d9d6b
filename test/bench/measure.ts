/** Times of several pieces of work in turns, so that whatever else the machine does meets all of them. */

export type Work = () => unknown;

const rounds = 40;
const turnMs = 25;
/** Until the compiler has made the best of the code: of some thousand verifications. */
const warmUpMs = 5_000;

/** Microseconds that pass. */
const wallClock = () => performance.now() * 1000;

/** Microseconds of CPU that this process uses, its other threads included. */
const cpuClock = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** Microseconds for each of the works: the median of their turns. */
export function inTurns(...works: readonly Work[]): Promise<number[]> {
  return measureInTurns(wallClock, works);
}

/** Microseconds of this process's CPU for each of the works, which wait for other processes: the median of their turns. */
export function cpuInTurns(...works: readonly Work[]): Promise<number[]> {
  return measureInTurns(cpuClock, works);
}

async function measureInTurns(clock: () => number, works: readonly Work[]): Promise<number[]> {
  const counts: number[] = [];
  for (const work of works) counts.push(await countFor(work, clock));
  const times: number[][] = works.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, work] of works.entries()) times[index]?.push(await timeOf(work, counts[index] as number, clock));
  }
  return times.map(median);
}

/** How often the work fits into a turn, once it is warm: as in a server that has been running for a while. */
async function countFor(work: Work, clock: () => number): Promise<number> {
  let count = 1;
  const until = performance.now() + warmUpMs;
  while (performance.now() < until) {
    const microseconds = await timeOf(work, count, clock);
    count = Math.max(1, Math.round((turnMs * 1000) / microseconds));
  }
  return count;
}

async function timeOf(work: Work, count: number, clock: () => number): Promise<number> {
  const since = clock();
  for (let done = 0; done < count; done++) await work();
  return (clock() - since) / count;
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
