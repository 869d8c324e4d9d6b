#!/usr/bin/env node
/** `npx smart-id-trust`: gets the trust anchors and pins that a site is configured with, and shows when they expire. */

import { writeFile } from 'node:fs/promises';
import { resolveEnvironment } from '../rp-api/environment.js';
import { readArguments, runCommand, UsageError } from '../shared/command-line.js';
import { SmartIdInputError } from '../shared/errors.js';
import { exchange, fetchWith } from '../shared/http.js';
import { tlsFailureOf, tlsOfLiveService } from '../shared/tls-failure.js';
import type { Certificate } from '../trust/certificate.js';
import { attributes, subjectAttribute } from '../trust/certificate.js';
import { type PublishedAnchor, publishedAnchors } from '../trust/published-anchors.js';
import { readCertificates } from '../trust/read-certificates.js';
import { type Download, downloadIssuers, type Judgement, judge } from './anchors.js';
import { keyOfCertificate, keyOfServer, type ServerKey } from './server-key.js';

const usage = `Usage: smart-id-trust live|demo [options] [FILE ...]

Checks certificates against the published fingerprints of Smart-ID's issuing CAs, and shows when they expire.

  FILE                       certificates to check: PEM or DER files, or folders of them
  --output FILE              write the CA certificates to this file as one PEM bundle, for the option trustAnchors
  --download                 also get the issuers that the given certificates name (those given may then be any)
  --pins                     connect to the RP API and show the key of its server, for the option pinnedKeys
  --server-certificate FILE  show the key in this certificate: the server's next one, for instance
                             (the key changes about once a year; pin the old one and the next one over the change)
  --help                     show this

The status is 0 when all is well, 1 when a certificate was refused or nothing was found, 2 for a wrong command.
`;

type EnvironmentName = keyof typeof publishedAnchors;

interface Command {
  environment: EnvironmentName;
  files: string[];
  output?: string;
  download: boolean;
  pins: boolean;
  serverCertificates: string[];
}

