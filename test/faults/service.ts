/** The service in a process that can be killed, started again at the same address with the same trust anchors, and frozen. */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { generateAuthorityKeys } from '../../lib/simulator/index.js';
import { startService } from '../bench/processes.js';
import type { Service, ServiceSetup } from '../bench/service.js';

export class FaultyService {
  /** How often it was killed. Its sessions are gone each time. */
  kills = 0;

  private constructor(
    private process: ChildProcess,
    readonly told: Service,
    private readonly setup: ServiceSetup,
  ) {}

  static async start(): Promise<FaultyService> {
    const keys = Object.entries(await generateAuthorityKeys());
    const pems = keys.map(([name, key]) => [name, key.export({ type: 'pkcs8', format: 'pem' })]);
    const authorityKeys = Object.fromEntries(pems) as ServiceSetup['authorityKeys'];
    const { process, told } = await startService({ port: 0, authorityKeys });
    const port = Number(new URL(told.environment.baseUrl).port);
    return new FaultyService(process, told, { port, authorityKeys });
  }

  async kill(): Promise<void> {
    this.kills++;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }

  async run(): Promise<void> {
    this.process = (await startService(this.setup)).process;
  }

  freeze(): void {
    this.process.kill('SIGSTOP');
  }

  thaw(): void {
    this.process.kill('SIGCONT');
  }
}
