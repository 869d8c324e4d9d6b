/** TLS servers for tests of pinning: each with a certificate of its own, which the test trusts in place of a public CA's. */

import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { createAgent } from '../../lib/rp-api/pinning.js';
import { exchange, fetchWith } from '../../lib/shared/http.js';
import type { Simulator } from '../../lib/simulator/index.js';

export interface TlsServer {
  url: string;
  pin: string;
  /** PEM. */
  certificate: string;
  requests: number;
  connections: number;
  /** Connections that are over, those without a finished handshake included. */
  closed: number;
  /** Bytes that have arrived through TLS, whether they are a request or a part of one. */
  receivedBytes: number;
  /** Closes the connection in place of answering, so many times. */
  failures: number;
  close(): void;
}

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** Serves `{}` at localhost, with a self-signed certificate for this host. */
export async function serveTls(
  { pki }: Simulator,
  { host, notAfter, ...tls }: { host: string; notAfter?: Date } & Pick<TlsOptions, 'minVersion' | 'maxVersion'>,
): Promise<TlsServer> {
  const { certificate } = pki.issueAuthority({
    subject: [['commonName', host]],
    keyUsage: ['keyCertSign', 'digitalSignature'],
    privateKey,
    notBefore: new Date(Date.now() - 10 * 86_400_000),
    notAfter,
  });
  const x509 = new X509Certificate(certificate);
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const server = https.createServer({ ...tls, key, cert: x509.toString() }, (req, res) => {
    served.requests += 1;
    if (served.failures > 0) {
      served.failures -= 1;
      req.socket.destroy();
    } else res.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const served = {
    url: `https://localhost:${(server.address() as AddressInfo).port}/`,
    pin: createHash('sha256')
      .update(x509.publicKey.export({ type: 'spki', format: 'der' }))
      .digest('base64'),
    certificate: x509.toString(),
    requests: 0,
    connections: 0,
    closed: 0,
    receivedBytes: 0,
    failures: 0,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  countConnections(server, served);
  return served;
}

function countConnections(server: https.Server, served: TlsServer): void {
  server.on('connection', (socket) => {
    socket.on('close', () => {
      served.closed += 1;
    });
  });
  server.on('secureConnection', (socket) => {
    served.connections += 1;
    socket.on('data', (bytes) => {
      served.receivedBytes += bytes.length;
    });
  });
}

/** The agent that a client has for this server, with this trusted in place of the public CAs. */
export function agentFor({ url, certificate }: TlsServer, pinnedKeys?: string[], ca = certificate): https.Agent {
  const agent = createAgent(url, pinnedKeys) as https.Agent;
  agent.options.ca = ca;
  return agent;
}

export async function getOver(agent: https.Agent, { url }: TlsServer): Promise<number> {
  return (await exchange(fetchWith(agent), { ...anyRequest, method: 'GET', url })).status;
}

export async function postOver(agent: https.Agent, { url }: TlsServer, body: string): Promise<number> {
  return (await exchange(fetchWith(agent), { ...anyRequest, method: 'POST', url, body })).status;
}

const anyRequest = { service: 'The server', headers: {}, timeoutMs: 5000, maxBytes: 100 };
