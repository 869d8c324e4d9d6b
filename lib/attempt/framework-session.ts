/**
 * The session of the framework, express-session or @fastify/session, as a `WebSession`, and clear words when it is not
 * there.
 */

import { SmartIdSessionError } from '../shared/errors.js';
import type { SiteRequest } from './site-request.js';
import { cookieHolds, type SessionData, type WebSession } from './web-session.js';

/** The framework's own session: what express-session and @fastify/session have in common. */
interface FrameworkSession extends SessionData {
  /** @fastify/session has the id here. */
  sessionId?: string;
  save(done: (error?: unknown) => void): void;
  reload(done: (error?: unknown) => void): void;
  regenerate(done: (error?: unknown) => void): void;
}

interface FrameworkRequest {
  session?: Partial<FrameworkSession> | null;
  /** express-session has the id here. */
  sessionID?: string;
  sessionStore?: { get(id: string, done: (error: unknown, session?: SessionData | null) => void): void };
}

/**
 * The site's session, once it is sure to be on the server.
 * @throws SmartIdSessionError saying what to change.
 */
export function requireWebSession(req: SiteRequest): WebSession {
  const request = req as SiteRequest & FrameworkRequest;
  const { session, sessionStore, sessionID } = request;
  if (!session) {
    throw new SmartIdSessionError(
      'session_missing',
      'Smart-ID needs a session: put express-session (or @fastify/session) before the routes that use it, with a cookie whose path covers them.',
    );
  }
  const isOnServer = typeof session.regenerate === 'function' && typeof sessionStore?.get === 'function';
  if (!isOnServer || !(sessionID ?? session.sessionId)) {
    throw new SmartIdSessionError(
      'session_in_cookie',
      'Smart-ID needs a session that is kept on the server, which this one is not: use express-session or @fastify/session, with a cookie whose path covers the routes that use it.',
    );
  }
  return webSession(request, sessionStore);
}

function webSession(
  request: SiteRequest & FrameworkRequest,
  store: NonNullable<FrameworkRequest['sessionStore']>,
): WebSession {
  // Both change: with a login, and when the session is loaded again.
  const session = () => request.session as FrameworkSession;
  const id = () => (request.sessionID ?? session().sessionId) as string;
  return {
    get id() {
      return id();
    },
    store,
    // Its identifier came with the request's cookie. Had the store not known it, the session would have got a new one.
    get wasStored() {
      return cookieHolds(request, id());
    },
    get data() {
      return session();
    },
    stored: () =>
      new Promise((resolve, reject) => {
        store.get(id(), (error, data) => (error ? reject(error) : resolve(data ?? undefined)));
      }),
    save: () => settled((done) => session().save(done)),
    reload: () => settled((done) => session().reload(done)),
  };
}

function settled(act: (done: (error?: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    act((error) => (error ? reject(error) : resolve()));
  });
}
