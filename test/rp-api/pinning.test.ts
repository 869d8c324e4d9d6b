import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { exchange, fetchWith } from '../../lib/http.js';
import { createAgent } from '../../lib/rp-api/pinning.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';

interface Server {
  url: string;
  pin: string;
  /** PEM. */
  certificate: string;
  requests: number;
  connections: number;
  close(): void;
}

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const day = 86_400_000;

describe('Pinned keys', () => {
  let simulator: Simulator;
  let server: Server;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    server = await serve({ host: 'localhost' });
  });
  after(async () => {
    server.close();
    await simulator.close();
  });

  /** The certificate is self-signed: the tests trust it in place of a public CA, so that one thing alone makes the difference. */
  async function serve({ host, notAfter }: { host: string; notAfter?: Date }): Promise<Server> {
    const { certificate } = simulator.pki.issueAuthority({
      subject: [['commonName', host]],
      keyUsage: ['keyCertSign', 'digitalSignature'],
      privateKey,
      notBefore: new Date(Date.now() - 10 * day),
      notAfter,
    });
    const x509 = new X509Certificate(certificate);
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
    const listening = https.createServer({ key, cert: x509.toString() }, (_req, res) => {
      served.requests += 1;
      res.end('{}');
    });
    listening.on('secureConnection', () => {
      served.connections += 1;
    });
    await new Promise<void>((resolve) => listening.listen(0, resolve));
    const served = {
      url: `https://localhost:${(listening.address() as AddressInfo).port}/`,
      pin: createHash('sha256')
        .update(x509.publicKey.export({ type: 'spki', format: 'der' }))
        .digest('base64'),
      certificate: x509.toString(),
      requests: 0,
      connections: 0,
      close: () => {
        listening.close();
        listening.closeAllConnections();
      },
    };
    return served;
  }

  function agentFor({ url, certificate }: Server, pinnedKeys?: string[], ca = certificate): https.Agent {
    const agent = createAgent(url, pinnedKeys) as https.Agent;
    agent.options.ca = ca;
    return agent;
  }

  async function get(url: string, agent: https.Agent): Promise<number> {
    const request = { service: 'The server', method: 'GET', url, headers: {}, timeout: 5000, largest: 100 } as const;
    return (await exchange(fetchWith(agent), request)).status;
  }

  async function refusal(to: Server, agent: https.Agent): Promise<string> {
    const before = to.requests;
    const error = await get(to.url, agent).catch((reason: unknown) => reason);
    agent.destroy();
    expect(error).to.have.property('code', 'network');
    expect(to.requests, 'nothing may be sent').to.equal(before);
    return (error as Error).message;
  }

  const other = Buffer.alloc(32).toString('base64');

  it('let a server through whose key is one of them', async () => {
    for (const pinnedKeys of [[server.pin], [other, server.pin]]) {
      const agent = agentFor(server, pinnedKeys);
      expect(await get(server.url, agent)).to.equal(200);
      agent.destroy();
    }
  });

  it('refuse a server whose key is none of them, although its certificate is valid', async () => {
    const unpinned = agentFor(server);
    expect(await get(server.url, unpinned)).to.equal(200);
    unpinned.destroy();
    expect(await refusal(server, agentFor(server, [other]))).to.contain('SMART_ID_PIN_MISMATCH');
  });

  it('are looked at on every connection', async () => {
    const pinnedKeys = [server.pin];
    const agent = agentFor(server, pinnedKeys);
    for (let time = 0; time < 3; time++) {
      const before = server.connections;
      expect(await get(server.url, agent)).to.equal(200);
      expect(server.connections, 'a connection of its own').to.equal(before + 1);
      for (const socket of Object.values(agent.freeSockets).flatMap((free) => free ?? [])) socket.destroy();
    }
    pinnedKeys[0] = other;
    expect(await refusal(server, agent)).to.contain('SMART_ID_PIN_MISMATCH');
  });

  describe('do not replace the normal validation:', () => {
    it('they hold where validation is turned off for the whole process', async () => {
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
      try {
        expect(await refusal(server, agentFor(server, [other]))).to.contain('SMART_ID_PIN_MISMATCH');
        expect(await refusal(server, agentFor(server, [server.pin], ''))).to.contain('DEPTH_ZERO_SELF_SIGNED_CERT');
      } finally {
        delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      }
    });

    it('a certificate that nobody trusts is refused', async () => {
      expect(await refusal(server, agentFor(server, [server.pin], ''))).to.contain('DEPTH_ZERO_SELF_SIGNED_CERT');
    });

    for (const [what, wish, reason] of [
      ['has expired', { host: 'localhost', notAfter: new Date(Date.now() - day) }, 'CERT_HAS_EXPIRED'],
      ['is for another host', { host: 'rp-api.example.com' }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ] as const) {
      it(`a certificate that ${what} is refused`, async () => {
        const wrong = await serve(wish);
        expect(await refusal(wrong, agentFor(wrong, [wrong.pin]))).to.contain(reason);
        wrong.close();
      });
    }
  });
});
