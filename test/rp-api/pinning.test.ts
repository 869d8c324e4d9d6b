import type { Agent } from 'node:https';
import { expect } from 'chai';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { agentFor, getOver, postOver, serveTls, type TlsServer } from '../support/tls-server.js';
import { until } from '../support/until.js';

const day = 86_400_000;

describe('Pinned keys', () => {
  let simulator: Simulator;
  let server: TlsServer;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    server = await serve({ host: 'localhost' });
  });
  after(async () => {
    server.close();
    await simulator.close();
  });

  const serve = (wish: { host: string; notAfter?: Date }) => serveTls(simulator, wish);

  async function refusal(to: TlsServer, agent: Agent, code = 'pin_mismatch'): Promise<string> {
    const before = to.requests;
    const error = await getOver(agent, to).catch((reason: unknown) => reason);
    agent.destroy();
    expect(error).to.have.property('code', code);
    expect(to.requests, 'nothing may be sent').to.equal(before);
    return (error as Error).message;
  }

  const other = Buffer.alloc(32).toString('base64');

  it('let a server through whose key is one of them', async () => {
    for (const pinnedKeys of [[server.pin], [other, server.pin]]) {
      const agent = agentFor(server, pinnedKeys);
      expect(await getOver(agent, server)).to.equal(200);
      agent.destroy();
    }
  });

  it('refuse a server whose key is none of them, although its certificate is valid', async () => {
    const unpinned = agentFor(server);
    expect(await getOver(unpinned, server)).to.equal(200);
    unpinned.destroy();
    expect(await refusal(server, agentFor(server, [other]))).to.contain('SMART_ID_PIN_MISMATCH');
  });

  it('are looked at on every connection', async () => {
    const pinnedKeys = [server.pin];
    const agent = agentFor(server, pinnedKeys);
    for (let time = 0; time < 3; time++) {
      const before = server.connections;
      expect(await getOver(agent, server)).to.equal(200);
      expect(server.connections, 'a connection of its own').to.equal(before + 1);
      for (const socket of Object.values(agent.freeSockets).flatMap((free) => free ?? [])) socket.destroy();
    }
    pinnedKeys[0] = other;
    expect(await refusal(server, agent)).to.contain('SMART_ID_PIN_MISMATCH');
  });

  it('are looked at on the new connection, too, where a kept one was closed in the moment of its use', async () => {
    const pinnedKeys = [server.pin];
    const agent = agentFor(server, pinnedKeys);
    expect(await getOver(agent, server)).to.equal(200);
    const before = server.connections;
    server.failures = 1;
    expect(await getOver(agent, server)).to.equal(200);
    expect(server.connections, 'a connection of its own').to.equal(before + 1);
    // The kept one was closed, so there must be another one before it can be closed in that moment.
    expect(await getOver(agent, server)).to.equal(200);
    pinnedKeys[0] = other;
    server.failures = 1;
    const { requests } = server;
    const error = await getOver(agent, server).catch((reason: unknown) => reason);
    agent.destroy();
    expect((error as Error).message).to.contain('SMART_ID_PIN_MISMATCH');
    expect(server.requests, 'nothing but what went over the kept connection').to.equal(requests + 1);
  });

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`keep all of a request back, long or short, until they were looked at, with ${version}`, async () => {
      const strict = await serveTls(simulator, { host: 'localhost', minVersion: version, maxVersion: version });
      for (const body of ['{}', 'x'.repeat(300_000)]) {
        const agent = agentFor(strict, [other]);
        const error = await postOver(agent, strict, body).catch((reason: unknown) => reason);
        agent.destroy();
        expect(error).to.have.property('code', 'pin_mismatch');
      }
      await until(() => strict.closed === 2, 'the end of the connections');
      expect(strict.receivedBytes).to.equal(0);
      const agent = agentFor(strict, [strict.pin]);
      expect(await postOver(agent, strict, '{}'), 'with its own pin').to.equal(200);
      agent.destroy();
      expect(strict.receivedBytes).to.be.greaterThan(0);
      strict.close();
    });
  }

  describe('do not replace the normal validation:', () => {
    it('they hold where validation is turned off for the whole process', async () => {
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
      try {
        expect(await refusal(server, agentFor(server, [other]))).to.contain('SMART_ID_PIN_MISMATCH');
        expect(await refusal(server, agentFor(server, [server.pin], ''), 'network')).to.contain(
          'DEPTH_ZERO_SELF_SIGNED_CERT',
        );
      } finally {
        delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      }
    });

    it('a certificate that nobody trusts is refused', async () => {
      expect(await refusal(server, agentFor(server, [server.pin], ''), 'network')).to.contain(
        'DEPTH_ZERO_SELF_SIGNED_CERT',
      );
    });

    for (const [what, wish, reason] of [
      ['has expired', { host: 'localhost', notAfter: new Date(Date.now() - day) }, 'CERT_HAS_EXPIRED'],
      ['is for another host', { host: 'rp-api.example.com' }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ] as const) {
      it(`a certificate that ${what} is refused`, async () => {
        const wrong = await serve(wish);
        expect(await refusal(wrong, agentFor(wrong, [wrong.pin]), 'network')).to.contain(reason);
        wrong.close();
      });
    }
  });
});
