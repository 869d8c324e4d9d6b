/**
 * The HTTP server around the application: which address it gets, and how it ends at once, whoever is still connected.
 */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ListeningServer {
  /** `http://127.0.0.1:5080` */
  origin: string;
  serve(application: RequestListener): void;
  close(): Promise<void>;
}

/** The application comes afterwards because it needs to know its address; in the same turn, no request is missed. */
export async function listen(port: number, host: string): Promise<ListeningServer> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    origin: `http://${reachableHost(host)}:${(server.address() as AddressInfo).port}`,
    serve: (application) => void server.on('request', application),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** "Any address" is one to listen on, not one to connect to. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
