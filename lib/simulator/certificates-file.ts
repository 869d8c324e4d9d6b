/**
 * The files that `--trust-anchors`, `--timestamp-anchors` and `--root` write. They replace what a simulator has written
 * before and nothing else: a name typed wrongly would cost the trust anchors of the live service, or make a site trust
 * the simulator.
 */
import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { UsageError } from '../shared/command-line.js';
import { organization } from './pki/authority.js';

/** @throws UsageError when the file is there and holds something else, or cannot be read. */
export async function checkCertificatesFile(file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw cannotBeWritten(file, error);
  });
  if (isOfSimulator(text)) return;
  throw new UsageError(`${file} is not one that a simulator has written, so it is left as it is: name another file`);
}

export async function writeCertificatesFile(file: string, certificates: string): Promise<void> {
  await writeFile(file, certificates).catch((error: Error) => {
    throw cannotBeWritten(file, error);
  });
}

function cannotBeWritten(file: string, { message }: Error): UsageError {
  return new UsageError(`${file} cannot be written: ${message}`);
}

const pemBlock = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** An empty file is nobody's. */
function isOfSimulator(text: string): boolean {
  const rest = text.replace(pemBlock, '').trim();
  return rest === '' && (text.match(pemBlock) ?? []).every(isAuthorityOfSimulator);
}

function isAuthorityOfSimulator(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject.split('\n').includes(`O=${organization}`);
  } catch {
    return false;
  }
}
