/** Processes beside that of the tests: of a site, of the simulator, and of who uses TLS. Each can be killed. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Simulator } from '../../lib/simulator/index.js';
import { toPem } from '../../lib/simulator/pki/certificate.js';
import type { SimulatorMessage } from './simulator-process.js';
import type { ProcessMessage, ProcessSetup } from './site-process.js';
import type { CallResult, Service, TlsAnswer, TlsCommand } from './tls-process.js';

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

/** Uses the RP API over TLS; it trusts the simulator's root as others trust a public CA. */
export class TlsProcess {
  /** What it has written to its log. */
  log = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.log += text;
    });
  }

  /** @param options of Node, such as those that limit what is offered in TLS. */
  static async start({ pki }: Simulator, ...options: string[]): Promise<TlsProcess> {
    const folder = await mkdtemp(path.join(tmpdir(), 'tls-'));
    const trusted = path.join(folder, 'root.pem');
    await writeFile(trusted, toPem(pki.root.certificate));
    const child = fork(scriptOf('./tls-process.ts'), {
      execArgv: [...execArgv, ...options],
      silent: true,
      env: { ...process.env, NODE_ENV: 'development', NODE_EXTRA_CA_CERTS: trusted },
    });
    return new TlsProcess(child, folder);
  }

  /** What became of calls of the client that start sessions, one after the other in as many rows. */
  async startSessions(service: Service, { times = 1, atOnce = 1 } = {}): Promise<CallResult[]> {
    const answer = await this.run({ do: 'startSessions', service, times, atOnce });
    return (answer as { results: CallResult[] }).results;
  }

  /** The origin of a site that uses this service. */
  async serve(service: Service): Promise<string> {
    return ((await this.run({ do: 'serve', service })) as { origin: string }).origin;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      const ended = once(this.child, 'exit');
      this.child.kill('SIGKILL');
      await ended;
    }
    await rm(this.folder, { recursive: true });
  }

  private async run(command: TlsCommand): Promise<TlsAnswer> {
    const waiting = new AbortController();
    const { signal } = waiting;
    const ended = once(this.child, 'exit', { signal }).then(() => {
      throw new Error(`The process has ended: ${this.log}`);
    });
    this.child.send(command);
    try {
      const [answer] = await Promise.race([once(this.child, 'message', { signal }), ended]);
      return answer;
    } finally {
      ended.catch(() => {});
      waiting.abort();
    }
  }
}
