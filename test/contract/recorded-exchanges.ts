/** What goes over the wire between the client, or a test in its place, and the simulator. */

import type { Fetch } from '../../lib/shared/http.js';
import type { Exchange } from './open-api.js';

/** Which of the simulator's two interfaces is spoken to. */
export type Interface = 'rp-api' | 'mock-phone';

export interface RecordedExchange extends Exchange {
  spokenTo: Interface;
  /** A request that must be refused, so that it need not be as the file says. */
  isWrongOnPurpose: boolean;
}

export interface RawAnswer {
  status: number;
  // Plain JSON, read field by field; undefined where the body is empty.
  body: any;
}

export class RecordedExchanges {
  readonly list: RecordedExchange[] = [];

  /** For the client. */
  readonly fetch: Fetch = async (url, { method, headers, body, redirect, signal }) => {
    const response = await fetch(url, { method, headers, body, redirect, signal });
    const answer = await response.text();
    this.record(url, { method, headers, body: body?.toString() }, response, answer, false);
    return new Response(answer, { status: response.status, headers: response.headers });
  };

  /** What no client of ours would send, or nobody but a phone does. */
  async send(
    url: string,
    body: unknown,
    { method = 'POST', contentType = 'application/json', isWrongOnPurpose = false } = {},
  ): Promise<RawAnswer> {
    const headers: Record<string, string> = method === 'GET' ? {} : { 'content-type': contentType };
    const text = method === 'GET' ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(url, { method, headers, body: text });
    const answer = await response.text();
    this.record(url, { method, headers, body: text }, response, answer, isWrongOnPurpose);
    return { status: response.status, body: answer === '' ? undefined : JSON.parse(answer) };
  }

  record(
    url: string,
    { method, headers, body }: { method: string; headers: Record<string, string>; body: string | undefined },
    { status, headers: answerHeaders }: Pick<Response, 'status' | 'headers'>,
    answerBody: string,
    isWrongOnPurpose: boolean,
  ): void {
    const { pathname, search } = new URL(url);
    const isMock = pathname.startsWith('/mock/');
    this.list.push({
      spokenTo: isMock ? 'mock-phone' : 'rp-api',
      isWrongOnPurpose,
      method,
      target: `${isMock ? pathname.slice('/mock'.length) : pathname}${search}`,
      requestHeaders: headers,
      requestBody: body,
      status,
      contentType: answerHeaders.get('content-type') ?? undefined,
      answerBody,
    });
  }
}
