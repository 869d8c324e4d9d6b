/**
 * HTTP over connections that are kept for the next request, to whichever hosts are asked: for OCSP and lists, which
 * come from anybody on the way.
 */

import http from 'node:http';
import https from 'node:https';
import { Transform } from 'node:stream';
import type { Fetch } from './http.js';
import { ReusedConnections, withoutKeeping } from './reused-connections.js';

/** Pieces of an answer that may have any size; of more, each must have some bytes on average. */
const maxSmallPieces = 256;
const minPieceBytes = 64;
/** How long a connection is kept that nobody uses: what is between may forget it sooner or later without a word. */
const maxIdleMs = 4_000;

/** A fetch for requests that may be sent twice. */
export function fetchOverKeptConnections(): Fetch {
  const connections = new ReusedConnections();
  const kept = {
    http: connections.watch(new http.Agent({ keepAlive: true, timeout: maxIdleMs })),
    https: connections.watch(new https.Agent({ keepAlive: true, timeout: maxIdleMs, rejectUnauthorized: true })),
  };
  return (url, init) =>
    connections.send((isAgain) => {
      const agent = url.toLowerCase().startsWith('https:') ? kept.https : kept.http;
      return send(url, init, isAgain ? withoutKeeping(agent) : agent);
    }, init.signal);
}

/** Redirects are answers like others: nobody follows them. */
function send(
  url: string,
  { method, headers, body = '', signal }: Parameters<Fetch>[1],
  agent: http.Agent,
): ReturnType<Fetch> {
  return new Promise((resolve, reject) => {
    const options = { method, headers: { ...headers, 'content-length': Buffer.byteLength(body) }, signal, agent };
    const request = agent instanceof https.Agent ? https.request(url, options) : http.request(url, options);
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
