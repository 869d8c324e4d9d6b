/** The attempts of the browser that sent a request: in an attempt store, and told apart by the site's session. */

import type { Attempt, AttemptStore } from './attempt.js';
import { requireWebSession } from './framework-session.js';
import type { KeptAttempts } from './kept-attempts.js';
import type { SiteRequest } from './site-request.js';
import { cookieHolds, noteSession, reloadSession, type WebSession } from './web-session.js';

export class KeptForRequest implements KeptAttempts {
  private readonly session: WebSession;

  /** @throws SmartIdSessionError when the request has no session on the server. */
  constructor(
    private readonly req: SiteRequest,
    private readonly store: AttemptStore,
  ) {
    this.session = requireWebSession(req);
  }

  get browser(): string {
    return this.session.id;
  }

  hasSession(browser: string): boolean {
    return this.session.wasStored || cookieHolds(this.req, browser);
  }

  create(attempt: Attempt): Promise<void> {
    return this.store.create(this.req, attempt);
  }

  read(id: string): Promise<Attempt | undefined> {
    return this.store.read(this.req, id);
  }

  async readAgain(id: string): Promise<Attempt | undefined> {
    return (await reloadSession(this.session)) ? this.read(id) : undefined;
  }

  update(after: Attempt, before: Attempt): Promise<boolean> {
    return this.store.update(this.req, after, before);
  }

  take(id: string): Promise<Attempt | undefined> {
    return this.store.take(this.req, id);
  }

  /**
   * Into the session as it is now: this request has waited for the site, and other ones may have changed or ended it.
   */
  async giveBack(attempt: Attempt): Promise<void> {
    if (await reloadSession(this.session)) await this.store.create(this.req, attempt);
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    const takeChanges = await noteSession(this.session);
    const result = await work();
    await takeChanges();
    return result;
  }

  async refresh(): Promise<void> {
    await reloadSession(this.session);
  }
}
