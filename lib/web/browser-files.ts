/**
 * The scripts of the pages, by the names under which the browser loads them. The build replaces the compiled module by
 * its exports as text: bundlers move code, and leave behind the files that it would read.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Without lines of comments, which only make it longer. One of them is the address of a source map, which is not served:
 * tools of a browser would ask for it in vain.
 */
const textOf = (name: string) =>
  readFileSync(fileURLToPath(new URL(name, import.meta.url)), 'utf8').replace(
    /^ *(?:\/\*\*[\s\S]*?\*\/|\/\/.*)(?:\n|$)/gm,
    '',
  );

/** Each is an ES module that a browser can load as it is. The QR encoder is one without imports. */
export const browserFiles: Readonly<Record<string, string>> = {
  'attempt.js': textOf('./browser/attempt.js'),
  'device.js': textOf('./browser/device.js'),
  'kept-attempt.js': textOf('./browser/kept-attempt.js'),
  'page.js': textOf('./browser/page.js'),
  'person-form.js': textOf('./browser/person-form.js'),
  'personal-code.js': textOf('./personal-code.js'),
  'qr-code.js': textOf('./browser/qr-code.js'),
  'requests.js': textOf('./browser/requests.js'),
  'running-view.js': textOf('./browser/running-view.js'),
  'updates.js': textOf('./browser/updates.js'),
  'qr-encoder.js': readFileSync(createRequire(import.meta.url).resolve('qr'), 'utf8'),
};
