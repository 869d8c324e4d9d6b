import { X509Certificate } from 'node:crypto';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createAgent } from '../../lib/rp-api/pinning.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { keyOfServer } from '../../lib/trust-command/server-key.js';

describe("A server's key", () => {
  let simulator: Simulator;
  let server: https.Server;
  let port: number;
  let ca: string;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    const { certificate, privateKey } = simulator.pki.issueAuthority({
      subject: [['commonName', 'localhost']],
      keyUsage: ['keyCertSign', 'digitalSignature'],
    });
    ca = new X509Certificate(certificate).toString();
    server = https.createServer({ key: privateKey.export({ type: 'pkcs8', format: 'pem' }), cert: ca }, (_req, res) =>
      res.end(),
    );
    await new Promise<void>((resolve) => server.listen(0, resolve));
    port = (server.address() as AddressInfo).port;
  });
  after(async () => {
    server.close();
    server.closeAllConnections();
    await simulator.close();
  });

  it('is shown as the pin that lets this server through, with the date its certificate expires', async () => {
    const { pin, subject, notAfter } = await keyOfServer('localhost', port, { ca });
    expect(subject).to.equal('CN=localhost');
    expect(notAfter.toISOString()).to.equal(new Date(new X509Certificate(ca).validTo).toISOString());
    const agent = createAgent(`https://localhost:${port}`, [pin]) as https.Agent;
    agent.options.ca = ca;
    const status = await new Promise((resolve, reject) => {
      https.get(`https://localhost:${port}`, { agent }, (res) => resolve(res.statusCode)).on('error', reject);
    });
    agent.destroy();
    expect(status).to.equal(200);
  });

  it('is not shown when the certificate is not valid: it may be anybody', async () => {
    const error = await keyOfServer('localhost', port).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(Error);
  });
});
