import { inspect } from 'node:util';
import { expect } from 'chai';
import { SmartIdServiceError } from '../../lib/shared/errors.js';
import { exchange, type Fetch, fetchWith } from '../../lib/shared/http.js';

describe('An exchange over HTTP that fails', () => {
  const secret = 'PNOEE-30303039914';

  async function failure(fetch: Fetch, port = 9): Promise<SmartIdServiceError> {
    const url = `http://127.0.0.1:${port}/etsi/${secret}`;
    const request = { service: 'The service', method: 'GET', url, headers: {}, timeoutMs: 200, maxBytes: 10 } as const;
    return exchange(fetch, request).then(
      () => expect.fail('It did not fail.'),
      (error) => error,
    );
  }

  for (const [what, code, message, fetch] of [
    ['over node-fetch', 'network', /^The service cannot be reached \(ECONNREFUSED\)\.$/, fetchWith()],
    ["over the platform's fetch", 'network', /cannot be reached/, globalThis.fetch as Fetch],
    ['in time', 'timeout', /did not answer in time/, (_url, { signal }) => rejectedBy(signal)],
    ['for an unknown reason', 'network', /\(no reason given\)/, (url) => Promise.reject(new Error(url))],
    ['for no reason at all', 'network', /\(no reason given\)/, () => Promise.reject()],
  ] as [string, string, RegExp, Fetch][]) {
    it(`says why and never names the URL: ${what}`, async () => {
      const error = await failure(fetch);
      expect(error).to.be.instanceOf(SmartIdServiceError);
      expect(error.code).to.equal(code);
      expect(error.message).to.match(message);
      expect(inspect(error, { depth: 10 })).to.not.contain(secret);
    });
  }
});

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
}
