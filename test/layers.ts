/**
 * The layers of lib and its entry points, as a test holds the imports against them and `docs/architecture.md` shows
 * them.
 */

import { readFileSync } from 'node:fs';
import path from 'node:path';

export interface Layer {
  name: string;
  /** What it is for. */
  holds: string;
  /** What it imports of other layers: folders, or single files where it needs no more. All may use `shared`. */
  uses: readonly string[];
  /** The web frameworks that it knows, if only by their types. */
  frameworks?: readonly string[];
}

/** From the one that knows nothing of the others to those that nobody else imports. */
export const layers: readonly Layer[] = [
  { name: 'shared', holds: 'what all need: errors, HTTP, the log, the words for what happens', uses: [] },
  { name: 'protocol', holds: 'calculations of the RP API, without input or output', uses: [] },
  { name: 'trust', holds: 'X.509: certificates, paths to trust anchors, revocation', uses: [] },
  { name: 'rp-api', holds: 'the wire: requests, responses, one method for each endpoint', uses: ['protocol'] },
  {
    name: 'verify',
    holds: 'the ordered checks of an answer, and who it stands for',
    uses: ['protocol', 'trust', 'rp-api/responses.ts'],
  },
  {
    name: 'documents',
    holds: 'signed files: PDF (PAdES) and ASiC-E containers (XAdES)',
    uses: ['protocol', 'trust', 'verify/signature-value.ts'],
  },
  {
    name: 'attempt',
    holds: 'one login or signing between its requests, and where it is kept',
    uses: ['protocol', 'trust', 'rp-api', 'verify'],
    frameworks: ['express', 'passport'],
  },
  {
    name: 'login',
    holds: 'a login from start to end, over plain values',
    uses: ['protocol', 'verify', 'attempt'],
  },
  {
    name: 'signing',
    holds: 'a signing from start to end, documents too',
    uses: ['protocol', 'trust', 'rp-api/responses.ts', 'verify', 'documents', 'attempt'],
    frameworks: ['express'],
  },
  {
    name: 'passport',
    holds: 'the Passport strategy',
    uses: ['verify', 'attempt', 'login'],
    frameworks: ['express', 'passport-strategy'],
  },
  {
    name: 'web',
    holds: 'the ready-made pages, and Express as their edge',
    uses: ['protocol', 'verify', 'attempt', 'login', 'signing', 'passport'],
    frameworks: ['express', 'passport'],
  },
  {
    name: 'fastify',
    holds: 'Fastify as the edge of the login page',
    uses: ['attempt', 'web'],
    frameworks: ['fastify', '@fastify/passport'],
  },
  {
    name: 'fetch',
    holds: 'the Request and Response of the web as the edge of the login page',
    uses: ['verify', 'attempt', 'login', 'web'],
  },
  { name: 'redis', holds: 'attempts and drafts in Redis', uses: ['documents', 'attempt', 'login'] },
  { name: 'trust-command', holds: 'the command smart-id-trust', uses: ['trust', 'rp-api'] },
  {
    name: 'simulator',
    // What it shared with the library, a mistake could hide in.
    holds: 'the service to run against, with calculations and certificates of its own',
    uses: ['attempt/view.ts'],
    frameworks: ['express'],
  },
];

/** What package.json hands out, from `lib` on. An entry point may take it from any layer. */
export const entryPoints: readonly string[] = entryPointsOf(
  readFileSync(path.join(import.meta.dirname, '../package.json'), 'utf8'),
);

function entryPointsOf(manifest: string): string[] {
  const { exports } = JSON.parse(manifest) as { exports: Record<string, { default?: string }> };
  return Object.values(exports).flatMap(({ default: built }) => {
    return built ? built.replace('./dist/', '').replace(/\.js$/, '.ts') : [];
  });
}
