/** What programs of other people say of a signed file: whether its signature is valid, and whom they trust for it. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Simulator } from '../../lib/simulator/index.js';
import { toPem } from '../../lib/simulator/pki/certificate.js';
import { said } from './outside-tools.js';

const signedProperties = 'http://uri.etsi.org/01903/v1.3.2#:SignedProperties';
/** Where a container has its signature. */
export const containerSignature = 'META-INF/signatures0.xml';

/** Writes a file and gives its path. */
export function written(folder: string, name: string, content: string | Buffer): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** A database of pdfsig in this folder that trusts the simulator's issuing authority. */
export function trustingDatabase(folder: string, { pki }: Simulator): string {
  const database = `sql:${folder}`;
  said('certutil', ['-N', '-d', database, '--empty-password']);
  const authority = written(folder, 'authority.pem', toPem(pki.authorities.qualified.certificate));
  said('certutil', ['-A', '-d', database, '-n', 'authority', '-t', 'C,C,C', '-i', authority]);
  return database;
}

/** What pdfsig says. */
export function judgePdf(folder: string, pdf: Buffer, database: string): string {
  return said('pdfsig', ['-nssdir', database, '-no-ocsp', written(folder, 'contract.pdf', pdf)]);
}

/** Where the container's files are. */
export function unpack(folder: string, container: Buffer): string {
  const target = mkdtempSync(path.join(folder, 'unpacked-'));
  said('unzip', ['-q', written(folder, 'contract.asice', container), '-d', target]);
  return target;
}

/** What xmlsec1 says of the container's files. It ends a chain at nothing but a self-signed root. */
export function judgeContainer(
  folder: string,
  unpacked: string,
  { pki }: Simulator,
  root = pki.root.certificate,
): string {
  const trusted = written(folder, 'root.pem', toPem(root));
  const between = written(folder, 'authority.pem', toPem(pki.authorities.qualified.certificate));
  const chain = ['--trusted-pem', trusted, '--untrusted-pem', between];
  return said('xmlsec1', ['--verify', '--id-attr:Id', signedProperties, ...chain, containerSignature], unpacked);
}
