import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { SmartIdClient } from '../../lib/rp-api/client.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { challengeRequest, hostileBodies } from '../attacks/servers.js';

describe('A hostile RP API', () => {
  let simulator: Simulator;
  let client: SmartIdClient;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    client = new SmartIdClient(simulator);
  });
  after(() => simulator.close());
  afterEach(() => simulator.faults.clear());

  for (const [what, code, fault] of hostileBodies) {
    it(`that sends ${what} ends the call with ${code}`, async () => {
      const before = process.memoryUsage().rss;
      simulator.faults.add({ on: 'create', times: 1, ...fault });
      const outcome = await client.authenticationDeviceLinkAnonymous(challengeRequest).catch((error: unknown) => error);
      expect(outcome).to.have.property('code', code);
      // A client that held the 100 MB would be seen here.
      expect(process.memoryUsage().rss - before).to.be.below(64 * 1024 * 1024);
    });
  }

  it('does not spoil the next call', async () => {
    expect(await client.authenticationDeviceLinkAnonymous(challengeRequest)).to.have.property('sessionID');
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
    for (let call = 0; call < 3; call++) await client.sessionStatus('de305d54-75b4-431b-adb2-eb6b9e546014');
    expect(sockets.size).to.equal(1);
    server.close();
    server.closeAllConnections();
  });
});
