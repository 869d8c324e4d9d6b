import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { generateChallenge } from '../../lib/protocol/challenge.js';
import { encodeInteractions } from '../../lib/protocol/interactions.js';
import { SmartIdClient } from '../../lib/rp-api/client.js';
import { type Fault, type Simulator, startSimulator } from '../../lib/simulator/index.js';

const request = {
  rpChallenge: generateChallenge(),
  interactions: encodeInteractions([{ type: 'displayTextAndPIN', displayText60: 'Log in' }], 'device-link'),
  signatureAlgorithm: 'rsassa-pss',
  hashAlgorithm: 'SHA-512',
} as const;

describe('A hostile RP API', () => {
  let simulator: Simulator;
  let client: SmartIdClient;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    client = new SmartIdClient(simulator);
  });
  after(() => simulator.close());
  afterEach(() => simulator.faults.clear());

  const cases: [what: string, code: string, fault: Omit<Fault, 'on'>][] = [
    ['an endless body', 'bad_response', { body: 'endless' }],
    ['an endless error', 'bad_response', { body: 'endless', status: 500 }],
    ['100 MB', 'bad_response', { body: `"${'x'.repeat(100 * 1024 * 1024)}"` }],
    ['HTML', 'bad_response', { body: '<html>' }],
    ['deep JSON', 'bad_response', { body: '['.repeat(100_000) }],
    ['a dropped connection', 'network', { drop: true }],
  ];
  for (const [what, code, fault] of cases) {
    it(`that sends ${what} ends the call with ${code}`, async () => {
      const before = process.memoryUsage().rss;
      simulator.faults.add({ on: 'create', times: 1, ...fault });
      const outcome = await client.authenticationDeviceLinkAnonymous(request).catch((error: unknown) => error);
      expect(outcome).to.have.property('code', code);
      // The simulator, in the same process, holds the 100 MB; the client must not hold them again.
      expect(process.memoryUsage().rss - before).to.be.below(400 * 1024 * 1024);
    });
  }

  it('does not spoil the next call', async () => {
    expect(await client.authenticationDeviceLinkAnonymous(request)).to.have.property('sessionID');
  });
});

describe('The connection to the RP API', () => {
  it('is kept alive from one call to the next', async () => {
    const sockets = new Set<unknown>();
    const server = http.createServer((req, res) => {
      sockets.add(req.socket);
      res.end('{"state":"RUNNING"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const client = new SmartIdClient({
      environment: { baseUrl: `http://127.0.0.1:${port}`, schemeName: 'smart-id-demo' },
      relyingPartyUUID: '00000000-0000-4000-8000-000000000000',
      relyingPartyName: 'DEMO',
    });
    for (let call = 0; call < 3; call++) await client.sessionStatus('x');
    expect(sockets.size).to.equal(1);
    server.close();
    server.closeAllConnections();
  });
});
