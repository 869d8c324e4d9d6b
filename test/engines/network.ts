/** One site for each host, and the proxy that leads browsers to those whose names nobody knows. */

import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { type Host, hosts } from './hosts.js';
import { createSite, type Notes } from './site.js';

export interface Place {
  origin: string;
  notes: Notes;
}

export class Network {
  private readonly places = new Map<Host, Place>();

  private constructor(
    readonly simulator: Simulator,
    readonly proxyPort: number,
    private readonly servers: readonly Server[],
  ) {}

  static async start(): Promise<Network> {
    const simulator = await startSimulator({ port: 0, notificationAnswer: 'phone' });
    const sites = new Map<string, RequestListener>();
    const atHost: RequestListener = (req, res) => {
      const site = sites.get(hostnameOf(req.headers.host));
      if (site) site(req, res);
      else res.writeHead(502).end();
    };
    const local = createServer(atHost).listen(0);
    const proxy = createProxy(atHost, createTlsServer(simulator, atHost)).listen(0, '127.0.0.1');
    await Promise.all([once(local, 'listening'), once(proxy, 'listening')]);
    const network = new Network(simulator, portOf(proxy), [local, proxy]);
    for (const host of hosts as readonly Host[]) {
      const { scheme, hostname, whyWithoutReturn } = host;
      const origin = `${scheme}://${hostname}${hostname === 'localhost' ? `:${portOf(local)}` : ''}`;
      const notes: Notes = { starts: 0, violations: [], errors: [] };
      const app = createSite({ simulator, origin, hasReturn: whyWithoutReturn === undefined, notes });
      sites.set(hostname, host.isWithoutFetchMetadata ? withoutFetchMetadata(app) : app);
      network.places.set(host, { origin, notes });
    }
    return network;
  }

  at(host: Host): Place {
    return this.places.get(host) as Place;
  }

  async close(): Promise<void> {
    for (const server of this.servers) {
      server.close();
      server.closeAllConnections();
    }
    await this.simulator.close();
  }
}

function withoutFetchMetadata(site: RequestListener): RequestListener {
  return (req, res) => {
    for (const name of Object.keys(req.headers)) {
      if (name.startsWith('sec-fetch-')) delete req.headers[name];
    }
    site(req, res);
  };
}

/**
 * Answers http itself, and hands the connection of each tunnel to the TLS server, which so needs no port of its own.
 */
function createProxy(atHost: RequestListener, tls: https.Server): Server {
  const proxy = createServer((req, res) => {
    const { pathname, search } = new URL(req.url ?? '', 'http://localhost');
    req.url = pathname + search;
    atHost(req, res);
  });
  proxy.on('connect', (_req, socket, head) => {
    socket.on('error', () => socket.destroy());
    socket.write('HTTP/1.1 200 Connected\r\n\r\n');
    socket.unshift(head);
    tls.emit('connection', socket);
  });
  return proxy;
}

/** Its certificate is one that no browser trusts, so all engines are told to accept it. */
function createTlsServer({ pki }: Simulator, atHost: RequestListener): https.Server {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { certificate } = pki.issueAuthority({
    subject: [['commonName', 'shop.test']],
    keyUsage: ['keyCertSign', 'digitalSignature'],
    privateKey,
  });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  return https.createServer({ key, cert: new X509Certificate(certificate).toString() }, atHost);
}

const hostnameOf = (host = '') => host.replace(/:\d+$/, '');
const portOf = (server: Server) => (server.address() as AddressInfo).port;
