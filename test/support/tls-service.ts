/** The simulator's RP API behind TLS of the test's choice, and processes that trust its certificates. */

import { type ChildProcess, fork } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { pinOf } from '../../lib/rp-api/pinning.js';
import type { Simulator } from '../../lib/simulator/index.js';
import { generateRsaKey } from '../../lib/simulator/pki/authority.js';
import { toPem } from '../../lib/simulator/pki/certificate.js';
import type { CallResult, Service, TlsAnswer, TlsCommand } from './tls-process.js';

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
    server.on('request', (req, res) => this.passOn(req, res));
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

  /** From now on connections are shown another key; those that are open end with their next answer, as by a server that is replaced. */
  changeKey(identity: ServerIdentity): void {
    this.identity = identity;
    this.server.setSecureContext({ ...this.tls, key: identity.key, cert: identity.cert });
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private passOn(req: http.IncomingMessage, res: http.ServerResponse): void {
    this.requests += 1;
    const { origin } = new URL(this.simulator.environment.baseUrl);
    const { method, headers } = req;
    const passed = http.request(`${origin}${req.url}`, { method, headers }, (answer) => {
      const isCurrent = this.pins.get(req.socket) === this.identity.pin;
      const connection = isCurrent ? 'keep-alive' : 'close';
      res.writeHead(answer.statusCode ?? 500, { ...answer.headers, connection });
      answer.pipe(res);
    });
    passed.on('error', () => res.destroy());
    req.pipe(passed);
  }
}

export class TlsProcess {
  /** What it has written to its log. */
  log = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.log += text;
    });
  }

  /** @param options of Node. */
  static async start({ pki }: Simulator, ...options: string[]): Promise<TlsProcess> {
    const folder = await mkdtemp(path.join(tmpdir(), 'tls-'));
    const trusted = path.join(folder, 'root.pem');
    await writeFile(trusted, toPem(pki.root.certificate));
    const child = fork(fileURLToPath(new URL('./tls-process.ts', import.meta.url)), {
      execArgv: ['--import', 'tsx', ...options],
      silent: true,
      env: { ...process.env, NODE_ENV: 'development', NODE_EXTRA_CA_CERTS: trusted },
    });
    return new TlsProcess(child, folder);
  }

  /** What became of calls of the client, one after the other in as many rows. */
  async ask(service: Service, { times = 1, atOnce = 1 } = {}): Promise<CallResult[]> {
    const answer = await this.command({ do: 'ask', service, times, atOnce });
    return (answer as { results: CallResult[] }).results;
  }

  /** The origin of a site that uses this service. */
  async serve(service: Service): Promise<string> {
    return ((await this.command({ do: 'serve', service })) as { origin: string }).origin;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      const ended = once(this.child, 'exit');
      this.child.kill('SIGKILL');
      await ended;
    }
    await rm(this.folder, { recursive: true });
  }

  private async command(command: TlsCommand): Promise<TlsAnswer> {
    const waiting = new AbortController();
    const { signal } = waiting;
    const ended = once(this.child, 'exit', { signal }).then(() => {
      throw new Error(`The process has ended: ${this.log}`);
    });
    this.child.send(command);
    try {
      const [answer] = await Promise.race([once(this.child, 'message', { signal }), ended]);
      return answer;
    } finally {
      ended.catch(() => {});
      waiting.abort();
    }
  }
}
