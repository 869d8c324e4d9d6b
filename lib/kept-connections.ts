/** node-fetch over connections that are kept for the next request, to whichever hosts are asked. */

import http from 'node:http';
import https from 'node:https';
import nodeFetch from 'node-fetch';
import type { Fetch } from './http.js';

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
    http: counting(new http.Agent({ keepAlive: true })),
    https: counting(new https.Agent({ keepAlive: true, rejectUnauthorized: true })),
  };
  const agent = ({ protocol }: URL) => (protocol === 'https:' ? agents.https : agents.http);
  return async (url, init) => {
    const before = reuses;
    const answer = nodeFetch(url, { ...init, agent });
    // A kept connection is given to a request when it is made.
    if (reuses === before) return answer;
    return answer.catch((error: unknown) => {
      if (init.signal.aborted) throw error;
      return nodeFetch(url, init);
    });
  };
}
