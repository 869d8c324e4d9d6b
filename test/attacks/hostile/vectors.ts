/** The ways by which bytes of strangers come into a verification, with what each may cost. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { certificateShapes } from './certificate-shapes.js';
import type { Filler } from './elements.js';
import { fixedKeys } from './keys.js';
import { listShapes, listsOf } from './list-shapes.js';
import type { Answers, Setup } from './measured-process.js';
import { ocspAnswersAbout, ocspShapes } from './ocsp-shapes.js';
import { type AnswerShape, answerWith, rpApiShapes } from './rp-api-shapes.js';
import type { Shape, Vector } from './shape.js';
import type { Victim } from './victim.js';

const kilobyte = 1024;
const megabyte = 1024 * kilobyte;
/** What a process needs for anything it does: room for short-lived objects, of the garbage collector and of OpenSSL. */
const usualBytes = 16 * megabyte;

/** Answers by honest services, in files of their own. */
export interface Honest {
  rpApi: Answers['rpApi'];
  ocsp: string;
  list: string;
}

export async function writeSetup(victim: Victim, folder: string): Promise<{ setup: string; honest: Honest }> {
  const [status, ocsp, list, setup] = ['status', 'ocsp', 'list', 'setup'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ];
  const honest: Honest = { rpApi: { file: status, httpStatus: 200 }, ocsp, list };
  await writeFile(status, JSON.stringify(victim.login.status));
  await writeFile(ocsp, ocspAnswersAbout(victim).answer());
  await writeFile(list, listsOf(victim).list());
  const { rpApi } = honest;
  const ways: Answers[] = [
    { policy: 'ocsp', rpApi, ocsp },
    { policy: 'ocsp-then-crl', rpApi, list },
  ];
  await writeFile(setup, JSON.stringify({ login: victim.login, honest: ways } satisfies Setup));
  return { setup, honest };
}

export function vectorsAgainst(victim: Victim, { rpApi }: Honest): Vector[] {
  const small = { maxStopMs: 25, maxMemoryBytes: () => usualBytes };
  return [
    {
      ...small,
      name: 'OCSP answer',
      maxBytes: 64 * kilobyte,
      shapes: ocspShapes(victim),
      answersWith: (ocsp) => ({ policy: 'ocsp', rpApi, ocsp }),
    },
    {
      name: 'list',
      maxBytes: 10 * megabyte,
      maxStopMs: 50,
      maxMemoryBytes: (bytes) => 3 * bytes + usualBytes,
      shapes: listShapes(victim),
      answersWith: (list) => ({ policy: 'ocsp-then-crl', rpApi, list }),
    },
    {
      ...small,
      name: 'certificate',
      maxBytes: 256 * kilobyte,
      shapes: certificateShapes(victim).map((shape) => ({ ...shape, build: inAnswer(shape, victim) })),
      // Revoked or not, what is in the certificate is to be read; only addresses of revocation services are for asking.
      answersWith: (file, { name }) => ({
        policy: /address|lists/.test(name) ? 'ocsp-then-crl' : 'off',
        rpApi: { file, httpStatus: 200 },
      }),
    },
    {
      ...small,
      name: 'RP API answer',
      maxBytes: 256 * kilobyte,
      shapes: rpApiShapes(victim),
      answersWith: (file, shape) => ({ policy: 'off', rpApi: { file, httpStatus: (shape as AnswerShape).httpStatus } }),
    },
  ];
}

/** The certificate in the answer of the RP API; sizes are those of the answer. */
function inAnswer({ name, build }: Shape, victim: Victim): Filler {
  const answerOf = (certificate: Uint8Array) => {
    const value = JSON.stringify(Buffer.from(certificate).toString('base64'));
    return answerWith(victim, ['cert', 'value'], value, fixedKeys[name]?.modulusBytes);
  };
  const overhead = answerOf(Buffer.alloc(0)).length;
  return (bytes) => answerOf(build(Math.floor(((bytes - overhead) * 3) / 4) - 3));
}
