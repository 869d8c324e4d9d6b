/**
 * Follows each page of docs/frameworks to the letter and logs in at the site that comes of it, in every way. Run by
 * `npm run test:frameworks [page...]`; needs the registry, and the ports 3000 and 5080, so it is no part of `npm test`.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { folderOfNode } from '../nodes/binaries.js';
import { logOut, type Way, ways as waysOfAnySite } from '../sites/ways.js';
import { RunningCommand, requireFree } from '../support/running-command.js';
import { type Exceptions, exceptions } from './exceptions.js';
import { compile, install } from './folder.js';
import { type DocumentationPage, readPage } from './page.js';
import { startProxy } from './proxy.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pagesFolder = path.join(root, 'docs/frameworks');
const sitePort = 3000;
const simulatorPort = 5080;
/** Some frameworks build the site first. */
const startPatienceMs = 180_000;
const wayPatienceMs = 60_000;

const ways: Readonly<Record<string, Way>> = { ...waysOfAnySite, 'log out': logOut };
/** Of the site as it is in production, but for the service. */
const productionWays: Readonly<Record<string, Way>> = { 'behind a proxy that has https': logInBehindProxy };
const publicUrl = 'https://www.example.com';
const allWays = [...Object.keys(ways), ...Object.keys(productionWays)];

/** What became of one page: of each way, or why it came to none. */
type Column = Readonly<Record<string, Cell>>;
type Cell = 'ok' | 'FAILED' | '–';

const failures: string[] = [];

async function follow(name: string, folder: string, tarball: string): Promise<Column> {
  const exception = exceptions[name] ?? {};
  const page = readPage(readFileSync(path.join(pagesFolder, `${name}.md`), 'utf8'));
  const all = (cell: Cell) => Object.fromEntries(allWays.map((way) => [way, cell]));
  let simulator: Simulator | undefined;
  let site: RunningCommand | undefined;
  try {
    await install(page, folder, tarball);
    if (exception.noCompiler === undefined) await compile(page, folder, exception);
    await requireFree([simulatorPort]);
    simulator = await startSimulator({ port: simulatorPort, notificationAnswer: 'phone' });
    writeFileSync(path.join(folder, 'anchors.pem'), simulator.trustAnchors);
    const column: Record<string, Cell> = {};
    for (const [these, environment] of [
      [ways, {}],
      [productionWays, { SITE_URL: publicUrl }],
    ] as const) {
      site = await startSite(page, folder, { PATH: pathFor(exception), ...environment });
      for (const [way, take] of Object.entries(these)) {
        column[way] = exception.leftOut?.[way] === undefined ? await tryWay(name, way, take, simulator, site) : '–';
      }
      await site.stop();
    }
    return column;
  } catch (error) {
    failures.push(`${name}: ${(error as Error).message}`);
    return all('FAILED');
  } finally {
    await site?.stop();
    await simulator?.close();
  }
}

async function startSite(
  page: DocumentationPage,
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<RunningCommand> {
  await requireFree([sitePort]);
  const site = new RunningCommand(page.start, folder, environment);
  try {
    await site.listensAt(sitePort, startPatienceMs);
    return site;
  } catch (error) {
    await site.stop();
    throw error;
  }
}

async function logInBehindProxy({ simulator }: { simulator: Simulator }): Promise<void> {
  const proxy = await startProxy(sitePort, publicUrl);
  try {
    await logOut({ origin: proxy.origin, simulator });
    const given = proxy.cookies.filter((cookie) => !/^[^=]+=;/.test(cookie));
    expect(given).to.have.length.greaterThan(0);
    for (const cookie of given) expect(cookie.toLowerCase()).to.match(/; secure(?:;|$)/);
  } finally {
    proxy.close();
  }
}

function pathFor({ node }: Exceptions): string {
  const { PATH = '' } = process.env;
  return node === undefined ? PATH : [folderOfNode(node), PATH].join(path.delimiter);
}

async function tryWay(name: string, way: string, take: Way, simulator: Simulator, site: RunningCommand): Promise<Cell> {
  const before = site.output.length;
  const patience = new AbortController();
  const tooLong = wait(wayPatienceMs, undefined, { signal: patience.signal }).then(() => {
    throw new Error(`It took longer than ${wayPatienceMs} ms.`);
  });
  tooLong.catch(() => {});
  try {
    await Promise.race([take({ origin: `http://localhost:${sitePort}`, simulator }), tooLong]);
    return 'ok';
  } catch (error) {
    failures.push(`${name}, ${way}: ${(error as Error).message}\nThe site has said: ${site.output.slice(before)}`);
    return 'FAILED';
  } finally {
    patience.abort();
  }
}

function print(table: Readonly<Record<string, Column>>): void {
  const width = Math.max(...allWays.map(({ length }) => length));
  const row = (title: string, cellOf: (name: string) => string) => {
    const cells = Object.keys(table).map((name) => cellOf(name).padEnd(Math.max(name.length, 'FAILED'.length)));
    console.log([title.padEnd(width), ...cells].join('  ').trimEnd());
  };
  row('', (name) => name);
  for (const way of allWays) row(way, (name) => table[name]?.[way] ?? '');
  for (const name of Object.keys(table)) {
    const { skipLibCheck, noCompiler, leftOut = {} } = exceptions[name] ?? {};
    if (skipLibCheck !== undefined) console.log(`${name}: types of packages unchecked: ${skipLibCheck}`);
    if (noCompiler !== undefined) console.log(`${name}: not compiled by tsc: ${noCompiler}`);
    for (const [way, reason] of Object.entries(leftOut)) console.log(`${name}, ${way}: – ${reason}`);
  }
}

const present = readdirSync(pagesFolder)
  .filter((file) => file.endsWith('.md'))
  .map((file) => file.replace(/\.md$/, ''));
const names = process.argv.length > 2 ? process.argv.slice(2) : present;
const unknown = names.filter((name) => !present.includes(name));
if (unknown.length > 0) throw new Error(`There is no page ${unknown.join(', ')}, but ${present.join(', ')}.`);

const folder = mkdtempSync(path.join(tmpdir(), 'frameworks-'));
try {
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root, encoding: 'utf8' });
  const tarball = path.join(folder, JSON.parse(packed)[0].filename);
  const table: Record<string, Column> = {};
  for (const name of names) {
    const own = path.join(folder, name);
    mkdirSync(own);
    table[name] = await follow(name, own, tarball);
  }
  print(table);
  for (const failure of failures) console.error(`\n${failure}`);
  process.exitCode = failures.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
