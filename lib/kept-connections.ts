/**
 * HTTP over connections that are kept for the next request, to whichever hosts are asked: for OCSP and lists, which come from anybody
 * on the way.
 */

import http from 'node:http';
import https from 'node:https';
import { Transform } from 'node:stream';
import type { Fetch } from './http.js';

/** Pieces of an answer that may have any size; of more, each must have some bytes on average. */
const maxSmallPieces = 256;
const minPieceBytes = 64;
/** How long a connection is kept that nobody uses: what is between may forget it sooner or later without a word. */
const maxIdleMs = 4_000;

/**
 * A fetch for requests that may be sent twice. A server may close a kept connection in the very moment in which it is used again; a
 * request that fails on such a one is sent once more, on a new one.
 */
export function fetchOverKeptConnections(): Fetch {
  let reuses = 0;
  const counting = <A extends http.Agent>(agent: A): A => {
    const { reuseSocket } = agent;
    agent.reuseSocket = (socket, request) => {
      reuses += 1;
      reuseSocket.call(agent, socket, request);
    };
    return agent;
  };
  const agents = {
    http: counting(new http.Agent({ keepAlive: true, timeout: maxIdleMs })),
    https: counting(new https.Agent({ keepAlive: true, timeout: maxIdleMs, rejectUnauthorized: true })),
  };
  return async (url, init) => {
    const before = reuses;
    const answer = send(url, init, agents);
    // A kept connection is given to a request when it is made.
    if (reuses === before) return answer;
    return answer.catch((error: unknown) => {
      if (init.signal.aborted) throw error;
      return send(url, init, { http: new http.Agent(), https: new https.Agent({ rejectUnauthorized: true }) });
    });
  };
}

/** Redirects are answers like others: nobody follows them. */
function send(
  url: string,
  { method, headers, body = '', signal }: Parameters<Fetch>[1],
  agents: { http: http.Agent; https: https.Agent },
): ReturnType<Fetch> {
  return new Promise((resolve, reject) => {
    const options = { method, headers: { ...headers, 'content-length': Buffer.byteLength(body) }, signal };
    const request = url.toLowerCase().startsWith('https:')
      ? https.request(url, { ...options, agent: agents.https })
      : http.request(url, { ...options, agent: agents.http });
    request.on('error', reject);
    request.once('response', (response) => {
      const { statusCode = 0, headers: answered } = response;
      const get = (name: string) => String(answered[name] ?? '') || null;
      resolve({ status: statusCode, headers: { get }, body: inFairPieces(response) });
    });
    request.end(body);
  });
}

/** The body, which fails where it comes in so small pieces that they cost more than what is in them. */
function inFairPieces(response: http.IncomingMessage): Transform {
  let [pieces, bytes] = [0, 0];
  const fair = new Transform({
    transform(piece: Buffer, _encoding, done) {
      pieces += 1;
      bytes += piece.length;
      const isFair = pieces <= maxSmallPieces || bytes >= pieces * minPieceBytes;
      done(isFair ? null : Object.assign(new Error('Very small pieces.'), { code: 'SMALL_PIECES' }), piece);
    },
  });
  // Whoever reads the body hears of it then, which may be later.
  fair.on('error', () => {});
  response.once('error', (error) => fair.destroy(error));
  // Where nobody reads on, nothing more is to come.
  fair.once('close', () => response.destroy());
  return response.pipe(fair);
}
