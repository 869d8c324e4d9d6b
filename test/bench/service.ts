/** The simulator in a process of its own: run by `startService`. */

import { createPrivateKey } from 'node:crypto';
import { type AuthorityKeys, startSimulator } from '../../lib/simulator/index.js';

/** What it is told: the port, and the keys of its authorities as PEM, if it comes after another one. */
export interface ServiceSetup {
  port: number;
  authorityKeys?: Record<keyof AuthorityKeys, string>;
}

process.once('message', (setup: ServiceSetup) => void run(setup));

async function run({ port, authorityKeys }: ServiceSetup): Promise<void> {
  const simulator = await startSimulator({ port, authorityKeys: authorityKeys && keysOf(authorityKeys) });
  const { environment, relyingPartyUUID, relyingPartyName, trustAnchors, mockUrl } = simulator;
  process.send?.({ environment, relyingPartyUUID, relyingPartyName, trustAnchors, mockUrl });
}

function keysOf(pems: Record<keyof AuthorityKeys, string>): AuthorityKeys {
  const entries = Object.entries(pems).map(([name, pem]) => [name, createPrivateKey(pem)]);
  return Object.fromEntries(entries) as AuthorityKeys;
}
