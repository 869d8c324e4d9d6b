/** A command line that goes on running, such as that of a site, with what it has said so far. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** Settings of who runs the tests would be settings that the documentation does not tell of. */
const { PATH, HOME } = process.env;

export class RunningCommand {
  output = '';
  readonly exit: Promise<number | null>;
  private readonly child: ChildProcess;

  constructor(line: string, cwd: string, environment: NodeJS.ProcessEnv = {}) {
    const env = { PATH, HOME, npm_config_update_notifier: 'false', ...environment };
    // A group of its own: npx starts further processes, which must end with it.
    this.child = spawn('sh', ['-e', '-c', line], { cwd, env, detached: true });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk) => {
        this.output += chunk;
      });
    }
    this.exit = once(this.child, 'close').then(([code]) => code as number | null);
  }

  async isTrue(condition: () => unknown): Promise<void> {
    for (let tries = 0; tries < 600; tries++) {
      if (await condition()) return;
      if (this.hasEnded) break;
      await wait(50);
    }
    throw new Error(`The command has said:\n${this.output}`);
  }

  /** @throws Error with what it has said when it ends in failure. */
  async succeeded(): Promise<void> {
    if ((await this.exit) !== 0) throw new Error(this.output);
  }

  /** @throws Error with what it has said when it ends before, or takes longer than this. */
  async listensAt(port: number, maxWaitMs: number): Promise<void> {
    const deadline = performance.now() + maxWaitMs;
    while (!(await listens(port))) {
      if (this.hasEnded || performance.now() > deadline) {
        throw new Error(`Nothing listens at port ${port}.\n${this.output}`);
      }
      await wait(100);
    }
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  async stop(): Promise<void> {
    if (!this.hasEnded && this.child.pid !== undefined) process.kill(-this.child.pid, 'SIGKILL');
    await this.exit;
  }
}

export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, 'localhost');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

const maxWaitForPortMs = 60_000;

/** What runs there besides would answer in place of what is tested. Another run of these tests ends soon, so it waits for that. */
export async function requireFree(ports: readonly number[]): Promise<void> {
  const deadline = performance.now() + maxWaitForPortMs;
  for (const port of ports) {
    while (await listens(port)) {
      if (performance.now() > deadline) throw new Error(`Port ${port}, which the program needs, is in use.`);
      await wait(500);
    }
  }
}
