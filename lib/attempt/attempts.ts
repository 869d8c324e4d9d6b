/**
 * The attempts of one strategy or signing: kept, limited, watched and looked at. The same for logins and signatures.
 */

import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { SmartIdClient } from '../rp-api/client.js';
import type { CompleteSessionStatus } from '../rp-api/responses.js';
import { SessionWatch } from '../rp-api/session-watch.js';
import { codeOf, starts } from '../shared/diagnostics.js';
import { SmartIdSessionNotFoundError } from '../shared/errors.js';
import type { Flow, Undertaking } from '../shared/undertaking.js';
import { warnOnce } from '../shared/warnings.js';
import { judgeCertificateAhead } from '../verify/certificate-ahead.js';
import type { ExpectedSigner } from '../verify/certificate-checks.js';
import type { TrustInput } from '../verify/trust-input.js';
import { type Attempt, attemptLifetimeMs, finishableUntil } from './attempt.js';
import { decoyService, unseenEnd } from './decoy.js';
import type { KeptAttempts } from './kept-attempts.js';
import { MemoryAttemptLimits } from './memory-limits.js';
import type { Entry } from './parameters.js';
import { type AttemptLimits, StartLimits } from './start-limit.js';
import { type AttemptView, completeView, failedView, runningView } from './view.js';

export interface AttemptsSettings {
  client: Pick<SmartIdClient, 'waitForSession'>;
  what: Undertaking;
  /** Of all attempts that are to be found here; see `Attempt.purpose`. */
  purpose: string;
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
 * How many attempts this process remembers as begun, and how many as cancelled, so that live updates end at once. Those
 * beyond are still cancelled in the store, where the next request finds it.
 */
const maxRememberedAttempts = 10_000;

/**
 * How often storing a cancellation is tried. A try fails only when another request has changed the attempt in between,
 * and an attempt changes only a few times in its life.
 */
const maxCancelTries = 3;

export class Attempts {
  private readonly watch: SessionWatch;
  private readonly decoyWatch = new SessionWatch(decoyService);
  readonly clock: () => number;
  readonly limits: StartLimits;
  private readonly what: Undertaking;
  private readonly purpose: string;
  private readonly isBoundToSession: boolean;
  /**
   * Which browser has begun what here and not come back yet, for a word in the log where it comes back as another one.
   */
  private readonly begunHere = new LRUCache<string, string>({ max: maxRememberedAttempts, ttl: attemptLifetimeMs });
  private readonly pushesUnderWay = new Map<string, Promise<Attempt>>();
  private readonly cancelled = new LRUCache<string, true>({ max: maxRememberedAttempts, ttl: attemptLifetimeMs });
  /** What was to be cancelled and was not there, by browser and id: it may be just being finished. */
  private readonly missed = new LRUCache<string, true>({ max: maxRememberedAttempts, ttl: attemptLifetimeMs });

  /** @param limits counts starts and pushes. Default: in memory, for this alone. */
  constructor(
    { client, what, purpose, isBoundToSession = false, trust, clock }: AttemptsSettings,
    limits?: AttemptLimits,
  ) {
    this.watch = new SessionWatch(client, ({ result, cert }) => {
      if (cert && result.endResult === 'OK') judgeCertificateAhead(cert, { ...trust, now: clock() });
    });
    this.limits = new StartLimits(limits ?? new MemoryAttemptLimits(), what);
    this.clock = clock;
    this.what = what;
    this.purpose = purpose;
    this.isBoundToSession = isBoundToSession;
  }

  /**
   * As `keep`, for an attempt that begins with a push. Of several that one browser begins at once, as by a double
   * click, one sends the push, and the others get its attempt.
   * @param push to whom, and what else the attempts must have in common to be one.
   */
  keepPushed(
    kept: KeptAttempts,
    flow: Flow,
    begin: () => Promise<Attempt>,
    push: { to: ExpectedSigner; subject?: string },
  ): Promise<Attempt> {
    if (kept.browser === undefined) return this.keep(kept, flow, begin, push.to);
    const key = JSON.stringify([kept.browser, push]);
    const present = this.pushesUnderWay.get(key);
    // What the other request has stored must not be undone where this one's session is saved at its end.
    if (present) return present.finally(() => kept.refresh());
    const pushed = this.keep(kept, flow, begin, push.to).finally(() => this.pushesUnderWay.delete(key));
    this.pushesUnderWay.set(key, pushed);
    return pushed;
  }

  /**
   * Counts, begins and keeps an attempt.
   * @param pushedTo who gets a push, if one goes out now.
   * @throws SmartIdLimitError, and what `begin` throws.
   */
  async keep(
    kept: KeptAttempts,
    flow: Flow,
    begin: () => Promise<Attempt>,
    pushedTo?: ExpectedSigner,
  ): Promise<Attempt> {
    const since = performance.now();
    const publish = (code: string) =>
      starts.publish({ what: this.what, flow, code, milliseconds: performance.now() - since });
    try {
      const attempt = await this.beginAndKeep(kept, begin, pushedTo);
      publish('ok');
      return attempt;
    } catch (error) {
      publish(codeOf(error));
      throw error;
    }
  }

