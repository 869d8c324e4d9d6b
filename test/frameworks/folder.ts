/** A clean folder in which a page of docs/frameworks is followed: installed from the registry, written, and compiled. */

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { RunningCommand } from '../support/running-command.js';
import type { Exceptions } from './exceptions.js';
import type { DocumentationPage } from './page.js';

const compilerFlags = '--strict --noEmit --target es2023 --module nodenext --types node --esModuleInterop';

/** @param tarball the package as it would be published. */
export async function install(page: DocumentationPage, folder: string, tarball: string): Promise<void> {
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }');
  await run(page.install.replace('passport-smart-id', tarball), folder);
  for (const [name, text] of page.files) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, forTheWays(text));
  }
}

/** The ways need a push for everybody, which no page recommends: a stranger can start one. */
function forTheWays(text: string): string {
  return text.replace("successRedirect: '/private'", "successRedirect: '/private', notification: true");
}

/** @throws Error with what the compiler says. */
export async function compile(page: DocumentationPage, folder: string, { skipLibCheck }: Exceptions): Promise<void> {
  const own = page.files.has('tsconfig.json');
  const sources = [...page.files.keys()].filter((name) => /\.[cm]?tsx?$/.test(name));
  const what = own ? '--strict --noEmit' : `${compilerFlags} ${sources.join(' ')}`;
  await run(`npx tsc ${what} --skipLibCheck ${skipLibCheck !== undefined}`, folder);
}

function run(line: string, folder: string): Promise<void> {
  const environment = { ...process.env, npm_config_audit: 'false', npm_config_fund: 'false' };
  return new RunningCommand(line, folder, environment).succeeded();
}
