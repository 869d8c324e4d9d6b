/** A folder of a stranger: nothing but what they install from the registry, with the package as it would be published. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Tarball {
  file: string;
  entryCount: number;
  /** In bytes, as are the unpacked ones. */
  size: number;
  unpackedSize: number;
}

/** Builds the package and packs it into the folder. */
export function pack(folder: CleanFolder): Tarball {
  const output = execute(root, 'npm', ['pack', '--json', '--pack-destination', folder.path]);
  const [{ filename, ...sizes }] = JSON.parse(output);
  return { ...sizes, file: path.join(folder.path, filename) };
}

const { devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
/** The package in the version that this repository is developed with. */
export const asHere = (name: string): string => `${name}@${devDependencies[name]}`;

export class CleanFolder {
  readonly path = mkdtempSync(path.join(tmpdir(), 'stranger-'));

  constructor() {
    this.write('package.json', '{ "private": true }');
  }

  install(packages: readonly string[]): void {
    this.run('npm', ['install', '--no-audit', '--no-fund', '--loglevel', 'error', ...packages]);
  }

  write(name: string, text: string): void {
    writeFileSync(path.join(this.path, name), text);
  }

  /** Throws with what the command has said, where it fails. */
  run(command: string, args: readonly string[]): string {
    return execute(this.path, command, args);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

function execute(cwd: string, command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error([`${command} ${args.join(' ')}`, stdout, stderr].join('\n'), { cause: error });
  }
}
