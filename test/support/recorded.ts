/** What the demo environment answered in March 2026, where it lies beside the project, and what was asked for. */

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Fetch } from '../../lib/client.js';
import { skipForWantOf } from './skip.js';

const shared = new URL('../../../shared/', import.meta.url);
const fileAt = (name: string) => fileURLToPath(new URL(name, shared));

export const recordedFiles = {
  answers: fileAt('vectors/recorded/demo-answers.json'),
  ocsp: fileAt('vectors/recorded/ocsp-response.der'),
  crl: fileAt('vectors/recorded/crl.der'),
  anchor: fileAt('certificates/demo/TEST_of_SK_ID_Solutions_EID-Q_2024E.pem'),
};

/** Skips the tests of the calling `before` hook where one is missing. */
export function needRecordedFiles(test: Mocha.Context): void {
  if (!Object.values(recordedFiles).every((file) => existsSync(file))) {
    skipForWantOf('the recorded files beside the project', test);
  }
}

export interface RecordedAnswers {
  /** When it was: a time at which both verify. */
  at: string;
  login: { asked: any; status: any };
  signature: { asked: any; status: any };
}

export function recordedAnswers(): RecordedAnswers {
  return JSON.parse(readFileSync(recordedFiles.answers, 'utf8'));
}

/** Answers each question about revocation with these bytes; where there are none, with a failure. */
export function revocationFetch(answers: { ocsp?: Uint8Array; crl?: Uint8Array }): Fetch {
  return async (_url, { method }) => {
    const bytes = method === 'POST' ? answers.ocsp : answers.crl;
    if (!bytes) return { status: 503, body: null };
    return { status: 200, body: inOnePiece(bytes) };
  };
}

async function* inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
