/** What is read of a request of the site, whichever framework it is of: Express's and Fastify's both fit. */

import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';

/** What is read of a site's request, of Express and of others. */
export interface SiteRequest {
  /** Such as `GET`. */
  method: string;
  /** By their names in lower case. */
  headers: IncomingHttpHeaders;
  /** Closed when the visitor leaves. */
  socket: Socket;
  /** As the framework has parsed it. */
  query?: unknown;
  /** As a body parser has made it; undefined without one. */
  body?: unknown;
  /** Path and query below where the handler is mounted. */
  url?: string;
  /** Path and query as they were asked for. */
  originalUrl?: string;
  /** `http` or `https`, and the host without its port; of proxies, where the site trusts them. */
  protocol?: string;
  /** Without the port. */
  hostname?: string;
}
