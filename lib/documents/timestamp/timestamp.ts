/** Timestamps of an authority (RFC 3161): asked for over HTTP, and verified before anything in them is used. */

import { SmartIdInputError, SmartIdServiceError } from '../../shared/errors.js';
import { exchange, type Fetch, type HttpAnswer } from '../../shared/http.js';
import { fetchOverKeptConnections } from '../../shared/kept-connections.js';
import type { TrustAnchors } from '../../trust/anchors.js';
import type { DocumentHashAlgorithm } from '../draft.js';
import { createTimestampRequest, imprintOf } from './request.js';
import { authorityName, readTimestampResponse } from './response.js';
import { type Timestamp, verifyToken } from './verify-token.js';
import { wrongTimestamp } from './wrong-timestamp.js';

/** What is asked of a timestamp authority. */
export interface TimestampQuestion {
  /** Of the authority, http or https. */
  url: string;
  /** What is to be timestamped; only its hash is sent. */
  bytes: Uint8Array;
  /** Default `SHA-512`. */
  hashAlgorithm?: DocumentHashAlgorithm;
  /** Of `loadTimestampAnchors`. */
  trustAnchors: TrustAnchors;
  /**
   * Object identifier of the only policy that will do.
   * @default any will
   */
  policy?: string;
  /** Default: HTTP over connections that are kept for the next request. */
  fetch?: Fetch;
  /** Milliseconds since the epoch. */
  clock: () => number;
  signal?: AbortSignal;
  /**
   * Milliseconds for the whole exchange.
   * @default `10_000`
   */
  timeoutMs?: number;
}

/** An answer has some two to eight thousand bytes; one that is kept must fit into the place that a document has. */
const maxAnswerBytes = 64 * 1024;
const maxTokenBytes = 16 * 1024;
/** How far the clocks of the site and of the authority may differ. */
const clockToleranceMs = 60_000;

/**
 * @throws SmartIdServiceError when the authority cannot be reached, or gives no timestamp; SmartIdVerificationError
 * `timestamp` when it gives a wrong one; SmartIdInputError when the address or the policy is none; the signal's reason
 * when aborted.
 */
export async function requestTimestamp(question: TimestampQuestion): Promise<Timestamp> {
  const { url, bytes, hashAlgorithm = 'SHA-512', trustAnchors, policy, clock, signal, timeoutMs = 10_000 } = question;
  checkUrl(url);
  const request = createTimestampRequest(imprintOf(bytes, hashAlgorithm), policy);
  const askedAt = clock();
  const answer = await exchange(question.fetch ?? fetchOverKeptConnections(), {
    service: authorityName,
    method: 'POST',
    url,
    headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
    body: request.der,
    timeoutMs,
    maxBytes: maxAnswerBytes,
    signal,
  });
  checkAnswer(answer);
  const token = readTimestampResponse(answer.body);
  if (token.length > maxTokenBytes) throw wrongTimestamp('it is too long');
  const timestamp = verifyToken(token, { ...request, trustAnchors });
  const { time } = timestamp;
  const isOfNow = time >= askedAt - clockToleranceMs && time <= clock() + clockToleranceMs;
  if (!isOfNow) throw wrongTimestamp('its time is not the current one');
  return timestamp;
}

/**
 * A token that was had before, verified again.
 * @throws SmartIdVerificationError `timestamp` when it is not about these bytes, or not an authority's that is trusted.
 */
export function readTimestamp({
  token,
  bytes,
  hashAlgorithm = 'SHA-512',
  trustAnchors,
  policy,
}: { token: Uint8Array } & Pick<TimestampQuestion, 'bytes' | 'hashAlgorithm' | 'trustAnchors' | 'policy'>): Timestamp {
  if (token.length > maxTokenBytes) throw wrongTimestamp('it is too long');
  return verifyToken(token, { imprint: imprintOf(bytes, hashAlgorithm), trustAnchors, policy });
}

function checkUrl(url: string): void {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return;
  throw new SmartIdInputError('url', 'must be the http or https address of a timestamp authority.');
}

function checkAnswer({ status, contentType, retryAfterMs }: HttpAnswer): void {
  if (status !== 200) {
    const code = status >= 500 || status === 429 ? 'server_error' : 'bad_response';
    throw new SmartIdServiceError(code, `${authorityName} answered with status ${status}.`, {
      httpStatus: status,
      retryAfterSeconds: retryAfterMs && Math.ceil(retryAfterMs / 1000),
    });
  }
  // Not every authority names the right one; a page of whoever is on the way is a text.
  if (contentType?.toLowerCase().startsWith('text/')) {
    throw new SmartIdServiceError('bad_response', `${authorityName} answered with a text.`, { httpStatus: status });
  }
}
