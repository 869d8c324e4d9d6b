/** The site's own session (express-session): what a login needs of it, and clear words when it is not there. */

import type { Request } from 'express';
import { SmartIdSessionError } from '../errors.js';
import type { Attempt } from './attempt.js';

/** The key in `req.session` under which open attempts are kept. */
export const sessionKey = 'smartId';

export interface WebSession {
  [sessionKey]?: { attempts: Attempt[] };
  cookie?: { sameSite?: boolean | string; secure?: boolean | 'auto' };
  save(done: (error?: unknown) => void): void;
  reload(done: (error?: unknown) => void): void;
  regenerate(done: (error?: unknown) => void): void;
}

type StoredSession = Pick<WebSession, typeof sessionKey>;

export type WebRequest = Omit<Request, 'session' | 'sessionID' | 'sessionStore'> & {
  session: WebSession;
  sessionID: string;
  sessionStore: { get(id: string, done: (error: unknown, session?: StoredSession | null) => void): void };
};

/**
 * The request, once it is sure to have a session on the server.
 * @throws SmartIdSessionError saying what to change.
 */
export function requireWebSession(req: Request): WebRequest {
  const request = req as unknown as Partial<WebRequest>;
  if (!request.session) {
    throw new SmartIdSessionError(
      'session_missing',
      'Smart-ID needs a session: put express-session before the routes that use it.',
    );
  }
  if (typeof request.session.regenerate !== 'function' || !request.sessionStore || !request.sessionID) {
    throw new SmartIdSessionError(
      'session_in_cookie',
      'Smart-ID needs a session that is kept on the server: this one lives in a cookie. Use express-session.',
    );
  }
  return request as WebRequest;
}

/**
 * Checks that the browser will have this session again when the attempt ends: who begins must not hear at the end that there is
 * nothing to finish.
 * @param returnsByLink whether the person comes back by a link from outside, which `SameSite=Strict` would not recognise.
 * @throws SmartIdSessionError saying what to change.
 */
export function checkSessionCookie(req: Request, returnsByLink: boolean): void {
  const request = requireWebSession(req);
  const { sameSite, secure } = request.session.cookie ?? {};
  if (returnsByLink && (sameSite === true || sameSite === 'strict')) {
    throw new SmartIdSessionError(
      'session_same_site_strict',
      "The session cookie is SameSite=Strict, so a return from the Smart-ID app would not be recognised: use sameSite: 'lax'.",
    );
  }
  if (sameSite === 'none' && !secure) {
    throw new SmartIdSessionError(
      'session_same_site_none',
      "The session cookie is SameSite=None without Secure, which browsers refuse: use sameSite: 'lax', or secure: true.",
    );
  }
  if (!secure || req.secure || wasStored(request)) return;
  if (isForwardedFromHttps(req)) {
    warnOfProxy();
  } else {
    throw new SmartIdSessionError(
      'session_cookie_not_sent',
      "The session cookie is Secure, so express-session does not send it: this request came by http. Use https; behind a proxy that has https, app.set('trust proxy', 1); or cookie: { secure: 'auto' }.",
    );
  }
}

function isForwardedFromHttps(req: Request): boolean {
  return req.get('x-forwarded-proto')?.split(',')[0]?.trim().toLowerCase() === 'https';
}

let isWarned = false;

/** No error: express-session itself may have been told to trust the proxy, which cannot be seen from here. */
function warnOfProxy(): void {
  if (isWarned) return;
  isWarned = true;
  process.emitWarning(
    "A Smart-ID login begins behind a proxy that has https and that Express does not trust. Unless express-session has proxy: true, it does not send its Secure cookie, and nobody can finish: app.set('trust proxy', 1).",
    { code: 'SMART_ID_TRUST_PROXY' },
  );
}

/** The site's session is not there any more for an attempt that was to be kept in it. */
export function sessionEnded(): SmartIdSessionError {
  return new SmartIdSessionError('session_ended', 'The session ended while Smart-ID was starting in it.');
}

/**
 * Whether the store had this session when the request began: its identifier came with the request's cookie. Had the store
 * not known it, the session would have got a new one.
 */
export function wasStored({ headers, sessionID }: WebRequest): boolean {
  return headers.cookie?.includes(encodeURIComponent(sessionID)) ?? false;
}

/** What the store holds of this session now, which another request may have changed since this one began. */
export function storedSession({ sessionStore, sessionID }: WebRequest): Promise<StoredSession | undefined> {
  return new Promise((resolve, reject) => {
    sessionStore.get(sessionID, (error, session) => (error ? reject(error) : resolve(session ?? undefined)));
  });
}

export function saveSession({ session }: WebRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    session.save((error) => (error ? reject(error) : resolve()));
  });
}

/** Takes the session as the store has it now; false when it has ended. */
export async function reloadSession(req: WebRequest): Promise<boolean> {
  return (await storedSession(req)) !== undefined && loadSession(req);
}

/**
 * Takes a session that was stored a moment ago; false when it has ended since, which express-session does not tell from
 * a failure.
 */
export async function loadSession(req: WebRequest): Promise<boolean> {
  try {
    await new Promise<void>((resolve, reject) => {
      req.session.reload((error) => (error ? reject(error) : resolve()));
    });
    return true;
  } catch (error) {
    if (await storedSession(req)) throw error;
    return false;
  }
}

/**
 * Notes the session as it is before something that takes long. Afterwards, the result takes it as the store has it then, so that
 * what other requests have changed meanwhile stands; unless this request has changed it itself, which would be lost.
 */
export async function noteSession(req: WebRequest): Promise<() => Promise<void>> {
  const before = contentOf(req.session);
  const stored = wasStored(req) ? await storedSession(req) : undefined;
  const isAsStored = stored !== undefined && contentOf(stored) === before;
  return async () => {
    if (isAsStored && contentOf(req.session) === before) await reloadSession(req);
  };
}

/** All but the cookie, whose time goes on. */
function contentOf(session: StoredSession): string {
  return JSON.stringify({ ...session, cookie: undefined });
}

type LogInDone = (error?: unknown) => void;

/**
 * Takes the other open logins of this browser along when Passport changes the session at login,
 * so that a login in one tab does not end the one that waits in another. Signings stay behind: they belong to whoever was
 * logged in when they began.
 */
export function keepOpenLoginsAcrossLogin(req: WebRequest): void {
  if (openLoginsOf(req.session).length === 0) return;
  const logIn = req.logIn as unknown as (...args: unknown[]) => void;
  const carrying = (...args: unknown[]) => {
    const done = args.pop() as LogInDone;
    // As the store has them now: verifying and asking the site takes a while, in which one may have been cancelled.
    storedSession(req).then((stored) => {
      const attempts = openLoginsOf(stored);
      logIn.call(req, ...args, (error?: unknown) => {
        if (error || attempts.length === 0) return done(error);
        req.session[sessionKey] = { attempts };
        saveSession(req).then(() => done(), done);
      });
    }, done);
  };
  req.logIn = carrying;
  req.login = carrying;
}

function openLoginsOf(session: StoredSession | undefined): Attempt[] {
  return session?.[sessionKey]?.attempts.filter(({ signing }) => signing === undefined) ?? [];
}
