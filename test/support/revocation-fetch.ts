/** Who is asked whether a certificate is revoked, without a network. */

import type { Fetch } from '../../lib/client.js';

/** Answers each question with these bytes, by OCSP or by list; where there are none, with a failure. */
export function revocationFetch(answers: { ocsp?: Uint8Array; crl?: Uint8Array }): Fetch {
  return async (_url, { method }) => {
    const bytes = method === 'POST' ? answers.ocsp : answers.crl;
    return bytes ? answerWith(bytes) : { status: 503, body: null };
  };
}

/** What a `fetch` gives that has the answer at hand. */
export function answerWith(bytes: Uint8Array) {
  return { status: 200, body: inOnePiece(bytes) };
}

async function* inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