function readCommandLine(): Command | 'help' {
  const { values, positionals } = readArguments({
    allowPositionals: true,
    options: {
      output: { type: 'string' },
      download: { type: 'boolean' },
      pins: { type: 'boolean' },
      'server-certificate': { type: 'string', multiple: true },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return 'help';
  const [environment, ...files] = positionals;
  if (environment !== 'live' && environment !== 'demo')
    throw new UsageError('say first which environment: live or demo');
  const { output, download = false, pins = false, 'server-certificate': serverCertificates = [] } = values;
  if (files.length === 0 && (download || output !== undefined)) throw new UsageError('name the certificates to check');
  if (files.length === 0 && !pins && serverCertificates.length === 0) {
    throw new UsageError('name the certificates to check, or ask for --pins');
  }
  return { environment, files, output, download, pins, serverCertificates };
}

async function run(command: Command): Promise<boolean> {
  const { environment, files, pins, serverCertificates } = command;
  const keys: ServerKey[] = [];
  for (const file of serverCertificates)
    keys.push(...read(file, '--server-certificate').map(({ node }) => keyOfCertificate(node)));
  const isTrusted = files.length === 0 || (await checkAnchors(command));
  if (pins) keys.push(await keyInUse(environment));
  for (const key of keys) showKey(key);
  if (keys.length > 0) print(changeOfKey);
  return isTrusted;
}

/** Whether all that must be trust anchors are; only then is anything written. */
async function checkAnchors({ environment, files, download, output }: Command): Promise<boolean> {
  const now = Date.now();
  const published: readonly PublishedAnchor[] = publishedAnchors[environment];
  const given = files.flatMap((file) =>
    read(file, 'FILE').map((certificate) => judge(certificate, file, published, now)),
  );
  for (const judgement of given) show(judgement, now);
  const downloaded = download ? await downloadAnchors(given, published, now) : [];
  const anchors = unique([...given, ...downloaded].filter(({ refusal }) => !refusal));
  const missing = published.filter(({ fingerprint }) => !anchors.some((anchor) => anchor.fingerprint === fingerprint));
  if (missing.length > 0) print(`not among them   ${missing.map(({ commonName }) => commonName).join(', ')}`);
  // With --download the given certificates may be anything that names its issuer.
  if (anchors.length === 0 || (!download && given.some(({ refusal }) => refusal))) {
    if (output !== undefined) print(`not written      ${output}`);
    return false;
  }
  if (output !== undefined) {
    await writeFile(output, anchors.map(({ node }) => node.toString()).join('')).catch((error: Error) => {
      throw new UsageError(`the bundle cannot be written: ${error.message}`);
    });
    print(`written          ${output}, with ${anchors.length} of ${published.length} ${environment} CAs`);
  }
  return true;
}

async function downloadAnchors(
  given: readonly Judgement[],
  published: readonly PublishedAnchor[],
  now: number,
): Promise<Judgement[]> {
  const issuers = await downloadIssuers(
    given.map(({ certificate }) => certificate),
    get,
    (url, error) => print(`no certificate   ${url}: ${error.message}`),
  );
  const judgements = issuers.map(({ certificate, from }) => judge(certificate, from, published, now));
  for (const judgement of judgements) show(judgement, now);
  return judgements;
}

const get: Download = async (url) => {
  const request = {
    service: 'The server',
    method: 'GET',
    url,
    headers: {},
    timeoutMs: 10_000,
    maxBytes: 64 * 1024,
  } as const;
  const { status, body } = await exchange(fetchWith(), request);
  if (status !== 200) throw new Error(`The server answered with status ${status}.`);
  return body;
};

async function keyInUse(environment: EnvironmentName): Promise<ServerKey> {
  const { hostname } = new URL(resolveEnvironment(environment).baseUrl);
  try {
    return await keyOfServer(hostname, 443);
  } catch (error) {
    const reason = tlsFailureOf(error, tlsOfLiveService)?.reason ?? (error as Error).message;
    throw new UsageError(`the key of ${hostname} cannot be seen: ${reason}`);
  }
}

function read(file: string, field: string): Certificate[] {
  try {
    return readCertificates(file, field);
  } catch (error) {
    if (error instanceof SmartIdInputError) throw new UsageError(error.message);
    throw error;
  }
}

function unique(judgements: readonly Judgement[]): Certificate[] {
  return [...new Map(judgements.map(({ certificate }) => [certificate.fingerprint, certificate])).values()];
}

function show({ certificate, from, refusal }: Judgement, now: number): void {
  print(
    `${refusal ? 'no trust anchor ' : 'trust anchor    '} ${subjectAttribute(certificate, attributes.commonName) ?? 'without a name'}`,
  );
  if (refusal) print(`                 ${refusal}`);
  print(`                 ${from}`);
  print(`                 SHA-256 ${certificate.fingerprint}`);
  print(`                 ${expiry(new Date(certificate.validity.to), now)}`);
}

function showKey({ pin, subject, notAfter }: ServerKey): void {
  print(`pin              ${pin}`);
  print(`                 ${subject}`);
  print(`                 certificate ${expiry(notAfter, Date.now())}`);
}

/** A key that is pinned alone stops all logins on the day of the change. */
const changeOfKey = `
The service changes its key about once a year and announces that a few weeks ahead. Put the next key into pinnedKeys
beside the one in use before the change (--server-certificate shows it), and take the old one out after it. Add no key
that the operator of the service has not announced.`;

function expiry(date: Date, now: number): string {
  const days = Math.floor((date.getTime() - now) / 86_400_000);
  return `${days < 0 ? 'expired' : 'expires'} on ${date.toISOString().slice(0, 10)}${days < 0 ? '' : `, in ${days} days`}`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

await runCommand('smart-id-trust', async () => {
  const command = readCommandLine();
  if (command === 'help') process.stdout.write(usage);
  else if (!(await run(command))) process.exitCode = 1;
});
