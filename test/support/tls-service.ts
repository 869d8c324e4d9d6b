/** The simulator's RP API behind TLS of the test's choice. */

import { createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { pinOf } from '../../lib/rp-api/pinning.js';
import type { Simulator } from '../../lib/simulator/index.js';
import { generateRsaKey } from '../../lib/simulator/pki/authority.js';
import { toPem } from '../../lib/simulator/pki/certificate.js';
import type { Service } from './tls-process.js';

/** A key of a server with the certificate for it, and what the key is pinned by. */
export interface ServerIdentity {
  key: string;
  cert: string;
  pin: string;
}

/** For localhost, issued by the simulator's root: `TlsProcess` trusts it as others trust a public CA. */
export async function issueServerIdentity({ pki }: Simulator): Promise<ServerIdentity> {
  const privateKey = await generateRsaKey(2048);
  const { certificate } = pki.issueAuthority({
    subject: [['commonName', 'localhost']],
    issuer: pki.root,
    privateKey,
    basicConstraints: { ca: false },
    keyUsage: ['digitalSignature', 'keyEncipherment'],
  });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  return { key, cert: toPem(certificate), pin: pinOf(createPublicKey(privateKey)) };
}

export class TlsService {
  /** Protocol and cipher of each connection, and the pin of the key that it was shown. */
  readonly connections: { protocol: string | null; cipher: string; pin: string }[] = [];
  /** Requests that came through. */
  requests = 0;
  private readonly pins = new WeakMap<object, string>();

  private constructor(
    private readonly server: https.Server,
    private readonly simulator: Simulator,
    private identity: ServerIdentity,
    private readonly tls: TlsOptions,
  ) {
    server.on('request', (req, res) => this.forward(req, res));
    server.on('secureConnection', (socket: TLSSocket) => {
      const { name: cipher } = socket.getCipher();
      this.pins.set(socket, this.identity.pin);
      this.connections.push({ protocol: socket.getProtocol(), cipher, pin: this.identity.pin });
    });
  }

  static async start(simulator: Simulator, identity: ServerIdentity, tls: TlsOptions = {}): Promise<TlsService> {
    const server = https.createServer({ ...tls, key: identity.key, cert: identity.cert });
    server.listen(0, 'localhost');
    await once(server, 'listening');
    return new TlsService(server, simulator, identity, tls);
  }

  /** What a client or a site is told of it. */
  describe(pinnedKeys?: string[]): Service {
    const { environment, relyingPartyUUID, relyingPartyName, trustAnchors } = this.simulator;
    const { pathname } = new URL(environment.baseUrl);
    const baseUrl = `https://localhost:${(this.server.address() as AddressInfo).port}${pathname}`;
    return {
      environment: { ...environment, baseUrl },
      relyingPartyUUID,
      relyingPartyName,
      trustAnchors,
      ...(pinnedKeys && { pinnedKeys }),
    };
  }

  /**
   * From now on connections are shown another key; those that are open end with their next answer, as by a server that
   * is replaced.
   */
  replaceKey(identity: ServerIdentity): void {
    this.identity = identity;
    this.server.setSecureContext({ ...this.tls, key: identity.key, cert: identity.cert });
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private forward(req: http.IncomingMessage, res: http.ServerResponse): void {
    this.requests += 1;
    const { origin } = new URL(this.simulator.environment.baseUrl);
    const { method, headers } = req;
    const forwarded = http.request(`${origin}${req.url}`, { method, headers }, (answer) => {
      const isCurrent = this.pins.get(req.socket) === this.identity.pin;
      const connection = isCurrent ? 'keep-alive' : 'close';
      res.writeHead(answer.statusCode ?? 500, { ...answer.headers, connection });
      answer.pipe(res);
    });
    forwarded.on('error', () => res.destroy());
    req.pipe(forwarded);
  }
}
