/**
 * The beginnings that the documentation gives, each pasted into a clean folder with the packed package, where somebody logs in.
 * A further framework is one more entry in the list.
 */

import { scanQrCode } from '../support/phone.js';
import { listens, RunningCommand, requireFree } from '../support/running-command.js';
import { Browser } from '../support/site.js';
import { CleanFolder, type Tarball } from './clean-folder.js';
import { shortestProgram } from './documentation.js';

export interface Beginning {
  name: string;
  /** What its reader installs beside this package. */
  packages: readonly string[];
  /** The programs that its reader saves, by their names. */
  files: Readonly<Record<string, string>>;
  /** What makes the files ready to run, such as a compiler. */
  prepare?: readonly [command: string, ...args: string[]];
  /** What its reader types to start it. */
  start: string;
  port: number;
  /** Throws unless the person who uses the phone is logged in afterwards. */
  logIn(browser: Browser, phone: Phone): Promise<void>;
}

export interface Phone {
  mockUrl: string;
}

const { program, file, packages, siteCommand, simulatorCommand, ports } = shortestProgram;
const others = packages.filter((name) => name !== 'passport-smart-id');

/** By QR code, as the page does it, in the program of the README. */
async function logInToShortestProgram(browser: Browser, phone: Phone): Promise<void> {
  const { body: started } = await browser.post('/login/start');
  await scanQrCode(phone, { deviceLink: started.qrLink });
  await browser.post('/login/finish', { id: started.id });
  const { body } = await browser.get('/private');
  if (body !== 'Only for those who are logged in.') throw new Error(`Nobody is logged in: ${body}`);
}

const shortest = { files: { [file]: program }, start: siteCommand, port: ports.site, logIn: logInToShortestProgram };

const beginnings: readonly Beginning[] = [
  { ...shortest, name: 'Express 5', packages: others },
  {
    ...shortest,
    name: 'Express 4',
    packages: others.map((name) => (name === 'express' ? 'express@4' : name)),
  },
  {
    ...shortest,
    name: 'Express 4 in JavaScript, without types',
    packages: ['passport', 'express@4', 'express-session', 'esbuild'],
    prepare: ['npx', 'esbuild', file, '--format=esm', '--outfile=site.mjs', '--log-level=error'],
    start: siteCommand.replace(/npx tsx \S+$/, 'node site.mjs'),
  },
];

export async function checkBeginnings(tarball: Tarball): Promise<void> {
  for (const beginning of beginnings) {
    await checkBeginning(beginning, tarball);
    console.log(`login: ${beginning.name} ok`);
  }
}

async function checkBeginning(beginning: Beginning, tarball: Tarball): Promise<void> {
  const { packages, files, prepare, start, port, logIn } = beginning;
  await requireFree([port, ports.simulator]);
  const folder = new CleanFolder();
  const running: RunningCommand[] = [];
  try {
    folder.install([tarball.file, ...packages]);
    for (const [name, text] of Object.entries(files)) folder.write(name, text);
    if (prepare) {
      const [command, ...args] = prepare;
      folder.run(command, args);
    }
    const simulator = new RunningCommand(simulatorCommand, folder.path);
    running.push(simulator);
    await simulator.isTrue(() => simulator.output.includes('Ctrl+C'));
    const [, mockUrl = ''] = /mock phone +(\S+)/.exec(simulator.output) ?? [];
    const site = new RunningCommand(start, folder.path);
    running.push(site);
    await site.isTrue(() => listens(port));
    await logIn(new Browser(`http://localhost:${port}`), { mockUrl }).catch((cause: unknown) => {
      throw new Error(`${beginning.name}: ${cause}. The site has said:\n${site.output}`, { cause });
    });
  } finally {
    await Promise.all(running.map((command) => command.stop()));
    folder.remove();
  }
}
