/** What it costs to import the package, against other packages that log people in. Each in a process of its own. */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Build } from './builds.js';
import { median, printTable } from './measure.js';

const rounds = 15;
const reference = '@node-saml/passport-saml';

interface Import {
  name: string;
  /** What is imported: nothing, to know the process itself. */
  from?: string;
  runs: { ms: number; bytes: number }[];
}

export function benchStartup(builds: readonly Build[]): void {
  const empty: Import = { name: 'nothing', runs: [] };
  const saml: Import = { name: reference, from: reference, runs: [] };
  const imports: Import[] = [
    empty,
    ...builds.flatMap(({ label, main, web }) => [
      { name: `passport-smart-id ${label}`, from: main, runs: [] },
      { name: `passport-smart-id/web ${label}`, from: web, runs: [] },
    ]),
    saml,
    { name: 'openid-client', from: 'openid-client', runs: [] },
  ];
  for (let round = 0; round < rounds; round++) for (const one of imports) one.runs.push(measureImport(one.from));
  const msOf = ({ runs }: Import) => median(runs.map(({ ms }) => ms));
  const bytesOf = ({ runs }: Import) =>
    median(runs.map(({ bytes }) => bytes)) - median(empty.runs.map(({ bytes }) => bytes));
  console.log(`Import, and what the process has grown by; ratios to ${reference}:\n`);
  printTable(
    ['', 'ms', 'ratio', 'MB', 'ratio'],
    imports
      .slice(1)
      .map((one) => [
        one.name,
        msOf(one).toFixed(0),
        (msOf(one) / msOf(saml)).toFixed(2),
        (bytesOf(one) / 1e6).toFixed(1),
        (bytesOf(one) / bytesOf(saml)).toFixed(2),
      ]),
  );
}

function measureImport(from: string | undefined): { ms: number; bytes: number } {
  const script = `
    const since = performance.now();
    ${from ? `await import('${from}');` : ''}
    const ms = performance.now() - since;
    globalThis.gc();
    console.log(JSON.stringify({ ms, bytes: process.memoryUsage().rss }));`;
  const flags = ['--expose-gc', '--input-type=module', '--eval', script];
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  return JSON.parse(execFileSync(process.execPath, flags, { encoding: 'utf8', cwd }));
}
