/** What the processes of a bench have in common, other than the one that measures. */

import { subscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:http';

const keepAliveMs = 600_000;

/** Ends with the process that measures, whatever that one ends by. */
export function endWithParent(): void {
  process.once('disconnect', () => process.exit());
}

/**
 * Keeps the connections to this process's servers open through the pauses between rounds: a client that is busy would otherwise use
 * one that was closed a moment ago, which is an error for whatever must not be sent twice.
 */
export function keepConnections(): void {
  subscribe('http.server.request.start', (message) => {
    (message as { server: Server }).server.keepAliveTimeout = keepAliveMs;
  });
}