  private async beginAndKeep(
    kept: KeptAttempts,
    begin: () => Promise<Attempt>,
    pushedTo: ExpectedSigner | undefined,
  ): Promise<Attempt> {
    if (kept.browser !== undefined) await this.limits.countStart(kept.browser);
    if (pushedTo) await this.limits.countPush(pushedTo);
    const begun = await kept.during(begin);
    const attempt = this.isBoundToSession ? { ...begun, boundTo: bindingOf(kept) } : begun;
    await kept.create(attempt);
    if (kept.browser !== undefined) this.begunHere.set(attempt.id, kept.browser);
    return attempt;
  }

  /** The attempt, if this browser session has one of that id and it was started here. */
  async read(kept: KeptAttempts, id: string, by: Entry['by'] = 'finish'): Promise<Attempt | undefined> {
    const attempt = this.ownOnly(kept, await kept.read(id));
    // A return from the app may come to another browser; the page itself is in the one that began.
    const beginner = by === 'callback' ? undefined : this.begunHere.get(id);
    // Once it has come back, its cookie is sent.
    if (attempt) this.begunHere.delete(id);
    else if (beginner !== undefined && !kept.hasSession(beginner)) {
      warnOnce(
        'SMART_ID_SESSION_LOST',
        'A browser that began a Smart-ID login or signing has come back without the session in which it began: its cookie is not sent, so nothing can be found. Check the domain, path, secure, sameSite and maxAge of the session cookie, what a proxy leaves out, and requests that scripts send without credentials.',
      );
    }
    return attempt;
  }

  /** The attempt as the store has it now, for a request that has waited, or was answered long before. */
  async readAgain(kept: KeptAttempts, id: string): Promise<Attempt | undefined> {
    return this.ownOnly(kept, await kept.readAgain(id));
  }

  private ownOnly(kept: KeptAttempts, attempt: Attempt | undefined): Attempt | undefined {
    if (attempt?.purpose !== this.purpose) return undefined;
    return attempt.boundTo === undefined || attempt.boundTo === bindingOf(kept) ? attempt : undefined;
  }

  /**
   * Ends the attempt of this id, if it is still open. It stays in the store until it is used or expires, so
   * that a person who comes back from the app is told that it was cancelled.
   * @returns a failed view: `cancelled`, or `no_attempt` where there was none to end.
   */
  async cancel(kept: KeptAttempts, id: string): Promise<AttemptView> {
    for (let tries = 0; tries < maxCancelTries; tries++) {
      const attempt = await this.readAgain(kept, id);
      if (!attempt || attempt.ended) break;
      if (await kept.update({ ...attempt, ended: 'cancelled' }, attempt)) {
        this.cancelled.set(id, true);
        return failedView(id, 'cancelled');
      }
    }
    this.missed.set(missedKey(kept, id), true);
    return failedView(id, 'no_attempt');
  }

  /** An attempt that was taken and is given back: cancelled, where a cancel came while it was not there. */
  asGivenBack(kept: KeptAttempts, attempt: Attempt): Attempt {
    const { id } = attempt;
    const isCancelled = this.cancelled.has(id) || this.missed.has(missedKey(kept, id));
    return isCancelled ? { ...attempt, ended: 'cancelled' } : attempt;
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

  /**
   * What the service says of an attempt, as far as a visitor may know it. Its poll begins with the first question.
   * @throws what cannot be asked.
   */
  observe(attempt: Attempt): Seen {
    const { id, session, accountProblem, ended, expiresAt } = attempt;
    if (ended) return { state: 'failed', code: ended };
    if (this.cancelled.has(id)) return { state: 'failed', code: 'cancelled' };
    const now = this.clock();
    const expired = { state: 'failed', code: accountProblem ?? 'expired' } as const;
    if (now >= finishableUntil(attempt)) return expired;
    const observed = this.watchOf(attempt).observe(session.sessionID);
    const hidden = accountProblem ?? unseenEnd(attempt, observed);
    if (now >= expiresAt && (hidden || observed.state === 'running')) return expired;
    if (hidden) return { state: 'running', reason: hidden };
    if (observed.state !== 'error') return observed;
    if (observed.error instanceof SmartIdSessionNotFoundError) return { state: 'failed', code: 'expired' };
    throw observed.error;
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

/** By the browser too, since nobody else may cancel it. */
function missedKey({ browser }: KeptAttempts, id: string): string {
  return JSON.stringify([browser, id]);
}

function bindingOf({ browser = '' }: KeptAttempts): string {
  return createHash('sha256').update(browser).digest('base64url');
}
