/** The site's own session: what a login needs of it, whichever framework it is of. */

import { SmartIdSessionError } from '../shared/errors.js';
import type { Attempt } from './attempt.js';
import type { SiteRequest } from './site-request.js';

/** The key in the session's data under which open attempts are kept. */
export const sessionKey = 'smartId';

/** What a session holds, as far as it is ours. */
export interface SessionData {
  [sessionKey]?: { attempts: Attempt[] };
  cookie?: SessionCookie;
}

export interface SessionCookie {
  sameSite?: boolean | string | null;
  secure?: boolean | 'auto' | null;
  path?: string | null;
  domain?: string | null;
  /** Milliseconds. */
  originalMaxAge?: number | null;
}

/** A session of the site that is kept on the server, in one request. */
export interface WebSession {
  readonly id: string;
  /** Where the session is kept: the same object for all sessions of the site. */
  readonly store: object;
  /** Whether the store had it when the request began. */
  readonly wasStored: boolean;
  /** What it holds in this request, to be read and changed; another object after it was loaded again. */
  readonly data: SessionData;
  /** What the store holds of it now, which another request may have changed since this one began. */
  stored(): Promise<SessionData | undefined>;
  save(): Promise<void>;
  /** Takes it as the store has it now; rejects also where it is not there any more. */
  reload(): Promise<void>;
}

/** Whether a cookie of the request names this session. */
export function cookieHolds({ headers }: Pick<SiteRequest, 'headers'>, id: string): boolean {
  return headers.cookie?.includes(encodeURIComponent(id)) ?? false;
}

/** The site's session is not there any more for an attempt that was to be kept in it. */
export function sessionEnded(): SmartIdSessionError {
  return new SmartIdSessionError('session_ended', 'The session ended while Smart-ID was starting in it.');
}

/** Takes the session as the store has it now; false when it has ended. */
export async function reloadSession(session: WebSession): Promise<boolean> {
  return (await session.stored()) !== undefined && loadSession(session);
}

/**
 * Takes a session that was stored a moment ago; false when it has ended since, which express-session does not tell from
 * a failure.
 */
export async function loadSession(session: WebSession): Promise<boolean> {
  try {
    await session.reload();
    return true;
  } catch (error) {
    if (await session.stored()) throw error;
    return false;
  }
}

/**
 * Notes the session as it is before something that takes long. Afterwards, the result takes it as the store has it
 * then, so that what other requests have changed meanwhile stands; unless this request has changed it itself, which
 * would be lost.
 */
export async function noteSession(session: WebSession): Promise<() => Promise<void>> {
  const before = contentOf(session.data);
  const stored = session.wasStored ? await session.stored() : undefined;
  const isAsStored = stored !== undefined && contentOf(stored) === before;
  return async () => {
    if (isAsStored && contentOf(session.data) === before) await reloadSession(session);
  };
}

/** All but the cookie, whose time goes on. */
function contentOf(data: SessionData): string {
  return JSON.stringify({ ...data, cookie: undefined });
}
