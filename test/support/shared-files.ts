/**
 * Files of the real service that lie beside the project: its certificates, its descriptions and what it has answered.
 * They are not ours to hand out, so a test that needs one is skipped where it is missing.
 */

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { skipForWantOf } from './skip.js';

const folder = new URL('../../../shared/', import.meta.url);
const pathOf = (name: string) => fileURLToPath(new URL(name, folder));

export const sharedFiles = {
  /** The folders `live`, `demo` and `demo-more`, each with the PEM files of CAs. */
  certificates: pathOf('certificates'),
  /** The CA of the recorded answers. */
  demoAnchor: pathOf('certificates/demo/TEST_of_SK_ID_Solutions_EID-Q_2024E.pem'),
  /** JSON: the accounts of the demo environment, and how sessions of each end. */
  testAccounts: pathOf('vectors/test-accounts.json'),
  /** JSON: a login and a signature of March 2026; `recordedAnswers` reads it. */
  recordedAnswers: pathOf('vectors/recorded/demo-answers.json'),
  /** DER: about the certificate of that signature. */
  recordedOcspAnswer: pathOf('vectors/recorded/ocsp-response.der'),
  /** DER: the list of revoked certificates at that time. */
  recordedList: pathOf('vectors/recorded/crl.der'),
  rpApiDescription: pathOf('openapi/RP-API_V3.yml'),
  mockPhoneDescription: pathOf('openapi/mock-device-link.yml'),
} as const;

export type SharedFile = keyof typeof sharedFiles;

/** All that was recorded, with the CA that it is verified by. */
export const recordedFiles = ['recordedAnswers', 'recordedOcspAnswer', 'recordedList', 'demoAnchor'] as const;

/** The path, below the project's neighbour, of the first of these files that is not there. */
export function missingFile(files: readonly SharedFile[]): string | undefined {
  const missing = files.map((file) => sharedFiles[file]).find((path) => !existsSync(path));
  return missing?.slice(fileURLToPath(folder).length);
}

/** Skips the calling test, or the tests of the calling `before` hook, where one of these files is not there. */
export function needSharedFiles(test: Mocha.Context, ...files: SharedFile[]): void {
  const missing = missingFile(files);
  if (missing !== undefined) skipForWantOf(`${missing} beside the project`, test);
}

export interface RecordedAnswers {
  /** When it was: a time at which both verify. */
  at: string;
  login: { asked: any; status: any };
  signature: { asked: any; status: any };
}

export function recordedAnswers(): RecordedAnswers {
  return JSON.parse(readFileSync(sharedFiles.recordedAnswers, 'utf8'));
}

/** DER of the certificates in the recorded answers, which are those of the account `PNOEE-40504040001-DEM0-Q`. */
export function recordedCertificates(): { authentication: Buffer; signature: Buffer } {
  const { login, signature } = recordedAnswers();
  const certificateOf = ({ status }: { status: any }) => Buffer.from(status.cert.value, 'base64');
  return { authentication: certificateOf(login), signature: certificateOf(signature) };
}
