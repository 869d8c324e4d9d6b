/** Returns from the app with a changed query, by real HTTP, with the cookie of the browser that started the login. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  type Attempt,
  type AttemptStore,
  type SmartIdVerificationError,
  verificationFailureChannel,
} from '../../lib/index.js';
import { callbackAfter } from '../support/phone.js';
import { Browser, startSite } from '../support/site.js';
import { type Attack, tryEach } from './attack.js';
import { mutatedQuery } from './mutations.js';

const parameters = ['smartIdAttempt', 'sessionSecretDigest', 'userChallengeVerifier'];

/** Keeps attempts although they are taken: every query is judged by itself, not refused because one came before. */
class LastingStore implements AttemptStore {
  private readonly attempts = new Map<string, Attempt>();

  async create(_req: unknown, attempt: Attempt) {
    this.attempts.set(attempt.id, attempt);
  }
  async read(_req: unknown, id: string) {
    return this.attempts.get(id);
  }
  async update() {
    return true;
  }
  async take(_req: unknown, id: string) {
    return this.attempts.get(id);
  }
}

export const mutatedCallbacks: Attack = {
  name: 'mutated callback queries',
  tries: 15_000,
  async run({ simulator, report, ...wish }) {
    const site = await startSite(simulator, { strategy: { store: new LastingStore() } });
    let check: string | undefined;
    const listen = (message: unknown) => {
      ({ check } = (message as { error: SmartIdVerificationError }).error);
    };
    subscribe(verificationFailureChannel, listen);
    try {
      const browser = new Browser(site.origin);
      const queryOf = async () => {
        const { web2AppLink = '' } = await browser.start();
        const callback = await callbackAfter(simulator, { deviceLink: web2AppLink, flowType: 'Web2App' });
        return new URL(callback).searchParams;
      };
      const [genuine, other] = [await queryOf(), await queryOf()];
      const isChanged = (query: string) => ![genuine, other].some((untouched) => saysTheSame(query, untouched));
      await tryEach(mutatedQuery(genuine, other).filter(isChanged), wish, async (query) => {
        check = undefined;
        const { status, body } = await browser.get(`/callback?${query}`);
        if (site.errors.length > 0) throw site.errors[0];
        // Node itself refuses a request whose address is too long.
        const isTooLong = status === 431;
        report(
          isTooLong ? 'too long' : status === 401 || status === 403 ? (check ?? body.code) : undefined,
          () => query,
        );
      });
    } finally {
      unsubscribe(verificationFailureChannel, listen);
      await site.close();
    }
  },
};

function saysTheSame(query: string, untouched: URLSearchParams): boolean {
  const params = new URLSearchParams(query);
  return parameters.every((name) => params.getAll(name).join('\n') === untouched.getAll(name).join('\n'));
}
