/** The program that drives WebKit, on a screen that nobody sees; both end with the test process. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from '../support/until.js';

export interface WebKitDriver {
  url: string;
  close(): Promise<void>;
}

/** Without `-noreset` the screen starts anew whenever its last browser has gone, and refuses the next one meanwhile. */
const screen = '-screen 0 1280x1024x24 -nolisten tcp -noreset';

/**
 * Prints its process id first, so that the driver alone can be ended: `xvfb-run` then ends the screen and leaves
 * nothing behind.
 */
const script = 'echo $$; exec "$0" "--port=$1"';

export async function startWebKitDriver(xvfbRun: string, driverPath: string): Promise<WebKitDriver> {
  const port = await freePort();
  const args = ['-a', '-s', screen, 'sh', '-c', script, driverPath, String(port)];
  const child = spawn(xvfbRun, args, {
    // It has a process group of its own, which can be ended as a whole.
    detached: true,
    env: { ...process.env, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const endAll = () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid);
  };
  process.once('exit', endAll);
  const [told] = await once(child.stdout, 'data');
  const driverId = Number.parseInt(String(told), 10);
  const url = `http://127.0.0.1:${port}`;
  await until(() => isReady(url), 'the driver of WebKit');
  return {
    url,
    async close() {
      const ended = once(child, 'exit');
      process.kill(driverId);
      await ended;
      process.removeListener('exit', endAll);
    },
  };
}

function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/status`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
