/** A server of Node for handlers of the web's own `Request` and `Response`, as the frameworks have one. */

import { createServer, type Server } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export async function serveFetch(port: number, handle: (request: Request) => Promise<Response>): Promise<Server> {
  const server = createServer(async (req, res) => {
    const leaving = new AbortController();
    res.once('close', () => leaving.abort());
    const hasBody = req.method !== 'GET' && req.method !== 'HEAD';
    const request = new Request(`http://${req.headers.host}${req.url}`, {
      method: req.method,
      headers: Object.entries(req.headers).flatMap(([name, value]) =>
        [value].flat().map((one) => [name, `${one}`]),
      ) as [string, string][],
      body: hasBody ? (Readable.toWeb(req) as ReadableStream) : undefined,
      duplex: 'half',
      signal: leaving.signal,
    } as RequestInit);
    try {
      const response = await handle(request);
      res.statusCode = response.status;
      for (const [name, value] of response.headers) res.appendHeader(name, value);
      if (response.body) await pipeline(Readable.fromWeb(response.body as never), res);
      else res.end();
    } catch {
      if (!res.headersSent) res.statusCode = 500;
      res.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(port, resolve));
  return server;
}
