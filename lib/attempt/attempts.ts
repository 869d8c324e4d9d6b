/** The attempts of one strategy or signing: kept, limited, watched and looked at. The same for logins and signatures. */

import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { LRUCache } from 'lru-cache';
import { codeOf, starts } from '../diagnostics.js';
import { SmartIdInputError, SmartIdSessionNotFoundError } from '../errors.js';
import type { Undertaking } from '../outcome.js';
import type { SmartIdClient } from '../rp-api/client.js';
import type { CompleteSessionStatus } from '../rp-api/responses.js';
import { SessionWatch } from '../rp-api/session-watch.js';
import { type ExpectedSigner, judgeCertificateAhead, type TrustInput } from '../verify/certificate-checks.js';
import { type Attempt, type AttemptStore, attemptLifetime, type Flow, finishableUntil } from './attempt.js';
import { decoyService, unseenEnd } from './decoy.js';
import { MemoryAttemptLimits } from './memory-limits.js';
import { requirePostedId, shortText } from './parameters.js';
import { StartLimits } from './start-limit.js';
import { type AttemptView, completeView, failedView, runningView } from './view.js';
import { checkSessionCookie, noteSession, reloadSession, requireWebSession } from './web-session.js';

export interface AttemptsSettings {
  client: Pick<SmartIdClient, 'waitForSession'>;
  store: AttemptStore;
  what: Undertaking;
  /** Of all attempts that are to be found here; see `Attempt.purpose`. */
  purpose: string;
  callbackURL?: string;
  /** Whether an attempt ends when somebody logs in or out, even where the site carries its session along. */
  isBoundToSession?: boolean;
  /** What the certificates of answers are judged by. */
  trust: Omit<TrustInput, 'now'>;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

/** What can be seen of an attempt at this moment. `reason` is why it only looks as if it were running, if so. */
export type Seen =
  | { state: 'running'; reason?: string }
  | { state: 'complete'; status: CompleteSessionStatus }
  | { state: 'failed'; code: string };

/**
 * How many cancelled attempts this process remembers, so that live updates end at once. Those beyond are still
 * cancelled in the store, where the next request finds it.
 */
const maxRememberedCancellations = 10_000;

/**
 * How often storing a cancellation is tried. A try fails only when another request has changed the attempt in between,
 * and an attempt changes only a few times in its life.
 */
const maxCancelTries = 3;

export class Attempts {
  readonly store: AttemptStore;
  private readonly watch: SessionWatch;
  private readonly decoyWatch = new SessionWatch(decoyService);
  readonly clock: () => number;
  readonly limits: StartLimits;
  private readonly what: Undertaking;
  private readonly purpose: string;
  private readonly returnsByLink: boolean;
  private readonly isBoundToSession: boolean;
  private readonly cancelled = new LRUCache<string, true>({ max: maxRememberedCancellations, ttl: attemptLifetime });

  constructor({ client, store, what, purpose, callbackURL, isBoundToSession = false, trust, clock }: AttemptsSettings) {
    this.watch = new SessionWatch(client, ({ result, cert }) => {
      if (cert && result.endResult === 'OK') judgeCertificateAhead(cert, { ...trust, now: clock() });
    });
    this.limits = new StartLimits(store.limits ?? new MemoryAttemptLimits(), what);
    this.store = store;
    this.clock = clock;
    this.what = what;
    this.purpose = purpose;
    this.returnsByLink = callbackURL !== undefined;
    this.isBoundToSession = isBoundToSession;
  }

  /** @throws SmartIdSessionError when the site's session cannot carry an attempt of this flow. */
  checkWebSession(req: Request, flow: Flow): void {
    checkSessionCookie(req, flow === 'device-link' && this.returnsByLink);
  }

  /**
   * Counts, begins and keeps an attempt.
   * @param pushedTo who gets a push, if one goes out now.
   * @throws SmartIdLimitError, and what `begin` throws.
   */
  async keep(req: Request, flow: Flow, begin: () => Promise<Attempt>, pushedTo?: ExpectedSigner): Promise<Attempt> {
    const since = performance.now();
    const tell = (code: string) =>
      starts.publish({ what: this.what, flow, code, milliseconds: performance.now() - since });
    try {
      const attempt = await this.beginAndKeep(req, begin, pushedTo);
      tell('ok');
      return attempt;
    } catch (error) {
      tell(codeOf(error));
      throw error;
    }
  }

