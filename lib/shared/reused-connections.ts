/**
 * A server may close a connection that is kept for the next request in the very moment in which that request goes out.
 * Such a request met nobody, so it is sent once more, on a new connection; whoever asked does not notice.
 */

import type http from 'node:http';

/** How a request fails whose connection the other side has closed. */
const closedCodes = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

interface Reuse {
  /** Whether a byte has come back: then somebody took the request, or part of it. */
  isAnswered: boolean;
}

export class ReusedConnections {
  /** Of the request that is being made. */
  private reuse: Reuse | undefined;

  /** Notes when this agent gives a request a connection that has served another one. */
  watch<A extends http.Agent>(agent: A): A {
    const { reuseSocket } = agent;
    agent.reuseSocket = (socket, request) => {
      const reuse = { isAnswered: false };
      socket.once('data', () => {
        reuse.isAnswered = true;
      });
      this.reuse = reuse;
      reuseSocket.call(agent, socket, request);
    };
    return agent;
  }

  /**
   * Makes a request over a watched agent, and once more where a kept connection turned out to be closed.
   * @param send makes it, the second time on a new connection.
   */
  async send<T>(send: (isAgain: boolean) => Promise<T>, signal: AbortSignal): Promise<T> {
    const answer = send(false);
    // A kept connection is given to a request when it is made.
    const reuse = this.takeReuse();
    if (!reuse) return answer;
    return answer.catch((error: { code?: string }) => {
      if (signal.aborted || reuse.isAnswered || !closedCodes.has(`${error.code}`)) throw error;
      return send(true);
    });
  }

  private takeReuse(): Reuse | undefined {
    const { reuse } = this;
    this.reuse = undefined;
    return reuse;
  }
}

/** An agent whose connections are as this one's, pins and all, but new and kept for nobody. */
export function withoutKeeping<A extends http.Agent>(agent: A): A {
  const Agent = agent.constructor as new (options: http.AgentOptions) => A;
  const { options } = agent as A & { options: http.AgentOptions };
  return new Agent({ ...options, keepAlive: false });
}
