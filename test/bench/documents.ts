/** A PDF and a container from the file to the signed file, against a plain SHA-512 of the same bytes, and their memory. */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { DocumentCost } from './document-process.js';
import type { DocumentKind } from './document-ways.js';
import { printTable } from './measure.js';

const run = promisify(execFile);
const program = fileURLToPath(new URL('document-process.ts', import.meta.url));
const names: Readonly<Record<DocumentKind, string>> = {
  pdf: 'PDF',
  'pdf, stored': 'PDF, by SmartIdDocuments and its store',
  container: 'container of 100 files',
  'container, stored': 'container of 100 files, by SmartIdDocuments and its store',
};

export async function benchDocuments(): Promise<void> {
  console.log('Level B, milliseconds of CPU, and memory beyond the file itself, each in a process of its own.\n');
  const rows: string[][] = [];
  for (const [kind, name] of Object.entries(names)) {
    for (const megabytes of ['5', '20', '80']) {
      const { stdout } = await run(process.execPath, ['--expose-gc', '--import', 'tsx', program, kind, megabytes]);
      const { sha512Ms, prepareMs, completeMs, peakBytes, documentBytes } = JSON.parse(stdout) as DocumentCost;
      const times = (milliseconds: number) => [milliseconds.toFixed(0), `${(milliseconds / sha512Ms).toFixed(1)} ×`];
      const memory = `${(peakBytes / documentBytes).toFixed(1)} ×`;
      rows.push([name, megabytes, sha512Ms.toFixed(0), ...times(prepareMs), ...times(completeMs), memory]);
    }
  }
  printTable(['document', 'MB', 'SHA-512', 'prepare', '', 'complete', '', 'memory'], rows);
}
