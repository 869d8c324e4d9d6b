/** Requests and answers of the pages, made of the web's own `Request`, and made into its `Response`. */

import type { IncomingHttpHeaders } from 'node:http';
import { eventStreamHeaders } from '../attempt/event-stream.js';
import { fieldsIn } from '../attempt/parameters.js';
import { readAtMost } from '../shared/http.js';
import { BodyError, maxBodyBytes, type PageAnswer, type PageSource, parseBody } from '../web/page-request.js';
import { EventBody } from './event-body.js';

/** @param path what of its address is the page's own. */
export function sourceOf<Site>(request: Request, url: URL, path: string, site: Site): PageSource<Site> {
  const headers = Object.fromEntries(request.headers) as IncomingHttpHeaders;
  return {
    method: request.method,
    path,
    originalUrl: `${url.pathname}${url.search}`,
    query: fieldsIn(url.searchParams),
    headers,
    host: headers.host ?? url.host,
    site,
    async readBody() {
      // Not begun: to stop reading in its middle cuts the connection, and some frameworks fail then.
      if (Number(headers['content-length']) > maxBodyBytes) throw new BodyError(413);
      const bytes = await readAtMost(maxBodyBytes, request.body as AsyncIterable<Uint8Array> | null);
      if (!bytes) throw new BodyError(413);
      return parseBody(headers, bytes.toString('utf8'));
    },
  };
}

export async function responseOf(answer: PageAnswer, request: Request): Promise<Response> {
  if (answer.events) {
    let stream: EventBody | undefined;
    const plain = await answer.events((textOf) => {
      stream = new EventBody(request.signal, textOf);
      return stream;
    });
    if (stream) {
      const headers = { ...answer.headers, ...eventStreamHeaders };
      return new Response(stream.body, { headers: headersOf({ ...answer, headers }) });
    }
    return responseOf(plain ?? { status: 204, headers: {} }, request);
  }
  const body = request.method === 'HEAD' ? null : ((answer.body ?? null) as BodyInit | null);
  return new Response(body, { status: answer.status, headers: headersOf(answer) });
}

function headersOf({ headers, cookies = [], extraHeaders }: PageAnswer): Headers {
  const all = new Headers(headers);
  for (const [name, value] of extraHeaders ?? []) {
    if (name === 'set-cookie') all.append(name, value);
    else all.set(name, value);
  }
  for (const cookie of cookies) all.append('set-cookie', cookie);
  return all;
}
