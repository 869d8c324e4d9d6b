/** One HTTP request and its whole answer: bounded in time and size, never following a redirect, abortable. */

import type http from 'node:http';
import nodeFetch from 'node-fetch';
import { SmartIdServiceError } from './errors.js';
import { ReusedConnections, withoutKeeping } from './reused-connections.js';
import { tlsFailureOf } from './tls-failure.js';

/** The part of fetch that is used; node-fetch's and the platform's own both fit. */
export type Fetch = (
  url: string,
  init: {
    method: string;
    headers: Record<string, string>;
    body?: string | Buffer<ArrayBuffer>;
    redirect: 'error';
    signal: AbortSignal;
  },
) => Promise<{
  /** The HTTP status. */
  status: number;
  /** Of the answer; without them neither its type nor `Retry-After` is known. */
  headers?: {
    /** The value of a header, whatever the case of its name. */
    get(name: string): string | null;
  };
  /** The answer in pieces, which may end early: what is too large is not read. */
  body: AsyncIterable<string | Uint8Array> | null;
}>;

export interface Exchange {
  /** Who is asked, as error messages say it: "The Smart-ID service". The URL may hold a personal code. */
  service: string;
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body?: string | Buffer<ArrayBuffer>;
  /** For the whole exchange, the body included. */
  timeoutMs: number;
  /** Of an answer, that are read. */
  maxBytes: number;
  /** What the other side is known to take, as a sentence for the error of a TLS handshake that fails. */
  acceptedTls?: string;
  signal?: AbortSignal;
}

export interface HttpAnswer {
  status: number;
  /** As the other side has it. */
  contentType?: string;
  /** Milliseconds, where the server asks for a pause (RFC 9110, section 10.2.3). */
  retryAfterMs?: number;
  body: Buffer<ArrayBuffer>;
}

/** node-fetch as a `Fetch`; over this agent, if it is given, for requests that may be sent twice. */
export function fetchWith(agent?: http.Agent): Fetch {
  if (!agent) return nodeFetch;
  const connections = new ReusedConnections();
  connections.watch(agent);
  return (url, init) =>
    connections.send(
      (isAgain) => nodeFetch(url, { ...init, agent: isAgain ? withoutKeeping(agent) : agent }),
      init.signal,
    );
}

/**
 * One request and its whole answer, whatever the status.
 * @throws SmartIdServiceError `network`, `tls_handshake`, `pin_mismatch`, `timeout` or `bad_response`; the signal's
 * reason when aborted.
 */
export async function exchange(fetch: Fetch, request: Exchange): Promise<HttpAnswer> {
  const { service, method, url, headers, body, timeoutMs, maxBytes, acceptedTls, signal } = request;
  signal?.throwIfAborted();
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, timeoutMs);
  signal?.addEventListener('abort', abort, { once: true });
  let isRead = false;
  try {
    const response = await fetch(url, { method, headers, body, redirect: 'error', signal: controller.signal });
    const bytes = await readAtMost(maxBytes, response.body);
    if (!bytes) throw new SmartIdServiceError('bad_response', `${service} sent more than ${maxBytes} bytes.`);
    isRead = true;
    return {
      status: response.status,
      contentType: response.headers?.get('content-type') ?? undefined,
      retryAfterMs: pauseIn(response.headers?.get('retry-after')),
      body: bytes,
    };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof SmartIdServiceError) throw error;
    // The error is not handed on as the cause: its message names the URL, which may hold a personal code.
    if (controller.signal.aborted) throw new SmartIdServiceError('timeout', `${service} did not answer in time.`);
    const tlsFailure = tlsFailureOf(error, acceptedTls);
    if (tlsFailure) throw new SmartIdServiceError(tlsFailure.code, `${service} cannot be used. ${tlsFailure.reason}`);
    throw new SmartIdServiceError('network', `${service} cannot be reached (${networkReason(error)}).`);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    // Ends an answer that was not read to its end. Of others it would only make an error with its stack.
    if (!isRead) controller.abort();
  }
}

/** Seconds, or a date. */
function pauseIn(header: string | null | undefined): number | undefined {
  if (!header) return undefined;
  const milliseconds = /^\d{1,6}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return milliseconds > 0 ? milliseconds : undefined;
}

/** The bytes, or undefined when there are more; what is over the limit is neither read nor held. */
export async function readAtMost(
  maxBytes: number,
  body: AsyncIterable<string | Uint8Array> | null,
): Promise<Buffer<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    size += bytes.length;
    if (size > maxBytes) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** The system's word for what went wrong. */
function networkReason(error: unknown): string {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: { code?: unknown } };
  const reason = code ?? cause?.code;
  return typeof reason === 'string' ? reason : 'no reason given';
}
