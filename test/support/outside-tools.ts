/** Programs of other people that judge signed files: they do not share our mistakes. */

import { spawnSync } from 'node:child_process';
import { findOnPath } from './find-on-path.js';
import { skipForWantOfTool } from './skip.js';

/** The Debian package that each of them is in. */
const packages = {
  certutil: 'libnss3-tools',
  java: 'default-jdk-headless',
  javac: 'default-jdk-headless',
  mvn: 'maven',
  openssl: 'openssl',
  pdffonts: 'poppler-utils',
  pdfsig: 'poppler-utils',
  pdftotext: 'poppler-utils',
  python3: 'python3',
  unzip: 'unzip',
  xmlsec1: 'xmlsec1',
};

export type OutsideTool = keyof typeof packages;

/** Skips the tests of the calling hook where one of the tools is missing; with `CI=true` that is a failure. */
export function needTools(test: Mocha.Context, ...tools: OutsideTool[]): void {
  const missing = tools.filter((tool) => findOnPath(tool) === undefined);
  if (missing.length === 0) return;
  const names = [...new Set(missing.map((tool) => packages[tool]))].join(' ');
  skipForWantOfTool(missing.join(' and '), `install ${names} to have signed documents judged`, test);
}

/** More than a list of all revoked certificates is as text. */
const maxOutputBytes = 100_000_000;

/** What a tool says on both of its outputs, whether it is content or not. */
export function said(tool: OutsideTool, args: readonly string[], folder?: string): string {
  const env = { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC' };
  const { error, stdout, stderr } = spawnSync(tool, args, {
    cwd: folder,
    env,
    encoding: 'utf8',
    maxBuffer: maxOutputBytes,
  });
  if (error) throw error;
  return stdout + stderr;
}
