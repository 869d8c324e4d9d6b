/**
 * The browsers in which a person has logged in by device link. A push can be sent to anybody whose personal code is
 * known; offering it only where that very person has been before keeps strangers from lighting up phones.
 */

import { createHash, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { LRUCache } from 'lru-cache';
import type { SmartIdInfo } from '../login/login-info.js';
import { semanticsIdentifierOf } from '../protocol/document-number.js';
import { SmartIdInputError } from '../shared/errors.js';
import { onlyCookieNamed } from './cookies.js';

/** What a site keeps of a browser. */
export interface KnownBrowser {
  /** The SHA-256 of the cookie's token, Base64url; the token itself is kept nowhere. */
  tokenHash: string;
  /** `profile.id`, such as `PNOEE-40404040009`. */
  person: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** Where a site keeps known browsers: any database will do. */
export interface KnownBrowserStore {
  /** Keeps a browser; resolves once it is stored. */
  add(browser: KnownBrowser): Promise<void>;
  /** The browser with this hash, or undefined; expired ones may still be given, they are not used. */
  find(tokenHash: string): Promise<KnownBrowser | undefined>;
  /** Removes the browser with this hash, if there is one: for `forget`, which without it takes only the cookie away. */
  remove?(tokenHash: string): Promise<void>;
  /** Removes all browsers of a person, for a page where people revoke them, or when an account is closed. */
  removeAll(person: string): Promise<void>;
}

/** `__Host-`: browsers take it only from this very host, so that no other subdomain can plant one. */
const cookieName = '__Host-smart-id-browser';
/** Milliseconds for which a browser is known after a login: 180 days. */
const lifetimeMs = 180 * 24 * 60 * 60 * 1000;
/** The persons who can share a browser, as a family does; each costs a look into the store per page. */
const maxTokens = 5;
/** 256 bits: nobody guesses one, so that neither the hash needs a salt nor the lookup a limit. */
const tokenBytes = 32;

const tokenPattern = '[A-Za-z0-9_-]{43}';
const cookieValue = new RegExp(`^${tokenPattern}(?:\\.${tokenPattern}){0,${maxTokens - 1}}$`);

/** A request of any framework of Node. */
export type RequestHeaders = {
  /** By their names in lower case. */
  headers: IncomingHttpHeaders;
};
/** The answer to it. */
export type CookieResponse = {
  /** Adds a header beside those of the same name. */
  appendHeader(name: string, value: string): unknown;
};

/** Tells known browsers by a cookie of random tokens, one for each person who has logged in there. */
export class KnownBrowsers {
  private readonly store: KnownBrowserStore;
  private readonly clock: () => number;

  /**
   * For a site's own pages; `smartIdRouter` makes one of its option `knownBrowsers`.
   * @param store where the browsers are kept.
   * @param clock milliseconds since the epoch.
   */
  constructor(store: KnownBrowserStore, clock: () => number = Date.now) {
    this.store = store;
    this.clock = clock;
  }

  /**
   * Whether this browser may be offered a push at all: it is known for somebody. Rejects when the store fails; a page
   * can do without the offer then, since what counts is `knows`.
   */
  async isKnown(req: RequestHeaders): Promise<boolean> {
    return (await this.present(req)).length > 0;
  }

  /**
   * Whether a push to this person may go out from this browser. Rejects when the store fails: no push may be sent then
   * (fail closed). What is looked up depends on the cookie alone, so the time it takes tells nothing of the person.
   */
  async knows(req: RequestHeaders, person: string): Promise<boolean> {
    // An ordinary comparison: both name persons, one of whom the visitor has entered; neither is a secret of the site.
    return (await this.present(req)).some((browser) => browser.person === person);
  }

  /**
   * Makes this browser known for a person. Only after a verified device-link login: a push that renewed itself
   * would go on for ever. Rejects when the store fails, without a cookie; the login itself is none the worse for it.
   * @param person `profile.id` of the login, never what a visitor has entered.
   */
  async remember(req: RequestHeaders, res: CookieResponse, person: string): Promise<void> {
    res.appendHeader('set-cookie', await this.rememberingCookie(req, person));
  }

  /**
   * @internal The values of Set-Cookie after a login. It stands also where the browser cannot be remembered: the next
   * push there is a QR code again.
   */
  async cookiesAfterLogin(req: RequestHeaders, { flowType, documentNumber }: SmartIdInfo): Promise<string[]> {
    if (flowType === 'Notification') return [];
    try {
      // What is known of a login may be in the site's own words.
      return [await this.rememberingCookie(req, semanticsIdentifierOf(documentNumber))];
    } catch {
      return [];
    }
  }

  private async rememberingCookie(req: RequestHeaders, person: string): Promise<string> {
    const others = (await this.present(req)).filter((browser) => browser.person !== person);
    // Always a new one: a token that somebody planted here, and has a copy of, must never stand for this person.
    const fresh = randomBytes(tokenBytes).toString('base64url');
    await this.store.add({ tokenHash: hashOf(fresh), person, expiresAt: this.clock() + lifetimeMs });
    return cookieOf([fresh, ...others.map((browser) => browser.token)].slice(0, maxTokens));
  }

  /**
   * Makes this browser unknown, for everybody who has logged in there: for a "log out and forget this browser" on a
   * shared computer. Other browsers of theirs stay known. Rejects when the store fails; the cookie is gone all the
   * same.
   */
  async forget(req: RequestHeaders, res: CookieResponse): Promise<void> {
    res.appendHeader('set-cookie', cookieOf([]));
    await Promise.all(tokensOf(req.headers.cookie).map((token) => this.store.remove?.(hashOf(token))));
  }

  /** The tokens that stand for somebody, newest first. For whom, the store says: a browser can write anything. */
  private async present(req: RequestHeaders): Promise<{ token: string; person: string }[]> {
    const now = this.clock();
    const found = await Promise.all(
      tokensOf(req.headers.cookie).map(async (token) => ({ token, browser: await this.store.find(hashOf(token)) })),
    );
    return found.flatMap(({ token, browser }) =>
      browser && browser.expiresAt > now ? [{ token, person: browser.person }] : [],
    );
  }
}

/** The value of Set-Cookie for these tokens; for none, one that takes the cookie away. */
function cookieOf(tokens: readonly string[]): string {
  const maxAgeSeconds = tokens.length > 0 ? lifetimeMs / 1000 : 0;
  // Not `SameSite=Strict`: without the cookie on the way back from elsewhere, the tokens of others would get lost.
  return `${cookieName}=${tokens.join('.')}; Max-Age=${maxAgeSeconds}; Path=/; HttpOnly; Secure; SameSite=Lax`;
}

/** The tokens in a Cookie header; none where the cookie is missing, malformed or repeated. */
function tokensOf(header = ''): string[] {
  const value = onlyCookieNamed(cookieName, header);
  return value !== undefined && cookieValue.test(value) ? [...new Set(value.split('.'))] : [];
}

/**
 * What the store knows of a token: whoever reads the store cannot be a known browser. Stores do not look it up in
 * constant time, nor need they: how alike two hashes are says nothing of how alike their tokens are.
 */
function hashOf(token: string): string {
  // Of the text, not of the bytes, which two spellings could share.
  return createHash('sha256').update(token).digest('base64url');
}

/** Beyond these, the browsers that were used longest ago are forgotten. */
const maxBrowsers = 10_000;

/** For one process and for trying out: forgotten when it ends. */
export class MemoryKnownBrowserStore implements KnownBrowserStore {
  private readonly browsers = new LRUCache<string, KnownBrowser>({ max: maxBrowsers });

  async add(browser: KnownBrowser): Promise<void> {
    this.browsers.set(browser.tokenHash, { ...browser });
  }

  async find(tokenHash: string): Promise<KnownBrowser | undefined> {
    return this.browsers.get(tokenHash);
  }

  async remove(tokenHash: string): Promise<void> {
    this.browsers.delete(tokenHash);
  }

  async removeAll(person: string): Promise<void> {
    for (const [tokenHash, browser] of [...this.browsers.entries()]) {
      if (browser.person === person) this.browsers.delete(tokenHash);
    }
  }
}

/**
 * @param field the option that gave it, for the message.
 * @throws SmartIdInputError naming the method that is missing.
 */
export function checkKnownBrowserStore(store: unknown, field: string): asserts store is KnownBrowserStore | undefined {
  if (store === undefined) return;
  for (const method of ['add', 'find', 'removeAll'] as const) {
    if (typeof (store as KnownBrowserStore | null)?.[method] !== 'function') {
      throw new SmartIdInputError(field, `must have a method ${method}.`);
    }
  }
}
