/** What the commands of this package have in common: options, and words for the person who typed them. */

import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Something the person who typed the command can put right. */
export class UsageError extends Error {}

/** Node's `parseArgs`, whose errors are told to the person. */
export function readArguments<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Runs a command; a usage error ends it with status 2 and what to do about it. */
export async function runCommand(name: string, main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${name}: ${error.message}\n(--help shows all options)\n`);
    process.exitCode = 2;
  }
}
