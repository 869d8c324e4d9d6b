/** A service that answers what a test wants, in place of the network, and what the tests of the client share besides. */

import { expect } from 'chai';
import nock from 'nock';
import { SmartIdAccountError, SmartIdRequestError, SmartIdServiceError } from '../../lib/shared/errors.js';

// nock stands between the process and its network from the moment it is loaded; all other tests use the real one.
nock.restore();

export const origin = 'https://sid.demo.sk.ee';
export const base = '/smart-id-rp/v3';
export const relyingParty = { relyingPartyUUID: '00000000-0000-4000-8000-000000000000', relyingPartyName: 'DEMO' };
export const sessionID = 'a2ee9c1b-5f0e-4b5d-8f06-0d9d2c1c6a11';
export const deviceLinkSession = {
  sessionID,
  sessionToken: 'wGIrqveE6AuGDATZKmR1mtAZ',
  sessionSecret: 'B98ODiVCebRedSwdTk51zFSaGYyHtY1H2A0ocAi3/Ps=',
  deviceLinkBase: 'https://smart-id.com/device-link',
};

/** For the tests of the `describe` that calls it: no network, and no answer that nobody asked for. */
export function useStubbedService(): void {
  before(() => {
    nock.activate();
    nock.disableNetConnect();
  });
  afterEach(() => {
    const pending = nock.pendingMocks();
    nock.cleanAll();
    expect(pending, 'requests that were not made').to.deep.equal([]);
  });
  after(() => {
    nock.enableNetConnect();
    nock.restore();
  });
}

/** What each HTTP status means to who created a session or asked for a certificate. */
const httpErrors: [status: number, type: unknown, code: string][] = [
  [400, SmartIdRequestError, 'bad_request'],
  [401, SmartIdRequestError, 'unauthorized'],
  [403, SmartIdRequestError, 'forbidden'],
  [471, SmartIdAccountError, 'no_suitable_account'],
  [472, SmartIdAccountError, 'person_should_act'],
  [480, SmartIdRequestError, 'client_too_old'],
  [500, SmartIdServiceError, 'server_error'],
  [502, SmartIdServiceError, 'server_error'],
  [503, SmartIdServiceError, 'maintenance'],
  [580, SmartIdServiceError, 'maintenance'],
  [429, SmartIdServiceError, 'maintenance'],
  [418, SmartIdServiceError, 'bad_response'],
];

/** Where nobody is named only the path itself can be missing. */
function notFound(path: string): (typeof httpErrors)[number] {
  return path.endsWith('/anonymous')
    ? [404, SmartIdRequestError, 'wrong_address']
    : [404, SmartIdAccountError, 'no_account'];
}

/** A test for each HTTP error, of calls that post to the given paths. */
export function itMapsHttpErrors(calls: readonly { path: string; call: () => Promise<unknown> }[]): void {
  for (const { path, call } of calls) {
    for (const [status, type, code] of [...httpErrors, notFound(path)]) {
      it(`answers status ${status} of ${path} with ${code} and the problem details`, async () => {
        const problem = { type: 'about:blank', title: 'No', status, errors: [{ code: 'x', paramName: 'y' }] };
        nock(origin)
          .post(`${base}/${path}`)
          .reply(status, { ...problem, more: 1 });
        const error = await rejection(call());
        expect(error).to.be.instanceOf(type as never);
        expect(error).to.deep.include({ code, problem, httpStatus: status });
        if (status === 403) expect(error.message).to.contain('relyingPartyUUID');
      });
    }
    // Where nobody is named there is no account to be unsuitable.
    const code = path.endsWith('/anonymous') ? 'wrong_address' : 'no_suitable_account';
    it(`answers NO_SUITABLE_ACCOUNT_FOUND of ${path} with ${code}`, async () => {
      const problem = { status: 404, errors: [{ code: 'NO_SUITABLE_ACCOUNT_FOUND', detail: 'Only others' }] };
      nock(origin).post(`${base}/${path}`).reply(404, problem);
      expect(await rejection(call())).to.deep.include({ code, problem });
    });
  }
}

/** Answers this one POST with 200, and hands out what was sent. */
export function answerOnce(path: string, answer: unknown): { readonly sent: unknown } {
  const exchange: { sent?: unknown } = {};
  nock(origin)
    .post(`${base}/${path}`, (body) => {
      exchange.sent = body;
      return true;
    })
    .matchHeader('content-type', 'application/json')
    .matchHeader('accept', 'application/json')
    .reply(200, answer as nock.Body);
  return exchange as { readonly sent: unknown };
}

export async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('It was not rejected.');
}

export function thrown(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  throw new Error('It did not throw.');
}
