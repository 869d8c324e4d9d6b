/** A PDF and a container from the file to the signed file, against a plain SHA-512 of the same bytes, and their memory. */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { DocumentCost } from './document-process.js';

const run = promisify(execFile);
const program = fileURLToPath(new URL('document-process.ts', import.meta.url));

export async function benchDocuments(): Promise<void> {
  console.log('Level B, milliseconds of CPU, and memory beyond the file itself, each in a process of its own.\n');
  console.log('| document | SHA-512 | prepare | | complete | | memory |');
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const kind of ['pdf', 'container']) {
    for (const megabytes of ['20', '40']) {
      const { stdout } = await run(process.execPath, ['--expose-gc', '--import', 'tsx', program, kind, megabytes]);
      const { sha512Ms, prepareMs, completeMs, peakBytes, documentBytes } = JSON.parse(stdout) as DocumentCost;
      const name = kind === 'pdf' ? `PDF of ${megabytes} MB` : `container of 100 files, ${megabytes} MB`;
      const times = (milliseconds: number) => `${milliseconds.toFixed(0)} | ${(milliseconds / sha512Ms).toFixed(1)} ×`;
      const memory = `${(peakBytes / documentBytes).toFixed(1)} × the file`;
      console.log(`| ${name} | ${sha512Ms.toFixed(0)} | ${times(prepareMs)} | ${times(completeMs)} | ${memory} |`);
    }
  }
  console.log();
}
