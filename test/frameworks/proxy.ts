/** A proxy that has https, as the site behind it sees it: it tells the site of https, and of the address that visitors know. */

import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Proxy {
  origin: string;
  /** Each `Set-Cookie` that has passed. */
  cookies: string[];
  close(): void;
}

/** @param siteUrl where visitors believe that they are. */
export async function startProxy(sitePort: number, siteUrl: string): Promise<Proxy> {
  const cookies: string[] = [];
  const server = createServer((req, res) => {
    const { origin, ...headers } = req.headers;
    const told = { host: new URL(siteUrl).host, 'x-forwarded-proto': 'https', ...(origin && { origin: siteUrl }) };
    const onward = request(
      { host: 'localhost', port: sitePort, method: req.method, path: req.url, headers: { ...headers, ...told } },
      (answer) => {
        cookies.push(...(answer.headers['set-cookie'] ?? []));
        res.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(res);
      },
    );
    onward.on('error', () => res.destroy());
    req.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    cookies,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
