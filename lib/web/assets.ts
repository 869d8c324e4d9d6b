/** The files of the pages: the style, the script, and the modules that the script imports. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { PageAnswer } from './page-request.js';
import { style } from './style.js';

/** One ES module without imports. Found by `createRequire`, since loaders such as tsx and Jest have no `import.meta.resolve`. */
const qrEncoder = createRequire(import.meta.url).resolve('qr');

/** Without the address of a source map, which is not served: tools of a browser would ask for it in vain. */
const moduleFile = (name: string) =>
  readFileSync(fileURLToPath(new URL(name, import.meta.url)), 'utf8').replace(/^\/\/# sourceMappingURL=.*\n?/m, '');

/** The files by name. Each script is an ES module that a browser can load as it is. */
function readFiles(): Map<string, string> {
  return new Map([
    ['attempt.css', style],
    ['attempt.js', moduleFile('./browser/attempt.js')],
    ['requests.js', moduleFile('./browser/requests.js')],
    ['personal-code.js', moduleFile('./personal-code.js')],
    ['qr.js', readFileSync(qrEncoder, 'utf8')],
  ]);
}

export interface Assets {
  /** The folder of the files, relative to the page. It has another name when a file is another, so they may be kept for long. */
  folder: string;
  /** The file at a path below the page's folder; undefined where there is none. */
  answer(path: string): PageAnswer | undefined;
}

export function createAssets(): Assets {
  const files = readFiles();
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
