/** Servers that stand in for the RP API, or send what it never would. */

import { generateChallenge } from '../../lib/protocol/challenge.js';
import { encodeInteractions } from '../../lib/protocol/interactions.js';
import { SmartIdClient } from '../../lib/rp-api/client.js';
import { SmartIdServiceError } from '../../lib/shared/errors.js';
import type { Fault } from '../../lib/simulator/index.js';
import { agentFor, getOver, serveTls } from '../support/tls-server.js';
import type { Attack } from './attack.js';

const otherPin = Buffer.alloc(32).toString('base64');

export const foreignServers: Attack = {
  name: 'other servers in place of the RP API',
  async run({ simulator, report }) {
    const server = await serveTls(simulator, { host: 'localhost' });
    const expired = await serveTls(simulator, { host: 'localhost', notAfter: new Date(Date.now() - 86_400_000) });
    const elsewhere = await serveTls(simulator, { host: 'rp-api.example.com' });
    const right = agentFor(server, [server.pin]);
    if ((await getOver(right, server)) !== 200) throw new Error('The right server was refused.');
    right.destroy();
    for (const [what, to, agent] of [
      ['a trusted certificate with another key', server, agentFor(server, [otherPin])],
      ['the right key in a certificate that nobody trusts', server, agentFor(server, [server.pin], '')],
      ['the right key in an expired certificate', expired, agentFor(expired, [expired.pin])],
      ['the right key in a certificate for another host', elsewhere, agentFor(elsewhere, [elsewhere.pin])],
    ] as const) {
      report(await refusalOf(getOver(agent, to)), () => what);
      agent.destroy();
    }
    for (const { close } of [server, expired, elsewhere]) close();
  },
};

/** What must end the call with an error of the service, and hold no more memory than a limit. */
export const hostileBodies: [what: string, code: string, fault: Omit<Fault, 'on'>][] = [
  ['an endless body', 'bad_response', { body: 'endless' }],
  ['an endless error', 'bad_response', { body: 'endless', status: 500 }],
  ['a body of 100 MB', 'bad_response', { body: 'endless', headers: { 'content-length': String(100 * 1024 * 1024) } }],
  ['HTML', 'bad_response', { body: '<html>' }],
  ['deep JSON', 'bad_response', { body: '['.repeat(100_000) + ']'.repeat(100_000) }],
  ['a redirect', 'network', { status: 307, headers: { location: 'http://127.0.0.1:9/' } }],
  ['a dropped connection', 'network', { drop: true }],
];

export const challengeRequest = {
  rpChallenge: generateChallenge(),
  interactions: encodeInteractions([{ type: 'displayTextAndPIN', displayText60: 'Log in' }], 'device-link'),
  signatureAlgorithm: 'rsassa-pss',
  hashAlgorithm: 'SHA-512',
} as const;

export const hostileRpApi: Attack = {
  name: 'an RP API that sends what it must not',
  async run({ simulator, report }) {
    const client = new SmartIdClient(simulator);
    for (const [what, , fault] of hostileBodies) {
      simulator.faults.add({ on: 'create', times: 1, ...fault });
      report(await refusalOf(client.authenticationDeviceLinkAnonymous(challengeRequest)), () => what);
    }
  },
};

async function refusalOf(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (!(error instanceof SmartIdServiceError)) throw error;
    return error.code === 'network' ? /\((.*)\)/.exec(error.message)?.[1] : error.code;
  }
}
