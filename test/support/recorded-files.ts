/** What the demo environment has answered, where it lies beside the project: it is not ours to hand out. */

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { realCertificates } from './real-certificates.js';
import { skipForWantOf } from './skip.js';

const recorded = fileURLToPath(new URL('../../../shared/vectors/recorded/', import.meta.url));

/** Skips the tests of the calling `before` hook where there is nothing recorded. */
export function needRecordedFiles(test: Mocha.Context): void {
  if (!existsSync(recorded) || !existsSync(realCertificates))
    skipForWantOf('the recorded files beside the project', test);
}

export function recordedOcspAnswer(): Buffer {
  return readFileSync(path.join(recorded, 'ocsp-response.der'));
}

export function recordedList(): Buffer {
  return readFileSync(path.join(recorded, 'crl.der'));
}

/** DER, of the account `PNOEE-40504040001-DEM0-Q`. */
export function recordedCertificates(): { authentication: Buffer; signature: Buffer } {
  const { login, signature } = JSON.parse(readFileSync(path.join(recorded, 'demo-answers.json'), 'utf8'));
  const certificateOf = (answer: { status: { cert: { value: string } } }) =>
    Buffer.from(answer.status.cert.value, 'base64');
  return { authentication: certificateOf(login), signature: certificateOf(signature) };
}

/** PEM, of an authority of the demo environment. */
export function recordedAuthority(file: string): string {
  return readFileSync(path.join(realCertificates, file), 'utf8');
}
