/** Pictures of the pages in Firefox and WebKit: what Chromium has come to show, drawn again by the other engines. */

import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { firefox } from '../engines/firefox.js';
import { webkit } from '../engines/webkit.js';

export interface Snapshot {
  /** Of the pictures, in which the name of the engine is added. */
  name: string;
  isPhone: boolean;
  isDark: boolean;
  /** As the browser has it, with its images in it. */
  html: string;
  /** Of the pages and of the site. */
  styles: string;
}

/** One picture after the other: WebKit's driver has one browser at a time. @returns how many there are. */
export async function drawInOtherEngines(snapshots: readonly Snapshot[], folder: string): Promise<number> {
  let shown = '';
  let count = 0;
  const server = createServer((_req, res) => res.setHeader('content-type', 'text/html; charset=utf-8').end(shown));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (const engine of [firefox, webkit]) {
    const running = await engine.launch(withoutSkipping, port);
    for (const isNarrow of [false, true]) {
      const session = await running.begin({ isNarrow });
      for (const snapshot of snapshots.filter(({ isPhone }) => isPhone === isNarrow)) {
        shown = pageOf(snapshot);
        await session.open(`http://localhost:${port}/`);
        const picture = await session.screenshot('#smart-id');
        await writeFile(path.join(folder, `${snapshot.name}-${engine.name.toLowerCase()}.png`), picture);
        count++;
      }
      await session.close();
    }
    await running.close();
  }
  server.close();
  server.closeAllConnections();
  return count;
}

/** These engines cannot be told here that they are touched, or in the dark, so the style is. */
function pageOf({ html, styles, isPhone, isDark }: Snapshot): string {
  const style = styles
    .replaceAll('not all and (pointer: coarse)', isPhone ? 'not all' : 'all')
    .replaceAll('(prefers-color-scheme: dark)', isDark ? 'all' : 'not all');
  return html
    .replace(/<script.*?<\/script>/gs, '')
    .replace(/<link rel="stylesheet"[^>]*>/g, '')
    .replace('<head>', `<head><style>${style}</style>`);
}

const withoutSkipping = {
  skip() {
    throw new Error('The pictures are of three engines: all of them must be there.');
  },
  runnable: () => ({}),
} as unknown as Mocha.Context;
