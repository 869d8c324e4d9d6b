/**
 * Which command runs which test file: the slow kinds have commands of their own, so that the others do not keep anybody
 * waiting. A file belongs to the kind that names it or a folder around it, and to `fast` where none does.
 */

import { readdirSync } from 'node:fs';
import path from 'node:path';

/** Why they are slow: they drive a browser, start other processes or Java, break things at random, ask others, or try thousands of inputs. */
export const slowKinds = {
  browsers: ['test/e2e/'],
  engines: ['test/engines/'],
  attacks: ['test/attacks/'],
  documents: ['test/documents/judged.test.ts'],
  oracle: ['test/oracle/oracle.test.ts'],
  faults: ['test/faults/'],
  processes: [
    'test/package/',
    'test/processes/',
    'test/redis/',
    'test/signing/processes.test.ts',
    'test/simulator/command.test.ts',
    'test/support/reporter.test.ts',
    'test/trust-command/command.test.ts',
  ],
  properties: ['test/properties/', 'test/web/logins-in-a-row.test.ts'],
} as const satisfies Record<string, readonly string[]>;

export const kinds = ['fast', ...Object.keys(slowKinds)];

export const testFiles: readonly string[] = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .map((name) => `test/${name.split(path.sep).join('/')}`)
  .filter((name) => name.endsWith('.test.ts'))
  .sort();

export function kindsOf(file: string): string[] {
  const slow = Object.entries(slowKinds).filter(([, places]) => places.some((place) => file.startsWith(place)));
  return slow.length === 0 ? ['fast'] : slow.map(([kind]) => kind);
}

export function filesOf(kind: string): string[] {
  return testFiles.filter((file) => kindsOf(file).includes(kind));
}
