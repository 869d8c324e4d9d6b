import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { exchange, fetchWith } from '../../lib/http.js';
import { createAgent } from '../../lib/rp-api/pinning.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';

const pinOf = (certificate: Uint8Array) =>
  createHash('sha256')
    .update(new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');

describe('Pinned keys', () => {
  let simulator: Simulator;
  let server: https.Server;
  let url: string;
  let pin: string;
  let trusted: string;
  let requests = 0;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    // Self-signed for localhost: the tests trust it in place of a public CA, so that the pin alone makes the difference.
    const { certificate } = simulator.pki.issueAuthority({
      subject: [['commonName', 'localhost']],
      keyUsage: ['keyCertSign', 'digitalSignature'],
      privateKey,
    });
    pin = pinOf(certificate);
    const cert = new X509Certificate(certificate).toString();
    server = https.createServer({ key: privateKey.export({ type: 'pkcs8', format: 'pem' }), cert }, (_req, res) => {
      requests += 1;
      res.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, resolve));
    url = `https://localhost:${(server.address() as AddressInfo).port}/`;
    trusted = cert;
  });
  after(async () => {
    server.close();
    server.closeAllConnections();
    await simulator.close();
  });
  async function get(pinnedKeys: string[] | undefined, ca: string | undefined = trusted): Promise<number> {
    const agent = createAgent(url, pinnedKeys) as https.Agent;
    agent.options.ca = ca;
    try {
      return (
        await exchange(fetchWith(agent), {
          service: 'The server',
          method: 'GET',
          url,
          headers: {},
          timeout: 5000,
          largest: 100,
        })
      ).status;
    } finally {
      agent.destroy();
    }
  }

  async function refusal(pinnedKeys: string[], ca?: string): Promise<Error & { cause: Error }> {
    const before = requests;
    const error = await get(pinnedKeys, ca).catch((reason: unknown) => reason);
    expect(error).to.have.property('code', 'network');
    expect(requests, 'nothing may be sent').to.equal(before);
    return error as Error & { cause: Error };
  }

  const other = Buffer.alloc(32).toString('base64');

  it('let a server through whose key is one of them', async () => {
    expect(await get([pin])).to.equal(200);
    expect(await get([other, pin])).to.equal(200);
  });

  it('refuse a server whose key is none of them, although its certificate is valid', async () => {
    expect(await get(undefined)).to.equal(200);
    expect((await refusal([other])).cause.message).to.contain('none of the pinned keys');
  });

  it('do not replace the normal validation', async () => {
    await refusal([pin], '');
  });
});
