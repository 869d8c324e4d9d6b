/** What it costs to import the package, against other packages that log people in. Each in a process of its own. */

import { execFileSync } from 'node:child_process';
import { median, printTable } from './measure.js';

const rounds = 9;
const packages = ['passport-smart-id', 'passport-smart-id/web', '@node-saml/passport-saml', 'openid-client'];

export function benchStartup(): void {
  const measured = [undefined, ...packages].map((name) => {
    const runs = Array.from({ length: rounds }, () => importOf(name));
    return { name, ms: median(runs.map(({ ms }) => ms)), memory: median(runs.map(({ memory }) => memory)) };
  });
  const empty = measured[0]?.memory ?? 0;
  console.log('Import, and what the process has grown by:\n');
  printTable(
    ['', 'ms', 'MB'],
    measured.slice(1).map(({ name, ms, memory }) => [name ?? '', ms.toFixed(0), ((memory - empty) / 1e6).toFixed(1)]),
  );
}

function importOf(name: string | undefined): { ms: number; memory: number } {
  const script = `
    const since = performance.now();
    ${name ? `await import('${name}');` : ''}
    const ms = performance.now() - since;
    globalThis.gc();
    console.log(JSON.stringify({ ms, memory: process.memoryUsage().rss }));`;
  const flags = ['--expose-gc', '--input-type=module', '--eval', script];
  return JSON.parse(execFileSync(process.execPath, flags, { encoding: 'utf8' }));
}
