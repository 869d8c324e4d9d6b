/** The service, an OCSP responder and sites, each in a process of its own. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Build, buildsOf } from './builds.js';
import type { ResponderMessage } from './responder.js';
import type { Service, ServiceOrder, ServiceSetup } from './service.js';
import type { Answers, SiteSetup } from './site.js';

export interface BenchSite {
  origin: string;
  ask<Question extends keyof Answers>(question: Question): Promise<Answers[Question]>;
}

export interface Responder {
  ocspUrl: string;
  /** From now on it gives these answers. */
  take(answers: [serialNumber: string, answer: string][]): Promise<void>;
  /** How many there were. */
  requests(): Promise<number>;
  stop(): void;
}

function start(name: string): ChildProcess {
  const script = fileURLToPath(new URL(name, import.meta.url));
  return fork(script, { execArgv: ['--import', 'tsx', '--expose-gc'] });
}

/** Sends it and waits for what comes back. */
async function exchange<T>(process: ChildProcess, message: object | string): Promise<T> {
  process.send(message);
  return ((await once(process, 'message')) as [T])[0];
}

/** The simulator, and what its process tells of it. */
export async function startService(
  setup: ServiceSetup = { port: 0 },
): Promise<{ process: ChildProcess; told: Service; order: (order: ServiceOrder) => Promise<number> }> {
  const process = start('service.ts');
  const told = await exchange<Service>(process, setup);
  return { process, told, order: (order) => exchange(process, order) };
}

export async function startResponder(): Promise<Responder> {
  const process = start('responder.ts');
  const [{ ocspUrl }] = (await once(process, 'message')) as [{ ocspUrl: string }];
  const ask = (message: ResponderMessage) => exchange<number>(process, message);
  return {
    ocspUrl,
    take: async (answers) => void (await ask({ answers })),
    requests: () => ask('requests'),
    stop: () => void process.kill(),
  };
}

export async function startSite(service: Service, { main }: Build): Promise<BenchSite & { stop: () => void }> {
  const process = start('site.ts');
  const setup: SiteSetup = { service, main };
  const { origin } = await exchange<{ origin: string }>(process, setup);
  return { origin, ask: (question) => exchange(process, question), stop: () => void process.kill() };
}

/** One site with this package's own build. Ends both processes afterwards. */
export async function withSite(work: (site: BenchSite, service: Service) => Promise<void>): Promise<void> {
  const [own] = buildsOf(undefined) as [Build];
  const { process: simulator, told: service } = await startService();
  const site = await startSite(service, own);
  try {
    await work(site, service);
  } finally {
    site.stop();
    simulator.kill();
  }
}

export interface BuildSite extends BenchSite {
  label: Build['label'];
}

/** A site with each build, all with one service. Ends all processes afterwards. */
export async function withSites(
  builds: readonly Build[],
  setup: ServiceSetup,
  work: (
    sites: readonly BuildSite[],
    service: Service,
    order: (order: ServiceOrder) => Promise<number>,
  ) => Promise<void>,
): Promise<void> {
  const { process: simulator, told: service, order } = await startService(setup);
  const started = await Promise.all(
    builds.map(async (build) => ({ label: build.label, ...(await startSite(service, build)) })),
  );
  try {
    await work(started, service, order);
  } finally {
    for (const site of started) site.stop();
    simulator.kill();
  }
}
