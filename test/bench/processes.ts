/** The service and a site, each in a process of its own. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Simulator } from '../../lib/simulator/index.js';
import type { ServiceSetup } from './service.js';
import type { Question } from './site.js';

export type Service = Pick<
  Simulator,
  'environment' | 'relyingPartyUUID' | 'relyingPartyName' | 'trustAnchors' | 'mockUrl'
>;

export interface BenchSite {
  origin: string;
  ask(question: Question): Promise<number>;
}

function start(name: string): ChildProcess {
  const script = fileURLToPath(new URL(name, import.meta.url));
  return fork(script, { execArgv: ['--import', 'tsx', '--expose-gc'] });
}

/** The simulator, and what its process tells of it. */
export async function startService(
  setup: ServiceSetup = { port: 0 },
): Promise<{ process: ChildProcess; told: Service }> {
  const process = start('service.ts');
  process.send(setup);
  const [told] = (await once(process, 'message')) as [Service];
  return { process, told };
}

/** Ends both processes afterwards. */
export async function withSite(work: (site: BenchSite, service: Service) => Promise<void>): Promise<void> {
  const { process: simulator, told: service } = await startService();
  const site = start('site.ts');
  site.send(service);
  const [{ origin }] = (await once(site, 'message')) as [{ origin: string }];
  const ask = async (question: Question) => {
    site.send(question);
    return ((await once(site, 'message')) as [number])[0];
  };
  try {
    await work({ origin, ask }, service);
  } finally {
    site.kill();
    simulator.kill();
  }
}
