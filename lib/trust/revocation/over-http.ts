/** Revocation answers over the network: bounded in time and size, and no redirects. */

import { SmartIdInputError } from '../../shared/errors.js';
import { exchange, type Fetch } from '../../shared/http.js';
import { fetchOverKeptConnections } from '../../shared/kept-connections.js';
import { type FetchRevocation, RevocationChecker, type RevocationPolicy } from './revocation.js';

const revocationPolicies = ['ocsp-then-crl', 'ocsp', 'off'] as const satisfies RevocationPolicy[];

/** For one answer. */
const timeoutMs = 5_000;
/** An OCSP answer has some two thousand bytes, a list a few hundred thousand. */
const maxAnswerBytes = { GET: 10 * 1024 * 1024, POST: 64 * 1024 };

/**
 * Checks revocation by this policy and remembers the answers for as long as they say, five minutes at the most.
 * @param fetch replaces the HTTP over kept connections, for a proxy or a test.
 * @throws SmartIdInputError when the policy is unknown.
 */
export function createRevocationChecker(
  policy: RevocationPolicy = 'ocsp-then-crl',
  fetch: Fetch = fetchOverKeptConnections(),
): RevocationChecker {
  if (!revocationPolicies.includes(policy)) {
    throw new SmartIdInputError('revocation', `must be one of ${revocationPolicies.join(', ')}.`);
  }
  const fetchRevocation: FetchRevocation = async ({ method, url, contentType, body }) => {
    const answer = await exchange(fetch, {
      service: 'The revocation service',
      method,
      url,
      headers: contentType === undefined ? {} : { 'content-type': contentType },
      body,
      timeoutMs,
      maxBytes: maxAnswerBytes[method],
    });
    if (answer.status !== 200) throw new Error(`The revocation service answered with status ${answer.status}.`);
    // No Buffer: cutting pieces out of one takes longer.
    const { buffer, byteOffset, byteLength } = answer.body;
    return new Uint8Array(buffer, byteOffset, byteLength);
  };
  return new RevocationChecker(policy, fetchRevocation);
}
