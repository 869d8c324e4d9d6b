/** A command line of a page, as in a terminal: with all that it starts, and what they say. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export class Command {
  output = '';
  private readonly child: ChildProcess;
  private readonly exit: Promise<number | null>;

  constructor(line: string, { folder, environment }: { folder: string; environment: NodeJS.ProcessEnv }) {
    // A group of its own: npx starts further processes, which must end with it.
    this.child = spawn('sh', ['-e', '-c', line], { cwd: folder, env: environment, detached: true });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk) => {
        this.output += chunk;
      });
    }
    this.exit = once(this.child, 'close').then(([code]) => code as number | null);
  }

  /** @throws Error with what it has said when it ends in failure. */
  async succeeded(): Promise<void> {
    if ((await this.exit) !== 0) throw new Error(this.output);
  }

  /** @throws Error with what it has said when it ends before, or takes longer than this. */
  async listensAt(port: number, patienceMs: number): Promise<void> {
    const deadline = Date.now() + patienceMs;
    while (!(await isListening(port))) {
      if (this.hasEnded || Date.now() > deadline) throw new Error(`Nothing listens at port ${port}.\n${this.output}`);
      await wait(100);
    }
  }

  async stop(): Promise<void> {
    if (!this.hasEnded && this.child.pid !== undefined) process.kill(-this.child.pid, 'SIGKILL');
    await this.exit;
  }

  private get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}

export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, 'localhost');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
