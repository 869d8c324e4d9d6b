/** The other open logins of a browser, when somebody logs in by one of them. */

import type { Attempt } from '../attempt/attempt.js';
import { requireWebSession } from '../attempt/framework-session.js';
import type { SiteRequest } from '../attempt/site-request.js';
import { type SessionData, sessionKey } from '../attempt/web-session.js';

type LogIn = (...args: unknown[]) => unknown;

/** Passport calls back, @fastify/passport gives a promise. */
interface LogInRequest {
  logIn: LogIn;
  login: LogIn;
}

/**
 * Takes the other open logins of this browser along when Passport changes the session at login, so that a login in one
 * tab does not end the one that waits in another. Signings stay behind: they belong to whoever was logged in when they
 * began.
 */
export function keepOpenLoginsAcrossLogin(req: SiteRequest): void {
  const session = requireWebSession(req);
  if (openLoginsOf(session.data).length === 0) return;
  const request = req as SiteRequest & LogInRequest;
  const { logIn } = request;
  const carry = async (act: () => Promise<void>) => {
    // As the store has them now: verifying and asking the site takes a while, in which one may have been cancelled.
    const attempts = openLoginsOf(await session.stored());
    await act();
    if (attempts.length === 0) return;
    session.data[sessionKey] = { attempts };
    await session.save();
  };
  const carrying: LogIn = (...args) => {
    const done = args.at(-1);
    if (typeof done !== 'function') return carry(async () => void (await logIn.call(req, ...args)));
    const act = () =>
      new Promise<void>((resolve, reject) => {
        logIn.call(req, ...args.slice(0, -1), (error?: unknown) => (error ? reject(error) : resolve()));
      });
    return void carry(act).then(() => done(), done as (error: unknown) => void);
  };
  request.logIn = carrying;
  request.login = carrying;
}

function openLoginsOf(data: SessionData | undefined): Attempt[] {
  return data?.[sessionKey]?.attempts.filter(({ signing }) => signing === undefined) ?? [];
}
