/** The simulator in a process of its own: run by `startService`. */

import { createPrivateKey, type KeyObject } from 'node:crypto';
import { type AuthorityKeys, type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { endWithParent, keepConnections } from './child-process.js';
import { generateKeys, issuePerson } from './persons.js';

/** What a site and the bench must know of it. */
export type Service = Pick<
  Simulator,
  'environment' | 'relyingPartyUUID' | 'relyingPartyName' | 'trustAnchors' | 'mockUrl'
>;

/** What it is told: the port, and the keys of its authorities as PEM, if it comes after another one. */
export interface ServiceSetup {
  port: number;
  authorityKeys?: Record<keyof AuthorityKeys, string>;
  /** Accounts that get a key as large as the real ones. Default: none. */
  accounts?: readonly string[];
}

/** Who logs in from now on, and how long OCSP answers take; it answers with the number of OCSP requests since the last order. */
export interface ServiceOrder {
  /**
   * `same`: the account's own person, whose revocation answers may be remembered. `others`: with each login a person with a new
   * certificate, and OCSP answers as the demo environment's responder gives them, which nobody may remember.
   */
  persons: 'same' | 'others';
  ocspDelayMs?: number;
}

endWithParent();
keepConnections();
process.once('message', (setup: ServiceSetup) => void run(setup));

async function run({ port, authorityKeys, accounts = [] }: ServiceSetup): Promise<void> {
  const simulator = await startSimulator({ port, authorityKeys: authorityKeys && keysOf(authorityKeys) });
  const keys = await giveKeys(simulator, accounts);
  if (accounts.length > 0) await simulator.revocation.prepareRecordedResponders();
  process.on('message', (order: ServiceOrder) => process.send?.(obey(simulator, keys, order)));
  const { environment, relyingPartyUUID, relyingPartyName, trustAnchors, mockUrl } = simulator;
  process.send?.({ environment, relyingPartyUUID, relyingPartyName, trustAnchors, mockUrl });
}

async function giveKeys({ pki, useCertificate }: Simulator, accounts: readonly string[]) {
  const keys = new Map<string, KeyObject>();
  const made = await generateKeys(accounts.length);
  for (const [index, account] of accounts.entries()) {
    const privateKey = made[index] as KeyObject;
    keys.set(account, privateKey);
    useCertificate(account, pki.issueUserCertificate({ account, privateKey }));
  }
  return keys;
}

let personsSoFar = 0;

function obey({ faults, pki, revocation }: Simulator, keys: Map<string, KeyObject>, order: ServiceOrder): number {
  const { persons, ocspDelayMs = 0 } = order;
  const asked = revocation.requests.ocsp;
  revocation.requests.ocsp = 0;
  revocation.ocspDelayMs = ocspDelayMs;
  revocation.ocspProfile = persons === 'same' ? 'simple' : 'recorded';
  faults.clear();
  if (persons === 'same') return asked;
  faults.add({
    on: 'session',
    tamper: (status) => {
      const privateKey = keys.get(status.result?.documentNumber);
      if (!privateKey) return status;
      // Whoever has confirmed shares the key with the account, which the signature is made with.
      const { documentNumber, certificate } = issuePerson(pki, personsSoFar++, privateKey);
      status.result.documentNumber = documentNumber;
      status.cert.value = certificate.toString('base64');
      return status;
    },
  });
  return asked;
}

function keysOf(pems: Record<keyof AuthorityKeys, string>): AuthorityKeys {
  const entries = Object.entries(pems).map(([name, pem]) => [name, createPrivateKey(pem)]);
  return Object.fromEntries(entries) as AuthorityKeys;
}
