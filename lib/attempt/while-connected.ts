/** A wait that ends when the visitor leaves. */

import type { SiteRequest } from './site-request.js';

/** @param wait gets a signal that aborts when the visitor's connection is closed. */
export async function whileConnected<T>(
  { socket }: Pick<SiteRequest, 'socket'>,
  wait: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const leave = () => controller.abort();
  socket.once('close', leave);
  try {
    return await wait(controller.signal);
  } finally {
    socket.removeListener('close', leave);
  }
}
