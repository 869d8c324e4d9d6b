/** The files of the pages: the style, the script, and the modules that the script imports. */

import { createHash } from 'node:crypto';
import { browserFiles } from './browser-files.js';
import type { PageAnswer } from './page-request.js';
import { style } from './style.js';

/** The files by name. */
const files: ReadonlyMap<string, string> = new Map([['attempt.css', style], ...Object.entries(browserFiles)]);

export interface Assets {
  /**
   * The folder of the files, relative to the page. It has another name when a file is another, so they may be kept for
   * long.
   */
  folder: string;
  /** The file at a path below the page's folder; undefined where there is none. */
  answer(path: string): PageAnswer | undefined;
}

export function createAssets(): Assets {
  const version = createHash('sha256')
    .update(JSON.stringify([...files]))
    .digest('hex')
    .slice(0, 12);
  const answer = (path: string): PageAnswer | undefined => {
    const [, asked, name = ''] = /^\/assets\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
    const content = files.get(name);
    if (content === undefined) return undefined;
    return {
      status: 200,
      headers: {
        // A page from before an update gets the files of now, once.
        'cache-control': asked === version ? 'public, max-age=31536000, immutable' : 'no-cache',
        'content-type': `text/${name.endsWith('.css') ? 'css' : 'javascript'}; charset=utf-8`,
        'x-content-type-options': 'nosniff',
      },
      body: content,
    };
  };
  return { folder: `assets/${version}`, answer };
}
