/** What is read of a request of the site, whichever framework it is of: Express's and Fastify's both fit. */

import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';

export interface SiteRequest {
  method: string;
  headers: IncomingHttpHeaders;
  /** Closed when the visitor leaves. */
  socket: Socket;
  /** As the framework has parsed it. */
  query?: unknown;
  /** As a body parser has made it; undefined without one. */
  body?: unknown;
  url?: string;
  originalUrl?: string;
  /** `http` or `https`, and the host without its port; of proxies, where the site trusts them. */
  protocol?: string;
  hostname?: string;
}
