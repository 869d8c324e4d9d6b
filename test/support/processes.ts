/** A site's processes, which can be killed, and a simulator in a process of its own. */

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SimulatorMessage } from './simulator-process.js';
import type { ProcessMessage, ProcessSetup } from './site-process.js';

const scriptOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const execArgv = ['--import', 'tsx'];

export class SiteProcess {
  /** Who has been verified in it, in this order. */
  readonly loggedIn: string[] = [];
  /** What it has written, where it writes what it does. */
  output = '';

  private constructor(
    readonly origin: string,
    private readonly child: ChildProcess,
  ) {
    child.on('message', (message: ProcessMessage) => {
      if ('loggedIn' in message) this.loggedIn.push(message.loggedIn);
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
  }

  /** @param nodeDebug what it is to write about, by `NODE_DEBUG`. */
  static start(setup: ProcessSetup, nodeDebug?: string): Promise<SiteProcess> {
    const child = fork(scriptOf('./site-process.ts'), {
      execArgv,
      silent: nodeDebug !== undefined,
      env: { ...process.env, NODE_DEBUG: nodeDebug },
    });
    const { simulator, redisUrl, callbackURL } = setup;
    const { environment, relyingPartyUUID, relyingPartyName, trustAnchors } = simulator;
    child.send({
      simulator: { environment, relyingPartyUUID, relyingPartyName, trustAnchors },
      redisUrl,
      callbackURL,
    } satisfies ProcessSetup);
    return new Promise((resolve, reject) => {
      child.once('message', (message: ProcessMessage) => {
        if ('origin' in message) resolve(new SiteProcess(message.origin, child));
      });
      child.once('exit', (code) => reject(new Error(`The process ended with ${code}.`)));
    });
  }

  /** As a site does that is told to stop. What the process ended with. */
  stop(): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => this.child.once('exit', resolve));
    this.child.send('stop');
    return ended;
  }

  /** At once, in the middle of whatever it does. */
  kill(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.child.once('exit', () => resolve()));
    this.child.kill('SIGKILL');
    return ended;
  }
}

/** For measurements, which the simulator's own work must not disturb. */
export class SimulatorProcess {
  private constructor(
    readonly simulator: SimulatorMessage,
    private readonly child: ChildProcess,
  ) {}

  static start(): Promise<SimulatorProcess> {
    const child = fork(scriptOf('./simulator-process.ts'), { execArgv });
    return new Promise((resolve, reject) => {
      child.once('message', (message: SimulatorMessage) => resolve(new SimulatorProcess(message, child)));
      child.once('exit', (code) => reject(new Error(`The process ended with ${code}.`)));
    });
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}