  private async beginAndKeep(
    req: Request,
    begin: () => Promise<Attempt>,
    pushedTo: ExpectedSigner | undefined,
  ): Promise<Attempt> {
    const request = requireWebSession(req);
    await this.limits.countStart(request.sessionID);
    if (pushedTo) await this.limits.countPush(pushedTo);
    const takeChanges = await noteSession(request);
    const begun = await begin();
    await takeChanges();
    const attempt = this.isBoundToSession ? { ...begun, boundTo: bindingOf(req) } : begun;
    await this.store.create(req, attempt);
    return attempt;
  }

  /** The attempt, if this browser session has one of that id and it was started here. */
  async read(req: Request, id: string): Promise<Attempt | undefined> {
    const attempt = await this.store.read(req, id);
    if (attempt?.purpose !== this.purpose) return undefined;
    return attempt.boundTo === undefined || attempt.boundTo === bindingOf(req) ? attempt : undefined;
  }

  /** The attempt as the store has it now, for a request that has waited, or was answered long before. */
  async readAgain(req: Request, id: string): Promise<Attempt | undefined> {
    return (await reloadSession(requireWebSession(req))) ? this.read(req, id) : undefined;
  }

  /** The attempt that the query of a status request names. */
  async named(req: Request): Promise<{ id: string; attempt?: Attempt }> {
    const id = shortText(req.query.id);
    if (id === undefined) throw new SmartIdInputError('id', 'must be the id of a Smart-ID attempt, in the query.');
    requireWebSession(req);
    return { id, attempt: await this.read(req, id) };
  }

  /**
   * Ends the attempt that the body names, if it is still open. It stays in the store until it is used or expires, so
   * that a person who comes back from the app is told that it was cancelled.
   * @returns a failed view: `cancelled`, or `no_attempt` where there was none to end.
   * @throws SmartIdInputError when the body holds no id.
   */
  async cancel(req: Request): Promise<AttemptView> {
    const id = requirePostedId(req);
    requireWebSession(req);
    for (let tries = 0; tries < maxCancelTries; tries++) {
      const attempt = await this.readAgain(req, id);
      if (!attempt || attempt.ended) break;
      if (await this.store.update(req, { ...attempt, ended: 'cancelled' }, attempt)) {
        this.cancelled.set(id, true);
        return failedView(id, 'cancelled');
      }
    }
    return failedView(id, 'no_attempt');
  }

  /** Where the end of an attempt is heard of. That of a decoy is waited for in the same way, and never comes. */
  watchOf({ accountProblem }: Attempt): SessionWatch {
    return accountProblem === undefined ? this.watch : this.decoyWatch;
  }

  /** Ends the polls that nobody waits for, and begins no other ones. */
  close(): void {
    this.watch.close();
    this.decoyWatch.close();
  }

  /** What the service says of an attempt, as far as a visitor may know it. @throws what cannot be asked. */
  see(attempt: Attempt): Seen {
    const { id, session, accountProblem, ended, expiresAt } = attempt;
    if (ended) return { state: 'failed', code: ended };
    if (this.cancelled.has(id)) return { state: 'failed', code: 'cancelled' };
    const now = this.clock();
    const expired = { state: 'failed', code: accountProblem ?? 'expired' } as const;
    if (now >= finishableUntil(attempt)) return expired;
    const look = this.watchOf(attempt).look(session.sessionID);
    const hidden = accountProblem ?? unseenEnd(attempt, look);
    if (now >= expiresAt && (hidden || look.state === 'running')) return expired;
    if (hidden) return { state: 'running', reason: hidden };
    if (look.state !== 'error') return look;
    if (look.error instanceof SmartIdSessionNotFoundError) return { state: 'failed', code: 'expired' };
    throw look.error;
  }

  /** What a visitor is shown of a new attempt. */
  firstView(attempt: Attempt): AttemptView {
    return this.view(attempt, { state: 'running', reason: attempt.accountProblem });
  }

  view(attempt: Attempt, seen: Seen): AttemptView {
    switch (seen.state) {
      case 'running':
        return runningView(attempt, this.clock(), seen.reason);
      case 'complete':
        return completeView(attempt, seen.status);
      case 'failed':
        return failedView(attempt.id, seen.code, attempt);
    }
  }
}

function bindingOf(req: Request): string {
  return createHash('sha256').update(requireWebSession(req).sessionID).digest('base64url');
}
