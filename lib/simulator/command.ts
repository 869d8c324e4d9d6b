#!/usr/bin/env node
/** `npx smart-id-simulator`: the simulator as a process of its own, for trying a site out by hand. */
import path from 'node:path';
import { readArguments, runCommand, UsageError } from '../shared/command-line.js';
import { checkCertificatesFile, writeCertificatesFile } from './certificates-file.js';
import { demoRelyingParty, type SimulatorOptions } from './options.js';
import { type Simulator, startSimulator } from './simulator.js';

const usage = `Usage: smart-id-simulator [options]

Runs the Smart-ID service offline: the RP API, a phone page and a mock phone. Says what to put into the options of a
site, and where to play the phone. To begin with:

  npx smart-id-simulator --trust-anchors anchors.pem

Options:

  --port NUMBER                      port to listen on, 0 for any free one (5080)
  --host ADDRESS                     address to listen on (127.0.0.1)
  --key-size BITS                    RSA keys of the test accounts (2048; the real ones have 6144)
  --session-lifetime SECONDS         until an unanswered session times out (120)
  --advanced                         let the site ask for the level ADVANCED, which the demo environment answers with 403
  --notification automatic|phone     who answers notifications: the account, or you on the phone page (automatic)
  --trust-anchors FILE               write the trust anchors (PEM) to this file, for the option trustAnchors; a file
                                     that is there is replaced only if a simulator has written it
  --timestamp-anchors FILE           the same with the CA of its timestamp authority (PEM), for signed documents: for
                                     timestampAuthority.trustAnchors
  --root FILE                        the same with the root above them (PEM), for programs whose chains end at a root
  --help                             show this
`;

interface Command {
  options: SimulatorOptions;
  files: CertificateFiles;
}

/** What is to be written, where it is asked for. */
interface CertificateFiles {
  trustAnchors?: string;
  timestampAnchors?: string;
  root?: string;
}

function readCommandLine(): Command | 'help' {
  const { values } = readArguments({
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      'key-size': { type: 'string' },
      'session-lifetime': { type: 'string' },
      advanced: { type: 'boolean' },
      notification: { type: 'string' },
      'trust-anchors': { type: 'string' },
      'timestamp-anchors': { type: 'string' },
      root: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return 'help';
  const notification = values.notification ?? 'automatic';
  if (notification !== 'automatic' && notification !== 'phone') {
    throw new UsageError('--notification must be automatic or phone');
  }
  checkDifferent(values, ['trust-anchors', 'timestamp-anchors', 'root']);
  const lifetime = wholeNumber('--session-lifetime', values['session-lifetime'], 1, 86_400);
  return {
    options: {
      port: wholeNumber('--port', values.port, 0, 65_535),
      host: values.host,
      keySize: wholeNumber('--key-size', values['key-size'], 2048, 16_384),
      sessionLifetimeMs: lifetime === undefined ? undefined : lifetime * 1000,
      notificationAnswer: notification,
      relyingParties: values.advanced ? [{ ...demoRelyingParty, mayUseAdvanced: true }] : undefined,
    },
    files: {
      trustAnchors: values['trust-anchors'],
      timestampAnchors: values['timestamp-anchors'],
      root: values.root,
    },
  };
}

/** One of two that are one file would be lost. */
function checkDifferent<Option extends string>(values: Partial<Record<Option, unknown>>, options: Option[]): void {
  const optionOf = new Map<string, Option>();
  for (const option of options) {
    const file = values[option];
    if (typeof file !== 'string') continue;
    const other = optionOf.get(path.resolve(file));
    if (other !== undefined) throw new UsageError(`--${other} and --${option} must be two different files`);
    optionOf.set(path.resolve(file), option);
  }
}

function wholeNumber(name: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new UsageError(`${name} must be a whole number from ${min} to ${max}`);
}

async function start(command: Command): Promise<void> {
  const { options } = command;
  for (const file of Object.values(command.files)) {
    if (file !== undefined) await checkCertificatesFile(file);
  }
  const simulator = await startSimulator(options).catch((error: NodeJS.ErrnoException) => {
    throw explained(error, options);
  });
  try {
    await writeFiles(simulator, command.files);
  } catch (error) {
    // The command would go on for as long as it listens.
    await simulator.close();
    throw error;
  }
  process.stdout.write(introduction(simulator, command));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void simulator.close());
  }
}

async function writeFiles(simulator: Simulator, files: CertificateFiles): Promise<void> {
  const { trustAnchors, timestampTrustAnchors, rootCertificate } = simulator;
  if (files.trustAnchors !== undefined) await writeCertificatesFile(files.trustAnchors, trustAnchors);
  if (files.timestampAnchors !== undefined) await writeCertificatesFile(files.timestampAnchors, timestampTrustAnchors);
  if (files.root !== undefined) await writeCertificatesFile(files.root, rootCertificate);
}

function explained(error: NodeJS.ErrnoException, { port = 5080, host }: SimulatorOptions): Error {
  if (error.code === 'EADDRINUSE') return new UsageError(`port ${port} is in use: choose another one with --port`);
  if (error.code === 'EACCES') return new UsageError(`port ${port} may not be used: choose one above 1023 with --port`);
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new UsageError(`${host} is not an address of this machine: choose another one with --host`);
  }
  return error;
}

function introduction(simulator: Simulator, { files }: Command): string {
  const anchorsUrl = new URL('/trust-anchors.pem', simulator.baseUrl).href;
  const rootUrl = new URL('/root.pem', simulator.baseUrl).href;
  const timestampAnchorsUrl = new URL('/timestamp-trust-anchors.pem', simulator.baseUrl).href;
  const trustAnchors =
    files.trustAnchors === undefined
      ? `await (await fetch('${anchorsUrl}')).text()`
      : quoted(relativePath(files.trustAnchors));
  return `Smart-ID simulator

  play the phone  ${simulator.phoneUrl}
  RP API          ${simulator.baseUrl}
  mock phone      ${simulator.mockUrl}
  trust anchors   ${anchorsUrl}${writtenTo(files.trustAnchors)}
  their root      ${rootUrl}${writtenTo(files.root)}
  timestamps      ${simulator.timestampUrl}
  their anchors   ${timestampAnchorsUrl}${writtenTo(files.timestampAnchors)}

The options of your site, with the callback URL of a login page that is mounted at /login:

    environment: { baseUrl: '${simulator.baseUrl}', schemeName: '${simulator.environment.schemeName}' },
    relyingPartyUUID: '${simulator.relyingPartyUUID}',
    relyingPartyName: '${simulator.relyingPartyName}',
    trustAnchors: ${trustAnchors},
    callbackURL: 'http://localhost:3000/login/callback',

The authorities are made anew at every start: start your site after this. Ctrl+C stops it.
`;
}

function writtenTo(file: string | undefined): string {
  return file === undefined ? '' : `, written to ${file}`;
}

/** One that says that it is a path. */
function relativePath(file: string): string {
  return path.isAbsolute(file) || /^\.\.?[/\\]/.test(file) ? file : `./${file}`;
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

await runCommand('smart-id-simulator', async () => {
  const command = readCommandLine();
  if (command === 'help') process.stdout.write(usage);
  else await start(command);
});
