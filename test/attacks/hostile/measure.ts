/** Measures shapes in a process of their own, which may come to its end by them. */

import { type ChildProcess, fork } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Answers, Measured } from './measured-process.js';
import type { Shape, Vector } from './shape.js';

export interface Limits {
  maxStopMs: number;
  maxMemoryBytes: number;
}

/** What a shape did: refused and measured, or the end of the process. */
export type Outcome = Measured | { ended: string };

/** Processes have pauses of their own, such as those of the garbage collector: a limit counts as kept when it is kept once. */
const tries = 3;
/** A pause of the process's own is shorter. */
const noPauseMs = 100;
export const maxCaseMs = 10_000;
/** Requests to revocation services in one login, whatever addresses the certificate names. */
export const maxRequests = 10;

const script = fileURLToPath(new URL('./measured-process.ts', import.meta.url));

/**
 * One process after the other: the next shape gets a new one where this one was beyond its limits or came to its end, so that
 * nothing is laid at the door of a shape that another one has left behind.
 */
export class MeasuringProcess {
  private child: ChildProcess | undefined;

  constructor(private readonly setup: string) {}

  /** @returns the smallest figures of some tries, or why there are none. */
  async measure(answers: Answers, limits: Limits, patienceMs = maxCaseMs): Promise<Outcome> {
    let best: Measured | undefined;
    for (let count = 0; count < tries; count++) {
      const outcome = await this.measureOnce(answers, patienceMs);
      if ('ended' in outcome) return outcome;
      best = {
        ...outcome,
        longestStopMs: Math.min(outcome.longestStopMs, best?.longestStopMs ?? Number.POSITIVE_INFINITY),
        memoryBytes: Math.min(outcome.memoryBytes, best?.memoryBytes ?? Number.POSITIVE_INFINITY),
      };
      const isKept = problemsOf(best, limits).length === 0;
      if (!isKept) this.close();
      if (isKept || best.longestStopMs > noPauseMs + limits.maxStopMs) break;
    }
    return best as Measured;
  }

  private async measureOnce(answers: Answers, patienceMs: number): Promise<Outcome> {
    this.child ??= await this.start();
    const { child } = this;
    return new Promise((resolve) => {
      const end = (outcome: Outcome) => {
        clearTimeout(timer);
        child.removeAllListeners();
        if ('ended' in outcome) this.close();
        resolve(outcome);
      };
      const timer = setTimeout(() => end({ ended: `after more than ${patienceMs / 1000} s` }), patienceMs);
      child.once('exit', (code, signal) => end({ ended: `the process (${signal ?? code})` }));
      child.once('message', (measured: Measured) => end(measured));
      child.send(answers);
    });
  }

  private start(): Promise<ChildProcess> {
    const execArgv = ['--import', 'tsx', '--expose-gc', '--max-old-space-size=512'];
    const child = fork(script, [this.setup], { execArgv, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    return new Promise((resolve, reject) => {
      child.once('message', () => {
        child.removeAllListeners();
        resolve(child);
      });
      child.once('exit', (code) => reject(new Error(`The process that measures ended with ${code}.`)));
    });
  }

  close(): void {
    this.child?.kill('SIGKILL');
    this.child = undefined;
  }
}

/** What is wrong with an outcome. */
export function problemsOf(outcome: Outcome, { maxStopMs, maxMemoryBytes }: Limits): string[] {
  if ('ended' in outcome) return [`ended ${outcome.ended}`];
  const { longestStopMs, memoryBytes, refusedBy, unexpected, requests } = outcome;
  return [
    ...(unexpected === undefined ? [] : [`unexpected error: ${unexpected.slice(0, 100)}`]),
    ...(refusedBy === undefined && unexpected === undefined ? ['not refused'] : []),
    ...(longestStopMs > maxStopMs ? [`stops for more than ${maxStopMs} ms`] : []),
    ...(memoryBytes > maxMemoryBytes ? [`takes more than ${Math.round(maxMemoryBytes / 2 ** 20)} MB`] : []),
    ...(requests > maxRequests ? [`makes ${requests} requests`] : []),
  ];
}

export interface Row {
  vector: string;
  shape: string;
  bytes: number;
  outcome: Outcome;
  problems: string[];
}

/** Some shapes have one size only, but for the signature, which is sometimes a little longer. */
const varyingBytes = 8;
const parts = [1 / 16, 1 / 4, 1];

/** A row for each size of the shape. What is larger than what has ended the process is not tried. */
export async function* measureShape(
  vector: Vector,
  shape: Shape,
  folder: string,
  measuring: MeasuringProcess,
): AsyncGenerator<Row> {
  const file = join(folder, 'shape');
  let bytesBefore: number | undefined;
  for (const part of parts) {
    const bytes = shape.build(Math.floor(vector.maxBytes * part));
    if (bytes.length > vector.maxBytes) throw new Error(`${vector.name}, ${shape.name}: larger than is read.`);
    if (bytesBefore !== undefined && bytes.length - bytesBefore <= varyingBytes) continue;
    bytesBefore = bytes.length;
    await writeFile(file, bytes);
    const { maxStopMs = vector.maxStopMs } = shape;
    const limits = { maxStopMs, maxMemoryBytes: vector.maxMemoryBytes(bytes.length) };
    const outcome = await measuring.measure(vector.answersWith(file, shape), limits);
    const problems = problemsOf(outcome, limits);
    yield { vector: vector.name, shape: shape.name, bytes: bytes.length, outcome, problems };
    if ('ended' in outcome) return;
  }
}
