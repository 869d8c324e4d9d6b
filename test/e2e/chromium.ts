/** The Chromium that the browser tests use: an environment variable's, the system's, or Playwright's own. */

import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { findOnPath } from '../support/find-on-path.js';
import { skipForWantOfTool } from '../support/skip.js';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

export function findChromium(): string | undefined {
  const candidates = [process.env.CHROMIUM_PATH, findOnPath(...names), chromium.executablePath()];
  return candidates.find((candidate) => candidate && existsSync(candidate));
}

/** Starts it, or skips the tests of the calling hook where there is none; with `CI=true` that is a failure. */
export async function launchChromium(test: Mocha.Context): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) {
    skipForWantOfTool('chromium', 'set CHROMIUM_PATH to one to run the browser tests', test);
  }
  return startChromium(executablePath);
}

export function startChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
