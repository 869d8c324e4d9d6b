/** JSON over HTTP to the RP API: bounded in time and size, never following a redirect, abortable. */

import type http from 'node:http';
import nodeFetch from 'node-fetch';
import { SmartIdServiceError } from '../errors.js';

/** The part of fetch that is used; node-fetch's and the platform's own both fit. */
export type Fetch = (
  url: string,
  init: {
    method: string;
    headers: Record<string, string>;
    body?: string;
    redirect: 'error';
    signal: AbortSignal;
  },
) => Promise<{ status: number; body: AsyncIterable<string | Uint8Array> | null }>;

export interface Exchange {
  method: 'GET' | 'POST';
  url: string;
  body?: unknown;
  /** Milliseconds for the whole exchange, the body included. */
  timeout: number;
  signal?: AbortSignal;
}

export interface Answer {
  status: number;
  body: string;
}

/** The largest answer read, in bytes; a real one with its certificate has about ten thousand. */
const largestAnswer = 256 * 1024;

/** node-fetch over this agent, as a `Fetch`. */
export function fetchWith(agent: http.Agent): Fetch {
  return (url, init) => nodeFetch(url, { ...init, agent });
}

/**
 * One request and its whole answer, whatever the status.
 * @throws SmartIdServiceError `network`, `timeout` or `bad_response`; the signal's reason when aborted.
 */
export async function exchange(fetch: Fetch, { method, url, body, timeout, signal }: Exchange): Promise<Answer> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, timeout);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const response = await fetch(url, {
      method,
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      redirect: 'error',
      signal: controller.signal,
    });
    return { status: response.status, body: await readText(response.body) };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof SmartIdServiceError) throw error;
    if (controller.signal.aborted) {
      throw new SmartIdServiceError('timeout', 'The Smart-ID service did not answer in time.', { cause: error });
    }
    throw new SmartIdServiceError('network', `The Smart-ID service cannot be reached (${networkReason(error)}).`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    // Ends an answer that was not read to its end.
    controller.abort();
  }
}

async function readText(body: AsyncIterable<string | Uint8Array> | null): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    size += bytes.length;
    if (size > largestAnswer) {
      throw new SmartIdServiceError('bad_response', `The Smart-ID service sent more than ${largestAnswer} bytes.`);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The system's word for what went wrong: its message may name the URL, and with it a personal code. */
function networkReason(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  const reason = code ?? cause?.code;
  return typeof reason === 'string' ? reason : 'no reason given';
}
